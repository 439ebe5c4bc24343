#ifndef MODLOG_API_SERVER_SCAN_THREAD_H_
#define MODLOG_API_SERVER_SCAN_THREAD_H_

// One thread that reads through the log for everybody who searches or watches,
// a step of each in turn: a call thread would stand still for a second, and a
// thread a caller would be theirs to multiply. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kScansMax = 64;  // at a time

class ScanJob {
 public:
  virtual ~ScanJob() = default;
  enum class Next {
    kAgain,  // there is more to do now
    kIdle,   // not before Wake, or a tenth of a second later
    kDone,
  };
  // Step does a few milliseconds of work. Called by one thread.
  virtual Next Step() = 0;
  // Abort ends a job that gets no more steps: the thread stops.
  virtual void Abort() = 0;
};

class ScanThread {
 public:
  ScanThread();
  ~ScanThread();  // aborts what is left
  ScanThread(const ScanThread&) = delete;
  ScanThread& operator=(const ScanThread&) = delete;

  // Add takes a job on; kExhausted names the limit.
  Result<void> Add(std::shared_ptr<ScanJob> job);
  // Wake has all idle jobs looked at.
  void Wake();

 private:
  void Run();
  // Waits for something to do; false when it is time to stop.
  bool WaitForWork(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<ScanJob>> ready_;
  std::deque<std::shared_ptr<ScanJob>> idle_;
  std::chrono::steady_clock::time_point next_look_ = {};  // at idle jobs
  bool woken_ = false;
  size_t jobs_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_SCAN_THREAD_H_
