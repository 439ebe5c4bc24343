#ifndef MODLOG_API_TOOL_BENCH_BENCH_H_
#define MODLOG_API_TOOL_BENCH_BENCH_H_

// A load generator: as many messages in flight as asked for, or as many a
// second, from one thread on one completion queue. What is sent is encoded
// straight from templates and what comes back is looked at, not copied: the
// load shares the machine with the log.

#include <cstdint>
#include <functional>
#include <string>

#include "api/client/client.h"
#include "api/tool/bench/histogram.h"

namespace modlog {

inline constexpr const char* kBenchPlatform = "bench";

enum class BenchMode { kUnary, kBatch, kStream };

struct BenchOptions {
  BenchMode mode = BenchMode::kStream;
  uint64_t entries = 100'000;
  size_t batch = 1'024;       // entries a message; 1 for kUnary
  size_t in_flight = 8;       // messages, over all connections
  size_t action_bytes = 250;  // see Workload
  double rate = 0;            // entries a second; 0 = as fast as they come back
  size_t connections = 1;
  uint64_t seed = 0;
  bool check = true;  // heads, and a sample of leaves and proofs
  std::function<void(uint64_t done)> on_progress;
};

struct BenchResult {
  uint64_t logged = 0;
  uint64_t errors = 0;  // entries not logged, duplicates among them
  uint64_t duplicates = 0;
  std::string first_error;
  double seconds = 0;  // from the first message sent to the last answered
  Histogram latency;   // from the time a message was to be sent
  uint64_t heads_checked = 0;
  uint64_t leaves_checked = 0;
  uint64_t proofs_checked = 0;
};

// RunBench ends when all is answered, when the connection breaks or the log
// stops appending, or after Interrupted() when what is in flight has come back.
// kTooLarge where no action has the size asked for, or a message is too large.
Result<BenchResult> RunBench(Client* client, const BenchOptions& options);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_BENCH_H_
