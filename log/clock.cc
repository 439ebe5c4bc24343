#include "log/clock.h"

#include <chrono>

namespace modlog {

namespace {

template <typename C>
int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             C::now().time_since_epoch())
      .count();
}

class RealClock final : public Clock {
 public:
  int64_t WallMs() override { return NowMs<std::chrono::system_clock>(); }
  int64_t MonotonicMs() override { return NowMs<std::chrono::steady_clock>(); }
};

}  // namespace

Clock* SystemClock() {
  static RealClock clock;
  return &clock;
}

}  // namespace modlog
