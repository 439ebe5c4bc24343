#ifndef MODLOG_VERIFIER_WATCH_ALL_AT_ONCE_H_
#define MODLOG_VERIFIER_WATCH_ALL_AT_ONCE_H_

// Questions asked at the same time, whose answers are taken as they come: the
// slowest holds none of the others back. At most `threads` are asked at a time.
// Its destructor waits for all of them, so each must come to its end by itself.
// The answers are taken by one thread.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace modlog {

inline constexpr size_t kAtOnceMax = 64;

template <typename Answer>
class AllAtOnce {
 public:
  using Question = std::function<Answer()>;

  explicit AllAtOnce(std::vector<Question> questions,
                     size_t threads = kAtOnceMax)
      : questions_(std::move(questions)), answers_(questions_.size()) {
    const size_t count = std::min(threads, questions_.size());
    for (size_t i = 0; i < count; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  AllAtOnce(const AllAtOnce&) = delete;
  AllAtOnce& operator=(const AllAtOnce&) = delete;

  // Next waits so long, at most, for an answer that was not taken yet, and
  // returns the position of its question.
  std::optional<size_t> Next(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, wait, [this] { return !arrived_.empty(); });
    if (arrived_.empty()) return std::nullopt;
    const size_t position = arrived_.front();
    arrived_.pop_front();
    ++taken_;
    return position;
  }

  bool AllTaken() const { return taken_ == questions_.size(); }

  // REQUIRES: Next has returned this position.
  Answer& answer(size_t position) { return *answers_[position]; }

 private:
  void Work() {
    while (true) {
      std::unique_lock lock(mutex_);
      if (next_ == questions_.size()) return;
      const size_t position = next_++;
      lock.unlock();
      Answer answer = questions_[position]();
      lock.lock();
      answers_[position].emplace(std::move(answer));
      arrived_.push_back(position);
      came_.notify_one();
    }
  }

  const std::vector<Question> questions_;
  std::mutex mutex_;
  std::condition_variable came_;
  size_t next_ = 0;
  std::deque<size_t> arrived_;
  std::vector<std::optional<Answer>> answers_;
  size_t taken_ = 0;                   // the taker's own
  std::vector<std::jthread> threads_;  // last: joined first
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_ALL_AT_ONCE_H_
