#ifndef MODLOG_VERIFIER_REPLAY_PIPELINE_H_
#define MODLOG_VERIFIER_REPLAY_PIPELINE_H_

// Work by several threads whose results are taken in order:
//
//   next()  one at a time, in order     -> a job, or nothing when there is no
//                                          more
//   work()  by any thread, concurrently    job -> result
//   take()  one at a time, in order        result -> whether to go on
//
// At most `2 * threads` results wait for an earlier one. With one thread, or
// where no other is to be had, there is no thread but the caller's.
//
// What is thrown by any of the three (there is no memory) ends the work, and is
// thrown again by Run once no thread runs any more.

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace modlog {

template <typename Job, typename Outcome>
class Pipeline {
 public:
  std::function<std::optional<Job>()> next;
  std::function<Outcome(Job)> work;
  std::function<bool(Outcome)> take;

  // Run returns when all jobs are taken, or take() said to stop.
  // REQUIRES: threads >= 1.
  void Run(int threads) {
    window_ = 2 * static_cast<size_t>(threads);
    {
      std::vector<std::jthread> helpers;
      helpers.reserve(static_cast<size_t>(threads));
      try {
        for (int i = 1; i < threads; ++i) {
          helpers.emplace_back([this] { Loop(); });
        }
      } catch (const std::system_error&) {
        // Those that there are do the work.
      }
      Loop();
    }
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  void Loop() {
    try {
      while (auto job = Claim()) {
        Deliver(job->first, work(std::move(job->second)));
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
      ended_ = stopped_ = true;
      changed_.notify_all();
    }
  }

  std::optional<std::pair<size_t, Job>> Claim() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [this] { return ended_ || claimed_ - taken_ < window_; });
    if (ended_) return std::nullopt;
    std::optional<Job> job = next();
    if (!job) {
      ended_ = true;
      changed_.notify_all();
      return std::nullopt;
    }
    return std::pair(claimed_++, std::move(*job));
  }

  void Deliver(size_t ticket, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(ticket, std::move(outcome));
    while (!stopped_ && !waiting_.empty() &&
           waiting_.begin()->first == taken_) {
      stopped_ = !take(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
      ++taken_;
    }
    ended_ = ended_ || stopped_;
    changed_.notify_all();
  }

  size_t window_ = 2;
  std::mutex mutex_;  // of everything below, and held in next() and take()
  std::condition_variable changed_;
  size_t claimed_ = 0;
  size_t taken_ = 0;
  bool ended_ = false;    // nothing is claimed any more
  bool stopped_ = false;  // nothing is taken any more
  std::map<size_t, Outcome> waiting_;
  std::exception_ptr thrown_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_REPLAY_PIPELINE_H_
