#ifndef MODLOG_LOG_CLOCK_H_
#define MODLOG_LOG_CLOCK_H_

// Time, as a thing that tests can move.

#include <cstdint>

namespace modlog {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t WallMs() = 0;       // since the epoch, UTC
  virtual int64_t MonotonicMs() = 0;  // never jumps; of unspecified origin
};

// SystemClock returns the machine's clock. Never null, lives for ever.
Clock* SystemClock();

}  // namespace modlog

#endif  // MODLOG_LOG_CLOCK_H_
