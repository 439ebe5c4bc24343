#include "log/write/queue.h"

namespace modlog {

namespace {

struct Room {
  size_t more;     // would be added
  size_t own;      // of the same platform, waiting
  size_t waiting;  // of all platforms
  size_t max;
  std::string_view unit;
};

// A platform may have as much waiting as it leaves free. So there is always
// something free for one that comes new, however many flood, and a platform
// that is alone is not held to a share that nobody else wants.
Result<void> CheckShare(const Room& room) {
  const std::string unit(room.unit);
  if (room.waiting + room.more > room.max) {
    return Fail(Code::kExhausted,
                "append queue is full: " + std::to_string(room.waiting) + " " +
                    unit + " wait, limit " + std::to_string(room.max));
  }
  const size_t rest = room.max - room.waiting - room.more;
  if (room.own + room.more > rest) {
    const size_t others = room.waiting - room.own;
    return Fail(Code::kExhausted,
                "the platform's share of the append queue is full: " +
                    std::to_string(room.own) + " of its " + unit +
                    " wait, limit " + std::to_string((room.max - others) / 2) +
                    " while " + std::to_string(others) +
                    " of other platforms do");
  }
  return {};
}

}  // namespace

Result<void> AppendQueue::CheckRoom(const PendingGroup& group,
                                    const Lane* lane) const {
  RETURN_IF_ERROR(
      CheckShare({group.group.actions.size(), lane == nullptr ? 0 : lane->items,
                  items_, kQueueItemsMax, "items"}));
  return CheckShare({group.bytes, lane == nullptr ? 0 : lane->bytes, bytes_,
                     kQueueBytesMax, "bytes"});
}

Result<void> AppendQueue::Push(PendingGroup& group) {
  const size_t items = group.group.actions.size();
  MODLOG_CHECK(items <= kTurnItemsMax, "a group fits into a turn");
  MutexLock lock(&mutex_);
  if (closed_) return Fail(Code::kUnavailable, "the log is stopping");
  const auto found = lane_of_.find(group.group.platform);
  const bool waits = found != lane_of_.end();
  RETURN_IF_ERROR(CheckRoom(group, waits ? &*found->second : nullptr));
  Lanes::iterator lane;
  if (waits) {
    lane = found->second;
  } else {
    lane = lanes_.insert(lanes_.end(), Lane{.platform = group.group.platform});
    lane_of_.emplace(lane->platform, lane);
  }
  lane->items += items;
  lane->bytes += group.bytes;
  items_ += items;
  bytes_ += group.bytes;
  lane->groups.push_back(std::move(group));
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
  while (!lanes_.empty()) {
    const size_t more = lanes_.front().groups.front().group.actions.size();
    if (turn_items_ != 0 && turn_items_ + more > kTurnItemsMax) {
      EndTurn();
      continue;
    }
    if (!taken.empty() && items + more > items_max) break;
    items += more;
    taken.push_back(TakeFirst());
  }
  return taken;
}

PendingGroup AppendQueue::TakeFirst() {
  Lane& lane = lanes_.front();
  PendingGroup group = std::move(lane.groups.front());
  lane.groups.pop_front();
  const size_t items = group.group.actions.size();
  turn_items_ += items;
  lane.items -= items;
  lane.bytes -= group.bytes;
  items_ -= items;
  bytes_ -= group.bytes;
  if (lane.groups.empty()) {
    lane_of_.erase(lane.platform);
    lanes_.pop_front();
    turn_items_ = 0;
  }
  return group;
}

void AppendQueue::EndTurn() {
  lanes_.splice(lanes_.end(), lanes_, lanes_.begin());
  turn_items_ = 0;
}

void AppendQueue::Close() {
  MutexLock lock(&mutex_);
  closed_ = true;
  lock.Notify();
}

}  // namespace modlog
