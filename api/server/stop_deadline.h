#ifndef MODLOG_API_SERVER_STOP_DEADLINE_H_
#define MODLOG_API_SERVER_STOP_DEADLINE_H_

// Ends the process where an orderly end takes too long: whoever supervises it
// kills it otherwise, and what is connected must not decide how long that is.
// Nothing is lost: all that was answered is durable, and a log is made to be
// killed at any moment (I6, I10).

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace modlog {

inline constexpr auto kStopMax = std::chrono::milliseconds(2'000);

class StopDeadline {
 public:
  StopDeadline() = default;
  ~StopDeadline();  // the end was orderly
  StopDeadline(const StopDeadline&) = delete;
  StopDeadline& operator=(const StopDeadline&) = delete;

  // Set ends the process with `status` once kStopMax has passed. Once.
  void Set(int status);

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_STOP_DEADLINE_H_
