#include "api/server/health.h"

namespace modlog {

bool Health::Judge() {
  const int64_t now_ms = clock_->MonotonicMs();
  // Published first: it can only grow meanwhile.
  const uint64_t published_size = log_->published_head()->tree.size;
  const uint64_t signed_size = log_->signed_head()->tree.size;
  const bool moved = published_size != published_size_;
  if (moved || published_size == signed_size) progress_ms_ = now_ms;
  published_size_ = published_size;
  return log_->state() == LogState::kServing &&
         now_ms - progress_ms_ <= kPublishDelayMsMax;
}

}  // namespace modlog
