#ifndef MODLOG_VERIFIER_BASE_PAUSE_H_
#define MODLOG_VERIFIER_BASE_PAUSE_H_

// Time for who looks again and again.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace modlog {

inline uint64_t SystemTimeS() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

// Pause waits; false where `stop` ended it.
inline bool Pause(uint32_t seconds, const std::atomic<bool>& stop) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!stop && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return !stop;
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_PAUSE_H_
