#ifndef MODLOG_LOG_WRITE_RESOLVE_H_
#define MODLOG_LOG_WRITE_RESOLVE_H_

// What becomes of each item of the groups that are sequenced together: new, a
// duplicate, a conflict, refused. Looks every puid up once, in one go; compares
// stored bytes where one is known; holds the references of new items against
// what stands in the log or earlier in the same batch.

#include <string_view>
#include <vector>

#include "log/store/puid_index.h"
#include "log/store/rows.h"
#include "log/tree/prover.h"
#include "log/write/queue.h"

namespace modlog {

// An entry to be written, in log order.
struct NewEntry {
  std::string_view platform;
  std::string_view action;                       // or the seal
  Hash key;                                      // of an action
  int kind;                                      // the same; 0 for a seal
  std::shared_ptr<const SealedPayload> payload;  // null: none
  uint32_t latest_day = 0;                       // Admitted::latest_day
  bool is_seal() const { return kind == 0; }
};

// What an item became. `item.outcome` kLogged, and kDuplicate or kConflict of
// an item of this batch, get index and hash when the batch is built.
struct ResolvedItem {
  ItemResult item;
  // The position in new_entries that it is, repeats or conflicts with.
  static constexpr size_t kNone = ~size_t{0};
  size_t new_entry = kNone;
};

struct ResolvedSeal {
  SealResult seal;
  size_t new_entry = ResolvedItem::kNone;  // as of an item
};

struct Resolved {
  std::vector<std::vector<ResolvedItem>> groups;  // as the groups, as the items
  std::vector<std::optional<ResolvedSeal>> seals;  // as the groups
  std::vector<NewEntry> new_entries;
};

// Resolve reads the index and, for known puids, the entries up to the prover's
// size; what the new entries change is put into `rows`. kCorrupt when index and
// entries disagree; the store's errors.
Result<Resolved> Resolve(std::span<const PendingGroup> groups, PuidIndex& index,
                         const Prover& prover, RowsView* rows);

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_RESOLVE_H_
