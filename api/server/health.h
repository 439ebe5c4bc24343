#ifndef MODLOG_API_SERVER_HEALTH_H_
#define MODLOG_API_SERVER_HEALTH_H_

// Whether the log does its job, as the health service tells it: appends are
// accepted, and what is signed is published soon after. Not thread-safe.

#include "log/log.h"
#include "verifier/base/clock.h"

namespace modlog {

// How long the published head may stand still behind the signed one.
inline constexpr int64_t kPublishDelayMsMax = 30'000;

class Health {
 public:
  // Both must outlive it.
  Health(const Log* log, Clock* clock) : log_(log), clock_(clock) {}

  // Judge looks at the log now. To be called every second or so.
  bool Judge();

 private:
  const Log* log_;
  Clock* clock_;
  uint64_t published_size_ = 0;
  int64_t progress_ms_ = 0;  // when publication last moved or had caught up
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_HEALTH_H_
