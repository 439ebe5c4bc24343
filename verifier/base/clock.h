#ifndef MODLOG_VERIFIER_BASE_CLOCK_H_
#define MODLOG_VERIFIER_BASE_CLOCK_H_

// Time, as a thing that tests can move.

#include <cstdint>
#include <string>

namespace modlog {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t WallMs() = 0;  // since the epoch, UTC
  // Never jumps; of unspecified origin. Counts on while the machine sleeps.
  virtual int64_t MonotonicMs() = 0;
  // Whether the system says that a time service keeps the wall clock in step.
  virtual bool IsSynchronized() { return false; }
};

// What the clock says and why it is not believed, for a person and a program.
struct ClockReport {
  int64_t wall_ms = 0;
  int64_t newest_ms =
      0;  // logged_at of the newest entry, 0 where there is none
  std::string trouble = {};  // empty while it is believed
  // When the log goes on by itself if the clock stays as it is, by that clock;
  // 0: not without the operator, or a clock that is set right.
  int64_t goes_on_at_ms = 0;
  // The newest entry is of the future, and by the operator's word new ones get
  // its time until that has passed.
  bool stays_at_newest = false;
};

// SystemClock returns the machine's clock. Never null, lives for ever.
Clock* SystemClock();

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_CLOCK_H_
