#ifndef MODLOG_VERIFIER_BASE_DEADLINE_H_
#define MODLOG_VERIFIER_BASE_DEADLINE_H_

// A time by which all of something must be over, that may be brought forward
// and is never put off. Thread-safe.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace modlog {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  Deadline() = default;  // none, until it is brought forward
  explicit Deadline(std::chrono::milliseconds from_now) { Within(from_now); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void Within(std::chrono::milliseconds from_now) {
    const int64_t at =
        (Clock::now() + from_now).time_since_epoch() / Clock::duration(1);
    int64_t before = at_;
    while (at < before && !at_.compare_exchange_weak(before, at)) {
    }
  }

  bool IsOver() const {
    return Clock::now().time_since_epoch() / Clock::duration(1) >= at_;
  }

 private:
  std::atomic<int64_t> at_ = INT64_MAX;  // in the clock's own ticks
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_DEADLINE_H_
