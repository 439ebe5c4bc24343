#ifndef MODLOG_VERIFIER_RULES_CELL_COUNTERS_H_
#define MODLOG_VERIFIER_RULES_CELL_COUNTERS_H_

// Counts for the cells of all attestations of one platform at once. A cell asks
// for what stood in the log before its attestation, in a span of days, with
// some codes; an entry is added to all of them without a look at each:
//
//   * cells that ask for the same codes share a table, found by the codes: an
//     entry is looked up once for each set of codes (of 32) that any cell
//     names, and once for each of its countries;
//   * within a table the attestations are numbered by their place in the log,
//     and an entry that counts from one place to another goes into O(log q)
//     nodes of a tree over q of them (a binary indexed tree), in each of which
//     the days at which any span begins or ends divide the calendar.
//
// Memory: O(log q) a cell, and nothing an entry. Read is thread-safe once
// finished, the rest is not. Sums are modulo 2^64.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "modlog/v1/action.pb.h"

namespace modlog {

// What an entry counts by.
struct CountedRecord {
  explicit CountedRecord(const v1::Action& action, int64_t logged_at_ms);

  std::array<uint32_t, 5> codes;      // 0: not stated
  std::vector<uint32_t> territories;  // ascending, each once
  bool worldwide = false;
  std::array<uint64_t, 4> amounts;  // by StatsUnit, from 1
  std::array<uint32_t, 3> days;     // by StatsClock, from 1; 0: not stated
};

class CellCounters {
 public:
  struct Increment {
    uint64_t counter;
    uint64_t amount;
  };

  // AddCell returns the cell's number. `before` is its attestation's entry.
  size_t AddCell(const v1::StatsCell& cell, const v1::Stats& stats,
                 uint64_t before);
  void Finish();

  // Read adds what a record changes that counts for attestations behind entry
  // `begin`, up to entry `end`; returns how much it looked at.
  uint64_t Read(const CountedRecord& record, uint64_t begin, uint64_t end,
                std::vector<Increment>* increments) const;
  void Take(const Increment& increment) {
    counters_[increment.counter] += increment.amount;
  }

  // Conclude: nothing more is taken. Then CountOf tells a cell's figure.
  void Conclude();
  uint64_t CountOf(size_t cell) const;

 private:
  struct Codes {
    std::array<uint32_t, 5> codes = {};
    uint32_t territory = 0;
    auto operator<=>(const Codes&) const = default;
  };
  struct TableOf {
    uint32_t unit;  // from 0
    uint32_t clock;
    size_t table;
  };
  struct Query {
    size_t table;
    uint64_t before;
    uint64_t from;  // days
    uint64_t to;    // the day behind
  };
  struct Table {
    std::vector<uint64_t> befores;  // ascending
    // Where each node's days begin, in days_; node i is at i, the end behind.
    std::vector<uint64_t> nodes;
  };

  void AddQuery(size_t cell, const Codes& codes, const Query& query,
                uint32_t unit, uint32_t clock);
  void FinishTable(Table* table, const std::vector<Query>& queries);
  uint64_t AddPoint(const Table& table, uint64_t time, uint32_t day,
                    uint64_t amount, std::vector<Increment>* increments) const;
  uint64_t SumOf(const Query& query) const;

  std::map<Codes, std::vector<TableOf>> by_codes_;
  uint32_t masks_ = 0;            // sets of codes that any cell names
  uint32_t territory_masks_ = 0;  // beside a territory
  std::vector<Table> tables_;
  std::vector<std::vector<Query>> queries_;  // by cell; their sum is the count
  std::vector<uint64_t> days_;
  std::vector<uint64_t> counters_;  // one a day in days_
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_CELL_COUNTERS_H_
