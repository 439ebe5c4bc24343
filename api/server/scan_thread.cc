#include "api/server/scan_thread.h"

#include <chrono>

namespace modlog {

namespace {
constexpr auto kIdleTime = std::chrono::milliseconds(100);
}  // namespace

ScanThread::ScanThread() : thread_([this] { Run(); }) {}

ScanThread::~ScanThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (const auto& job : ready_) job->Abort();
  for (const auto& job : idle_) job->Abort();
}

Result<void> ScanThread::Add(std::shared_ptr<ScanJob> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Fail(Code::kUnavailable, "the server is stopping");
    if (jobs_ >= kScansMax) {
      return Fail(Code::kExhausted,
                  "64 searches and watches are running, the most there can "
                  "be: try again");
    }
    ++jobs_;
    ready_.push_back(std::move(job));
  }
  changed_.notify_all();
  return {};
}

void ScanThread::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

bool ScanThread::WaitForWork(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [this] {
    return stopping_ || woken_ || !ready_.empty();
  };
  if (idle_.empty()) {  // nobody there: sleep without a tick
    changed_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
  } else {
    changed_.wait_until(lock, next_look_, has_work);
  }
  // Idle ones have their turn also while others always have more to do.
  const auto now = std::chrono::steady_clock::now();
  if (woken_ || now >= next_look_) {
    ready_.insert(ready_.end(), idle_.begin(), idle_.end());
    idle_.clear();
    next_look_ = now + kIdleTime;
  }
  woken_ = false;
  return !stopping_;
}

void ScanThread::Run() {
  std::unique_lock lock(mutex_);
  while (WaitForWork(lock)) {
    if (ready_.empty()) continue;
    const std::shared_ptr<ScanJob> job = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    const ScanJob::Next next = job->Step();
    lock.lock();
    switch (next) {
      case ScanJob::Next::kAgain:
        ready_.push_back(job);
        break;
      case ScanJob::Next::kIdle:
        idle_.push_back(job);
        break;
      case ScanJob::Next::kDone:
        --jobs_;
        break;
    }
  }
}

}  // namespace modlog
