#ifndef MODLOG_LOG_LOG_TIME_H_
#define MODLOG_LOG_LOG_TIME_H_

// logged_at: the log's own time, never decreasing. It stays in the log for
// ever, so a clock that jumped is believed by refusing appends, not by writing
// the jump down: one trip to 2099 could not be undone.

#include <algorithm>
#include <cstdint>
#include <string>

#include "log/clock.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr int64_t kClockDriftMaxMs = 5'000;    // wall against monotonic
inline constexpr int64_t kClockBehindMaxMs = 10'000;  // behind the last value

class LogTime {
 public:
  // `last_ms` is the logged_at of the newest entry, 0 for an empty log.
  LogTime(Clock* clock, int64_t last_ms)
      : clock_(clock),
        last_ms_(last_ms),
        offset_ms_(clock->WallMs() - clock->MonotonicMs()) {}

  // Next returns the time of the next batch. kClock while the wall clock
  // is out of step: what passes is the clock's return, or a restart.
  Result<int64_t> Next() {
    const int64_t wall_ms = clock_->WallMs();
    const int64_t drift_ms = wall_ms - clock_->MonotonicMs() - offset_ms_;
    if (drift_ms > kClockDriftMaxMs || drift_ms < -kClockDriftMaxMs) {
      return Fail(Code::kClock,
                  "clock jumped by " + std::to_string(drift_ms) +
                      " ms since start, limit 5000: set it right or restart");
    }
    offset_ms_ += std::clamp<int64_t>(drift_ms, -1, 1);  // follows slow slewing
    if (wall_ms < last_ms_ - kClockBehindMaxMs) {
      return Fail(Code::kClock,
                  "clock is " + std::to_string(last_ms_ - wall_ms) +
                      " ms behind the newest entry, limit 10000: set it right");
    }
    last_ms_ = std::max(last_ms_, wall_ms);
    return last_ms_;
  }

 private:
  Clock* clock_;
  int64_t last_ms_;
  int64_t offset_ms_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_LOG_TIME_H_
