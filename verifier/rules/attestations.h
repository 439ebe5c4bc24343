#ifndef MODLOG_VERIFIER_RULES_ATTESTATIONS_H_
#define MODLOG_VERIFIER_RULES_ATTESTATIONS_H_

// The rule "attestations": the figures that a platform attests, counted again
// from its entries.
//
// Counted is what stood in the log before the attestation and was not declared
// void by then, as corrected by then: what the platform could know. The date
// that decides is the one that stats.clock names: the log's day, the
// application date or the source date; an entry without it is not counted. A
// cell matches an entry that has all the codes it gives; it counts entries, or
// adds up a count that is stated (absent: nothing).
//
// A figure that differs is a warning: two statements contradict each other, and
// both are the platform's; the log was right to take them.
//
// Counted is in one go for all attestations, whatever they ask for
// (cell_counters.h); where a platform's rules for many entries change one entry
// more than PlatformBulks::kChangesMax times, attestations behind that are not
// counted, and a warning says so. Thread-safe, but for what says otherwise.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/core/sha256.h"
#include "verifier/rules/cell_counters.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/rules.h"

namespace modlog {

// Entries that a CORRECTION or VOID is about, by puid key. Thread-safe once
// finished.
class Amendments {
 public:
  void Add(const Hash& key, uint64_t by) { list_.emplace_back(key, by); }
  void Finish();
  bool empty() const { return list_.empty(); }

  bool Any(const Hash& key) const;
  // The first one, or kNever.
  uint64_t First(const Hash& key) const;
  // The first one behind an entry, or kNever.
  uint64_t NextAfter(const Hash& key, uint64_t entry) const;

 private:
  std::vector<std::pair<Hash, uint64_t>> list_;
};

struct BulkSeen {
  uint64_t entry = 0;
  std::string platform;
  v1::BulkCorrection rule;
};
// CodeOf returns the value of a singular code or day of an action; SetCode
// changes it. Unknown fields: 0, unchanged.
uint32_t CodeOf(const v1::Action& action, uint32_t field);
void SetCode(uint32_t field, uint32_t code, v1::Action* action);

// What one version of an entry adds to the cells of a platform's attestations.
struct CellCount {
  size_t platform;  // Attestations::NumberOf
  CellCounters::Increment increment;
};

class Attestations {
 public:
  // Not thread-safe: the first pass, in order.
  void Take(uint64_t entry, const std::string& platform,
            const v1::Action& action);
  // Puids are resolved by the caller: entry `by` replaces the attestation
  // `key`.
  void TakeReplaced(size_t attestation, uint64_t by) {
    list_[attestation].replaced_by = by;
  }
  void Finish();

  bool empty() const { return list_.empty(); }
  // NumberOf: nothing, if the platform attests nothing.
  std::optional<size_t> NumberOf(std::string_view platform) const;

  // Count adds what an action counts for that stood so from entry `begin` to
  // entry `end`; returns how much it looked at. REQUIRES: Finish was called.
  uint64_t Count(size_t platform, const v1::Action& action,
                 int64_t logged_at_ms, uint64_t begin, uint64_t end,
                 std::vector<CellCount>* counts) const;

  // Not thread-safe.
  void Add(const CellCount& count) {
    platforms_[count.platform].counters.Take(count.increment);
  }
  // Not counted any more: attestations of the platform behind this entry.
  void EndCount(size_t platform, uint64_t entry) {
    uint64_t& end = platforms_[platform].end;
    end = std::min(end, entry);
  }
  // Conclude adds a warning for each cell that differs, and for each
  // attestation that was not counted, and returns all.
  std::vector<CountedAttestation> Conclude(Findings* findings) &&;

 private:
  struct Platform {
    CellCounters counters;
    uint64_t end = ~uint64_t{0};
  };
  struct Place {
    size_t platform;
    size_t first_cell;  // of the platform's counters
  };

  std::vector<CountedAttestation> list_;
  std::vector<Place> places_;  // one each
  std::vector<Platform> platforms_;
  std::map<std::string, size_t, std::less<>> numbers_;
};

// CellWords: "entries, kind notice received".
std::string CellWords(const v1::StatsCell& cell);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_ATTESTATIONS_H_
