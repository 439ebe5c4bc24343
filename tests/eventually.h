#ifndef MODLOG_TESTS_EVENTUALLY_H_
#define MODLOG_TESTS_EVENTUALLY_H_

// Waits for what other threads or programs bring about. The condition is what
// is tested; the time only ends a test that fails, so it is far longer than the
// slowest machine needs, and shorter than ctest's limit.

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace modlog {

inline constexpr std::chrono::seconds kTestPatience{240};

template <typename Condition>
testing::AssertionResult Eventually(const Condition& holds) {
  const auto end = std::chrono::steady_clock::now() + kTestPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) {
      return testing::AssertionFailure()
             << "not within " << kTestPatience.count() << " s";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return testing::AssertionSuccess();
}

}  // namespace modlog

#endif  // MODLOG_TESTS_EVENTUALLY_H_
