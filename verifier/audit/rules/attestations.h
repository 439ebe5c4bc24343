#ifndef MODLOG_VERIFIER_AUDIT_RULES_ATTESTATIONS_H_
#define MODLOG_VERIFIER_AUDIT_RULES_ATTESTATIONS_H_

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
// both are the platform's; the log was right to take them. Thread-safe, but for
// what says otherwise.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/audit/rules/record_summary.h"
#include "verifier/audit/rules/rules.h"
#include "verifier/core/sha256.h"

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
  // The last one before an entry, or kNever.
  uint64_t LastBefore(const Hash& key, uint64_t entry) const;

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

// What one entry adds to the cells of attestations.
struct CellCount {
  size_t attestation;
  size_t cell;
  uint64_t amount;
};

struct CountedEntry {
  uint64_t entry = 0;
  int64_t logged_at_ms = 0;
  std::string_view platform;
  const Hash* key = nullptr;
  const v1::Action* action = nullptr;
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

  bool empty() const { return list_.empty(); }

  // Count says what an entry adds, beside corrections, voids and rules for many
  // entries as all of the log has them.
  std::vector<CellCount> Count(const CountedEntry& entry,
                               const Amendments& voids,
                               const Amendments& corrections,
                               const std::vector<BulkSeen>& bulks) const;
  // CountCorrected says what `corrected` of a CORRECTION adds; `entry` is the
  // correction's, `target_logged_at_ms` of what it is about.
  std::vector<CellCount> CountCorrected(
      const CountedEntry& entry, int64_t target_logged_at_ms,
      const Hash& target_key, const Amendments& voids,
      const Amendments& corrections, const std::vector<BulkSeen>& bulks) const;

  // Not thread-safe.
  void Add(const CellCount& count) {
    list_[count.attestation].cells[count.cell].counted += count.amount;
  }
  // Conclude adds a warning for each cell that differs and returns all.
  std::vector<CountedAttestation> Conclude(Findings* findings) &&;

 private:
  void CountOne(size_t attestation, const v1::Action& action,
                int64_t logged_at_ms, std::vector<CellCount>* counts) const;

  std::vector<CountedAttestation> list_;
};

// CellWords: "entries, kind notice received".
std::string CellWords(const v1::StatsCell& cell);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_ATTESTATIONS_H_
