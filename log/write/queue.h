#ifndef MODLOG_LOG_WRITE_QUEUE_H_
#define MODLOG_LOG_WRITE_QUEUE_H_

// What waits for the sequencer: admitted groups, bounded in items and bytes, so
// that a flood is told to come back later and memory stays what it is (I8).
//
// One platform's flood is its own trouble. Each platform waits in a lane of its
// own, first in, first out:
//
//   lanes in turn   a ▓▓▓▓▓▓▓▓   b ░   c ▒▒▒        Push: a lane may hold what
//   batch           ▓▓▓▓ ░ ▒▒▒ ▓▓▓▓                 it leaves free of the queue
//
// and a batch takes from each lane in turn, at most kTurnItemsMax items.
// Nothing is promised about the order between platforms. Thread-safe.

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <list>
#include <string>
#include <vector>

#include "log/records/seals.h"
#include "log/rules/limits.h"
#include "log/rules/violation.h"
#include "log/write/admission.h"
#include "log/write/append.h"
#include "verifier/base/mutex.h"

namespace modlog {

// Not less than a group, so that every group fits into a turn.
inline constexpr size_t kTurnItemsMax = kGroupItemsMax;

// A group on its way, with what admission found out about each item.
struct PendingGroup {
  AppendGroup group;
  std::vector<std::expected<Admitted, std::vector<Violation>>> admitted;
  std::optional<OfferedSeal> seal;         // where the group has one that fits
  std::vector<Violation> seal_violations;  // where it has one that does not
  AppendDone done;
  size_t bytes = 0;  // of all actions and payloads
};

class AppendQueue {
 public:
  // Push takes the group. kExhausted names the limit that is full: the queue's
  // or the platform's share of it; kUnavailable once closed. The group is
  // untouched when refused.
  Result<void> Push(PendingGroup& group);

  // Pop waits for work and takes whole groups until they have `items_max` items
  // or more than that in the first. The platform whose group did not fit any
  // more comes first the next time. Empty only when closed and drained.
  std::vector<PendingGroup> Pop(size_t items_max);

  // Close refuses what comes from now on; what waits can still be popped.
  void Close();

 private:
  struct Lane {  // what one platform has waiting: never nothing
    std::string platform;
    std::deque<PendingGroup> groups = {};
    size_t items = 0;
    size_t bytes = 0;
  };
  using Lanes = std::list<Lane>;

  bool ReadyOrClosed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || !lanes_.empty();
  }
  Result<void> CheckRoom(const PendingGroup& group, const Lane* lane) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  PendingGroup TakeFirst() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndTurn() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  Lanes lanes_ ABSL_GUARDED_BY(mutex_);  // in turn: the first is next
  // Of those in lanes_; the keys are the lanes' own strings.
  absl::flat_hash_map<std::string_view, Lanes::iterator> lane_of_
      ABSL_GUARDED_BY(mutex_);
  size_t turn_items_ ABSL_GUARDED_BY(mutex_) = 0;  // taken from the first lane
  size_t items_ ABSL_GUARDED_BY(mutex_) = 0;       // of all lanes
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_QUEUE_H_
