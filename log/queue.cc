#include "log/queue.h"

namespace modlog {

Result<void> AppendQueue::Push(PendingGroup& group) {
  const size_t items = group.group.actions.size();
  MutexLock lock(&mutex_);
  if (closed_) return Fail(Code::kUnavailable, "the log is stopping");
  if (items_ + items > kQueueItemsMax) {
    return Fail(Code::kExhausted,
                "append queue is full: " + std::to_string(items_) +
                    " items wait, limit " + std::to_string(kQueueItemsMax));
  }
  if (bytes_ + group.bytes > kQueueBytesMax) {
    return Fail(Code::kExhausted,
                "append queue is full: " + std::to_string(bytes_) +
                    " bytes wait, limit " + std::to_string(kQueueBytesMax));
  }
  items_ += items;
  bytes_ += group.bytes;
  groups_.push_back(std::move(group));
  lock.Notify();
  return {};
}

std::vector<PendingGroup> AppendQueue::Pop(size_t items_max) {
  MutexLock lock(&mutex_);
  mutex_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ReadyOrClosed();
  });
  std::vector<PendingGroup> taken;
  size_t items = 0;
  while (!groups_.empty()) {
    const size_t more = groups_.front().group.actions.size();
    if (!taken.empty() && items + more > items_max) break;
    items += more;
    items_ -= more;
    bytes_ -= groups_.front().bytes;
    taken.push_back(std::move(groups_.front()));
    groups_.pop_front();
  }
  return taken;
}

void AppendQueue::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  lock.Notify();
}

}  // namespace modlog
