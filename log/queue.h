#ifndef MODLOG_LOG_QUEUE_H_
#define MODLOG_LOG_QUEUE_H_

// What waits for the sequencer: admitted groups, bounded in items and bytes, so
// that a flood is told to come back later and memory stays what it is (I8).
// Thread-safe.

#include <deque>
#include <string>
#include <vector>

#include "log/admission.h"
#include "log/log.h"
#include "log/mutex.h"

namespace modlog {

// A group on its way, with what admission found out about each item.
struct PendingGroup {
  AppendGroup group;
  std::vector<std::expected<Admitted, std::vector<Violation>>> admitted;
  AppendDone done;
  size_t bytes = 0;  // of all actions and payloads
};

class AppendQueue {
 public:
  // Push takes the group. kExhausted names the limit that is full; kUnavailable
  // once closed. The group is untouched when refused.
  Result<void> Push(PendingGroup& group);

  // Pop waits for work and takes whole groups until they have `items_max` items
  // or more than that in the first. Empty only when closed and drained.
  std::vector<PendingGroup> Pop(size_t items_max);

  // Close refuses what comes from now on; what waits can still be popped.
  void Close();

 private:
  bool ReadyOrClosed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || !groups_.empty();
  }

  Mutex mutex_;
  std::deque<PendingGroup> groups_ ABSL_GUARDED_BY(mutex_);
  size_t items_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace modlog

#endif  // MODLOG_LOG_QUEUE_H_
