#include "log/write/publication.h"

#include <string>
#include <utility>

namespace modlog {

namespace {

Error Stopped() { return {Code::kUnavailable, "the log is stopping"}; }

}  // namespace

Result<void> Publication::Publish(std::shared_ptr<const SignedHead> head) {
  std::vector<PublishedDone> reached;
  {
    MutexLock lock(&mutex_);
    if (head->tree.size < head_->tree.size) {
      return Fail(Code::kConflict, "size " + std::to_string(head->tree.size) +
                                       " is behind the published size " +
                                       std::to_string(head_->tree.size));
    }
    head_ = head;
    const auto end = waits_.upper_bound(head->tree.size);
    for (auto wait = waits_.begin(); wait != end; ++wait) {
      reached.push_back(std::move(wait->second.done));
    }
    waits_.erase(waits_.begin(), end);
  }
  for (PublishedDone& done : reached) done(head);
  return {};
}

void Publication::When(uint64_t size, int64_t until_ms, PublishedDone done) {
  std::shared_ptr<const SignedHead> head;
  Error refused;
  {
    MutexLock lock(&mutex_);
    if (head_->tree.size >= size) {
      head = head_;
    } else if (closed_) {
      refused = Stopped();
    } else if (waits_.size() >= kPublicationWaitsMax) {
      refused = {Code::kExhausted, std::to_string(kPublicationWaitsMax) +
                                       " callers wait for publication already"};
    } else {
      waits_.emplace(size, Wait{until_ms, std::move(done)});
      return;
    }
  }
  if (head != nullptr) return done(std::move(head));
  done(std::unexpected(refused));
}

void Publication::Expire(int64_t now_ms) {
  std::vector<PublishedDone> late;
  {
    MutexLock lock(&mutex_);
    for (auto wait = waits_.begin(); wait != waits_.end();) {
      if (wait->second.until_ms > now_ms) {
        ++wait;
        continue;
      }
      late.push_back(std::move(wait->second.done));
      wait = waits_.erase(wait);
    }
  }
  for (PublishedDone& done : late) {
    done(std::unexpected(
        Error{Code::kUnavailable, "not published within the time asked for"}));
  }
}

void Publication::Close() {
  std::multimap<uint64_t, Wait> waits;
  {
    MutexLock lock(&mutex_);
    closed_ = true;
    waits.swap(waits_);
  }
  for (auto& [size, wait] : waits) wait.done(std::unexpected(Stopped()));
}

}  // namespace modlog
