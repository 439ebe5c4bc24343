#ifndef MODLOG_LOG_RECORDS_SEALS_H_
#define MODLOG_LOG_RECORDS_SEALS_H_

// Seals as the log takes them: a batch whose platform signed it, all or
// nothing, with the seal's entry right behind its items. verifier/core/seal.h
// says what a seal is. In rows (rows.h):
//
//   's' 'p' || platform         -> actions (u64) || sealed (u64)
//                                  [|| entry of the last seal (u64) || its
//                                  hash]
//   's' 'h' || hash of a seal   -> its entry (u64)
//   's' 'x' || entry / 4,096 (u64) || entry (u64)  -> count (u32)
//
// What needs only the seal and its items is judged at the door, signature
// included; the sequencer compares counts and chain. A seal that stands already
// is a retry: its items are where they were. Otherwise each item must be new,
// or the counts of the next auditor would not add up.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log/rules/violation.h"
#include "log/store/rows.h"
#include "log/tree/prover.h"
#include "verifier/core/seal.h"

namespace modlog {

// The seal that covers an entry.
struct EntrySeal {
  uint64_t entry = 0;             // the seal's own
  std::string leaf;               // its leaf bytes
  std::vector<Hash> action_path;  // from the entry's action to the seal's root
  std::string public_key;         // that the seal names, as registered
};

// What a platform has in the log; the operator's entries are nobody's.
struct PlatformCount {
  struct LastSeal {
    uint64_t entry = 0;
    Hash hash = {};
  };
  uint64_t actions = 0;  // the next seal's `before`
  uint64_t sealed = 0;   // of these
  std::optional<LastSeal> last = {};
};
Result<PlatformCount> ReadCount(const RowsView& rows,
                                std::string_view platform);
void WriteCount(std::string_view platform, const PlatformCount& count,
                RowsView* rows);

// A seal that fits its items.
struct OfferedSeal {
  Seal seal;
  std::string_view bytes;
  Hash hash = {};  // HashSeal
};

// AdmitSeal judges a seal over exactly these actions, by a key that stands in
// the committed rows. An error is the store's.
Result<std::expected<OfferedSeal, std::vector<Violation>>> AdmitSeal(
    std::string_view bytes, std::span<const std::string_view> actions,
    std::string_view origin, std::string_view platform, const RowsView& rows);

// FindSeal returns the entry of a seal that stands.
Result<std::optional<uint64_t>> FindSeal(const Hash& hash,
                                         const RowsView& rows);

// JudgeSeal holds a new seal against what its platform has, and its key against
// the rows as they are by now.
Result<void> JudgeSeal(const OfferedSeal& offered, std::string_view platform,
                       const PlatformCount& count, const RowsView& rows,
                       std::vector<Violation>* violations);

// RecordSeal puts the seal of entry `entry` into rows and count.
void RecordSeal(const OfferedSeal& offered, uint64_t entry,
                PlatformCount* count, RowsView* rows);

// ReadEntrySeal returns the seal that covers an entry of the tree, and the path
// of its action to the seal's root; nothing where no seal does.
Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index,
                                               const Prover& prover,
                                               const RowsView& rows);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_SEALS_H_
