#ifndef MODLOG_API_TOOL_BENCH_LOOP_H_
#define MODLOG_API_TOOL_BENCH_LOOP_H_

// The inside of a bench run: one thread that hands jobs to lanes and their
// completions back. Nothing here is thread-safe.

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/client/answer_check.h"
#include "api/tool/bench/bench.h"
#include "api/tool/bench/workload.h"

namespace modlog {

using BenchTime = std::chrono::steady_clock::time_point;

// Entries [first, first + count), to be sent as one message.
struct Job {
  uint64_t first = 0;
  uint64_t count = 0;
  BenchTime due;  // when it was to be sent: latency counts from here
};

// What became of a job's entries.
struct JobAnswer {
  uint64_t logged = 0;
  uint64_t duplicates = 0;
  uint64_t errors = 0;
  std::string error;  // the first
};

// A completion of the queue.
class Event {
 public:
  virtual ~Event() = default;
  virtual void OnDone(bool ok) = 0;
};

// One caller or one stream. It stands in the loop's list of idle lanes once for
// each message that it could take.
class Lane {
 public:
  virtual ~Lane() = default;
  virtual void Send(const Job& job) = 0;
  // Close ends what has to be ended, once no job is open.
  virtual void Close() {}
};

class BenchLoop {
 public:
  BenchLoop(const BenchOptions& options, const Workload& workload,
            const Policy& policy);
  ~BenchLoop();

  // For the lanes.
  const BenchOptions& options() const { return options_; }
  const Workload& workload() const { return workload_; }
  const Policy& policy() const { return policy_; }
  grpc::CompletionQueue* queue() { return &queue_; }
  FastRandom* random() { return &random_; }
  BenchResult* result() { return &result_; }
  void BecomeIdle(Lane* lane) { idle_.push_back(lane); }
  void Complete(const Job& job, const JobAnswer& answer);
  // Abort hands out no more jobs.
  void Abort(const std::string& error);

  // Hold and Release: something of a lane ends after its jobs, and is waited
  // for.
  void Hold() { ++held_; }
  void Release() { --held_; }

  // Run drives the lanes until every job is complete.
  BenchResult Run(const std::vector<std::unique_ptr<Lane>>& lanes);

 private:
  std::optional<Job> Take(BenchTime now);
  void Dispatch();
  std::chrono::system_clock::time_point WaitUntil() const;
  bool HandleNext(std::chrono::system_clock::time_point until);
  void ReportProgress();

  const BenchOptions& options_;
  const Workload& workload_;
  const Policy& policy_;
  FastRandom random_;
  grpc::CompletionQueue queue_;
  std::deque<Lane*> idle_;
  BenchResult result_;
  uint64_t next_ = 0;  // entry
  uint64_t end_;       // of the entries to send
  uint64_t open_ = 0;  // jobs
  uint64_t held_ = 0;
  BenchTime started_;
  BenchTime last_answer_;
  BenchTime last_report_;
};

std::vector<std::unique_ptr<Lane>> MakeCallLanes(BenchLoop* loop,
                                                 const Client& client);
std::vector<std::unique_ptr<Lane>> MakeStreamLanes(BenchLoop* loop,
                                                   const Client& client);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_LOOP_H_
