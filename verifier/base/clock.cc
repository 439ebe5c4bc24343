#include "verifier/base/clock.h"

#include <sys/timex.h>
#include <time.h>

#include <cstdlib>

namespace modlog {

namespace {

constexpr int64_t kSameClockMs = 10'000;

int64_t ReadMs(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000 + time.tv_nsec / 1'000'000;
}

class RealClock final : public Clock {
 public:
  int64_t WallMs() override { return ReadMs(CLOCK_REALTIME); }
  // CLOCK_MONOTONIC stands still while the machine sleeps, so that the wall
  // clock would seem to have jumped when it wakes.
  int64_t MonotonicMs() override { return ReadMs(CLOCK_BOOTTIME); }
  // The kernel's word is about the kernel's clock, which may not be the one
  // that this process was given to read.
  bool IsSynchronized() override {
    timex kernel{};
    const int state = ::adjtimex(&kernel);
    if (state < 0 || state == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) {
      return false;
    }
    const int64_t kernel_ms = int64_t{kernel.time.tv_sec} * 1'000;
    return std::llabs(kernel_ms - WallMs()) < kSameClockMs;
  }
};

}  // namespace

Clock* SystemClock() {
  static RealClock clock;
  return &clock;
}

}  // namespace modlog
