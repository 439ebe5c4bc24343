#include "api/tool/bench/loop.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "api/tool/interrupt.h"

namespace modlog {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

BenchLoop::BenchLoop(const BenchOptions& options, const Workload& workload,
                     const Policy& policy)
    : options_(options),
      workload_(workload),
      policy_(policy),
      random_(options.seed),
      end_(options.entries) {}

BenchLoop::~BenchLoop() {
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void BenchLoop::Complete(const Job& job, const JobAnswer& answer) {
  last_answer_ = std::chrono::steady_clock::now();
  if (answer.logged > 0) {
    result_.latency.Record(last_answer_ - job.due, answer.logged);
  }
  result_.logged += answer.logged;
  result_.duplicates += answer.duplicates;
  result_.errors += answer.errors + answer.duplicates;
  if (result_.first_error.empty()) {
    result_.first_error = answer.error.empty() && answer.duplicates > 0
                              ? "logged before: choose another --seed"
                              : answer.error;
  }
  --open_;
}

void BenchLoop::Abort(const std::string& error) {
  end_ = next_;
  if (result_.first_error.empty()) result_.first_error = error;
}

BenchResult BenchLoop::Run(const std::vector<std::unique_ptr<Lane>>& lanes) {
  started_ = std::chrono::steady_clock::now();
  last_answer_ = started_;
  while (next_ < end_ || open_ > 0) {
    Dispatch();
    HandleNext(WaitUntil());
    if (Interrupted() != 0) Abort("interrupted");
    ReportProgress();
  }
  for (const auto& lane : lanes) lane->Close();
  while (held_ > 0) HandleNext(std::chrono::system_clock::now() + kTick);
  result_.seconds =
      std::chrono::duration<double>(last_answer_ - started_).count();
  return std::move(result_);
}

std::optional<Job> BenchLoop::Take(BenchTime now) {
  if (next_ >= end_) return std::nullopt;
  BenchTime due = now;
  if (options_.rate > 0) {
    due = started_ + std::chrono::nanoseconds(static_cast<int64_t>(
                         static_cast<double>(next_) / options_.rate * 1e9));
    if (due > now) return std::nullopt;
  }
  Job job{.first = next_,
          .count = std::min<uint64_t>(options_.batch, end_ - next_),
          .due = due};
  next_ += job.count;
  ++open_;
  return job;
}

void BenchLoop::Dispatch() {
  while (!idle_.empty()) {
    auto job = Take(std::chrono::steady_clock::now());
    if (!job) return;
    Lane* lane = idle_.front();
    idle_.pop_front();
    lane->Send(*job);
  }
}

std::chrono::system_clock::time_point BenchLoop::WaitUntil() const {
  std::chrono::nanoseconds wait = kTick;
  if (options_.rate > 0 && !idle_.empty() && next_ < end_) {
    auto due =
        started_ + std::chrono::nanoseconds(static_cast<int64_t>(
                       static_cast<double>(next_) / options_.rate * 1e9));
    wait = std::clamp<std::chrono::nanoseconds>(
        due - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0),
        kTick);
  }
  return std::chrono::system_clock::now() +
         std::chrono::duration_cast<std::chrono::system_clock::duration>(wait);
}

// False where nothing completed in time.
bool BenchLoop::HandleNext(std::chrono::system_clock::time_point until) {
  void* tag = nullptr;
  bool ok = false;
  if (queue_.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT) {
    return false;
  }
  static_cast<Event*>(tag)->OnDone(ok);
  return true;
}

void BenchLoop::ReportProgress() {
  if (!options_.on_progress || last_answer_ - last_report_ < kTick) return;
  last_report_ = last_answer_;
  options_.on_progress(result_.logged + result_.errors);
}

}  // namespace modlog
