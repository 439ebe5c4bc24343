#include "verifier/rules/cell_counters.h"

#include <algorithm>
#include <string_view>

#include "verifier/rules/audited_life.h"
#include "verifier/rules/codes.h"
#include "verifier/rules/rules.h"

namespace modlog {
namespace {

// The bits of Action.territory, in the DSA's order.
constexpr std::string_view kTerritoryOrder =
    "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK";
// In the place of a country: the entries that apply in all of them.
constexpr uint32_t kEverywhereCode = ~0u;
constexpr uint32_t kUnits = 4;
constexpr uint32_t kClocks = 3;

uint32_t PackedCountry(size_t bit) {
  return static_cast<uint32_t>((kTerritoryOrder[2 * bit] - 'A') * 26 +
                               (kTerritoryOrder[2 * bit + 1] - 'A') + 1);
}

std::vector<uint32_t> TerritoriesOf(const v1::Action& action) {
  std::vector<uint32_t> list(action.territories().begin(),
                             action.territories().end());
  for (size_t bit = 0; bit < 30; ++bit) {
    if ((action.territory() >> bit & 1) == 0) continue;
    const uint32_t country = PackedCountry(bit);
    if (IsTerritoryBit(country)) list.push_back(country);
  }
  std::ranges::sort(list);
  const auto twice = std::ranges::unique(list);
  list.erase(twice.begin(), twice.end());
  return list;
}

uint32_t AsCode(int code) { return static_cast<uint32_t>(code); }

// The codes that a set of five names, the others any.
uint32_t MaskOf(const std::array<uint32_t, 5>& codes) {
  uint32_t mask = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0) mask |= 1u << i;
  }
  return mask;
}
std::array<uint32_t, 5> Masked(const std::array<uint32_t, 5>& codes,
                               uint32_t mask) {
  std::array<uint32_t, 5> masked = {};
  for (size_t i = 0; i < codes.size(); ++i) {
    if ((mask >> i & 1) != 0) masked[i] = codes[i];
  }
  return masked;
}

// The next node of a binary indexed tree, upwards and downwards.
constexpr size_t LowBit(size_t node) { return node & (~node + 1); }

}  // namespace

CountedRecord::CountedRecord(const v1::Action& action, int64_t logged_at_ms)
    : codes({AsCode(action.kind()), AsCode(action.category()),
             AsCode(action.source_type()), AsCode(action.automated_decision()),
             AsCode(action.outcome())}),
      territories(TerritoriesOf(action)),
      worldwide((action.territory() & kWorldwideBit) != 0),
      amounts({1, action.affected(), action.claimed(), action.restored()}),
      days({static_cast<uint32_t>(logged_at_ms / kMsPerDay),
            action.application_date(), action.source_date()}) {
  static_assert(v1::STATS_UNIT_ENTRIES == 1 && v1::STATS_UNIT_AFFECTED == 2 &&
                v1::STATS_UNIT_CLAIMED == 3 && v1::STATS_UNIT_RESTORED == 4);
  static_assert(v1::STATS_CLOCK_LOGGED == 1 &&
                v1::STATS_CLOCK_APPLICATION == 2 &&
                v1::STATS_CLOCK_SOURCE == 3);
}

// ---- the cells

size_t CellCounters::AddCell(const v1::StatsCell& cell, const v1::Stats& stats,
                             uint64_t before) {
  const size_t number = queries_.size();
  queries_.emplace_back();
  const uint32_t unit = AsCode(cell.unit()) - 1;
  const uint32_t clock = AsCode(stats.clock()) - 1;
  if (unit >= kUnits || clock >= kClocks || stats.from() > stats.to()) {
    return number;  // counts nothing
  }
  Codes codes;
  codes.codes = {AsCode(cell.kind()), AsCode(cell.category()),
                 AsCode(cell.source_type()), AsCode(cell.automated_decision()),
                 AsCode(cell.outcome())};
  codes.territory = cell.territory();
  const Query query = {0, before, stats.from(), uint64_t{stats.to()} + 1};
  const uint32_t mask = 1u << MaskOf(codes.codes);
  if (codes.territory == 0) {
    masks_ |= mask;
  } else {
    territory_masks_ |= mask;
    if (codes.territory != kEverywhereCode) {
      AddQuery(number, codes, query, unit, clock);
    }
    codes.territory = kEverywhereCode;
  }
  AddQuery(number, codes, query, unit, clock);
  return number;
}

void CellCounters::AddQuery(size_t cell, const Codes& codes, const Query& query,
                            uint32_t unit, uint32_t clock) {
  std::vector<TableOf>& list = by_codes_[codes];
  auto it = std::ranges::find_if(list, [&](const TableOf& table) {
    return table.unit == unit && table.clock == clock;
  });
  if (it == list.end()) {
    it = list.insert(list.end(), {unit, clock, tables_.size()});
    tables_.emplace_back();
  }
  queries_[cell].push_back(query);
  queries_[cell].back().table = it->table;
}

void CellCounters::Finish() {
  std::vector<std::vector<Query>> by_table(tables_.size());
  for (const std::vector<Query>& cell : queries_) {
    for (const Query& query : cell) by_table[query.table].push_back(query);
  }
  for (size_t i = 0; i < tables_.size(); ++i) {
    FinishTable(&tables_[i], by_table[i]);
  }
  counters_.assign(days_.size(), 0);
}

void CellCounters::FinishTable(Table* table,
                               const std::vector<Query>& queries) {
  std::vector<uint64_t>& befores = table->befores;
  for (const Query& query : queries) befores.push_back(query.before);
  std::ranges::sort(befores);
  auto twice = std::ranges::unique(befores);
  befores.erase(twice.begin(), twice.end());
  std::vector<std::pair<size_t, uint64_t>> days;  // by node
  for (const Query& query : queries) {
    const auto rank = static_cast<size_t>(
        std::ranges::lower_bound(befores, query.before) - befores.begin());
    for (size_t node = rank + 1; node > 0; node -= LowBit(node)) {
      days.emplace_back(node, query.from);
      days.emplace_back(node, query.to);
    }
  }
  std::ranges::sort(days);
  const auto same = std::ranges::unique(days);
  days.erase(same.begin(), same.end());
  auto next = days.begin();
  for (size_t node = 0; node <= befores.size(); ++node) {
    table->nodes.push_back(days_.size());
    for (; next != days.end() && next->first == node; ++next) {
      days_.push_back(next->second);
    }
  }
  table->nodes.push_back(days_.size());
}

// ---- the entries

uint64_t CellCounters::AddPoint(const Table& table, uint64_t time, uint32_t day,
                                uint64_t amount,
                                std::vector<Increment>* increments) const {
  uint64_t steps = 1;
  const auto rank = static_cast<size_t>(
      std::ranges::upper_bound(table.befores, time) - table.befores.begin());
  for (size_t node = rank + 1; node <= table.befores.size();
       node += LowBit(node)) {
    ++steps;
    const auto begin =
        days_.begin() + static_cast<ptrdiff_t>(table.nodes[node]);
    const auto end =
        days_.begin() + static_cast<ptrdiff_t>(table.nodes[node + 1]);
    const auto behind = std::upper_bound(begin, end, day);
    if (behind == begin) continue;  // before all spans
    increments->push_back(
        {static_cast<uint64_t>(behind - days_.begin()) - 1, amount});
  }
  return steps;
}

uint64_t CellCounters::Read(const CountedRecord& record, uint64_t begin,
                            uint64_t end,
                            std::vector<Increment>* increments) const {
  if (begin >= end) return 0;
  uint64_t steps = 0;
  const auto look = [&](const Codes& codes) {
    ++steps;
    const auto it = by_codes_.find(codes);
    if (it == by_codes_.end()) return;
    for (const TableOf& of : it->second) {
      const uint64_t amount = record.amounts[of.unit];
      const uint32_t day = record.days[of.clock];
      if (amount == 0 || day == 0) continue;
      const Table& table = tables_[of.table];
      steps += AddPoint(table, begin, day, amount, increments);
      if (end == kNever) continue;
      steps += AddPoint(table, end, day, ~amount + 1, increments);
    }
  };
  const uint32_t stated = MaskOf(record.codes);
  for (uint32_t mask = 0; mask < 32; ++mask) {
    if ((mask & ~stated) != 0) continue;
    Codes codes = {Masked(record.codes, mask), 0};
    if ((masks_ >> mask & 1) != 0) look(codes);
    if ((territory_masks_ >> mask & 1) == 0) continue;
    if (record.worldwide) {
      codes.territory = kEverywhereCode;
      look(codes);
      continue;
    }
    for (const uint32_t territory : record.territories) {
      codes.territory = territory;
      look(codes);
    }
  }
  return steps;
}

// ---- the end

void CellCounters::Conclude() {
  for (const Table& table : tables_) {
    for (size_t node = 0; node + 1 < table.nodes.size(); ++node) {
      uint64_t sum = 0;
      for (uint64_t i = table.nodes[node]; i < table.nodes[node + 1]; ++i) {
        sum += counters_[i];
        counters_[i] = sum;
      }
    }
  }
}

uint64_t CellCounters::SumOf(const Query& query) const {
  const Table& table = tables_[query.table];
  const auto rank = static_cast<size_t>(
      std::ranges::lower_bound(table.befores, query.before) -
      table.befores.begin());
  uint64_t sum = 0;
  for (size_t node = rank + 1; node > 0; node -= LowBit(node)) {
    const auto begin =
        days_.begin() + static_cast<ptrdiff_t>(table.nodes[node]);
    const auto end =
        days_.begin() + static_cast<ptrdiff_t>(table.nodes[node + 1]);
    // What lies before a day, of all days of this node.
    const auto up_to = [&](uint64_t day) {
      const auto it = std::lower_bound(begin, end, day);
      return it == begin
                 ? uint64_t{0}
                 : counters_[static_cast<size_t>(it - days_.begin()) - 1];
    };
    sum += up_to(query.to) - up_to(query.from);
  }
  return sum;
}

uint64_t CellCounters::CountOf(size_t cell) const {
  uint64_t sum = 0;
  for (const Query& query : queries_[cell]) sum += SumOf(query);
  return sum;
}

}  // namespace modlog
