#ifndef MODLOG_VERIFIER_WATCH_ENTRIES_TASK_H_
#define MODLOG_VERIFIER_WATCH_ENTRIES_TASK_H_

// The part of a look that may take long, in a thread of its own and from a
// source of its own: whether the tree goes on from the one seen before, then
// its new entries or the whole log. It goes on from one look to the next, so
// that a log of any size is read to its end, while the looks ask everybody
// else. What it found is for one thread to take.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "verifier/audit/audit.h"
#include "verifier/base/deadline.h"
#include "verifier/watch/comparison.h"
#include "verifier/watch/new_entries.h"

namespace modlog {

using OpenLog = std::function<Result<std::unique_ptr<Source>>(const Deadline*)>;

struct EntriesRequest {
  enum class Extent {
    kGrowth,  // the comparison with what was seen alone
    kNew,     // and the new entries; all, where an entry's bytes are gone
    kAll,     // and the whole log
  };
  OpenLog open;
  const Policy* policy = nullptr;
  const Memory* memory = nullptr;
  std::optional<Seen> before;  // not larger than `now`
  Seen now;
  TrustedCheckpoint trusted;
  Extent extent = Extent::kNew;
  bool first_use = false;
  bool integrity_only = false;
  int threads = 1;
  // Called before the whole log is audited, in the task's thread.
  std::function<Result<void>()> note_audit;
};

struct EntriesOutcome {
  Result<void> opened;
  std::optional<Comparison> growth;  // unless nothing was seen before
  std::optional<Judged<NewEntries>> added;
  Result<void> noted;
  std::optional<AuditReport> audit;
};

struct EntriesProgress {
  std::string what = "compared";
  uint64_t done = 0;
  uint64_t total = 0;  // 0: not known
};

class EntriesTask {
 public:
  // What the request points to must outlive it.
  explicit EntriesTask(EntriesRequest request);
  ~EntriesTask();  // ends it
  EntriesTask(const EntriesTask&) = delete;
  EntriesTask& operator=(const EntriesTask&) = delete;

  // Wait returns whether it has come to its end, within that time.
  bool Wait(std::chrono::milliseconds time);
  // REQUIRES: Wait has returned true.
  const EntriesOutcome& outcome() const { return outcome_; }
  const EntriesRequest& request() const { return request_; }
  EntriesProgress progress() const;

 private:
  void Run();
  void ReadEntries(Source* source);
  void AuditAll(Source* source);

  const EntriesRequest request_;
  std::atomic<bool> stop_ = false;
  Deadline deadline_;  // none, until it is to end
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  EntriesProgress progress_;
  EntriesOutcome outcome_;
  std::jthread thread_;  // last: joined first
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_ENTRIES_TASK_H_
