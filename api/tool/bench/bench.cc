#include "api/tool/bench/bench.h"

#include "absl/strings/str_cat.h"
#include "api/tool/bench/bench_wire.h"
#include "api/tool/bench/loop.h"

namespace modlog {
namespace {

Result<void> CheckSize(const BenchOptions& options, const Workload& workload) {
  size_t size = RequestSize(workload, options.batch);
  if (size <= kRequestSizeMax) return {};
  return Fail(Code::kTooLarge,
              absl::StrCat("a message of ", options.batch, " actions of ",
                           options.action_bytes, " bytes has ", size,
                           " bytes, limit ", kRequestSizeMax));
}

}  // namespace

Result<BenchResult> RunBench(Client* client, const BenchOptions& options) {
  ASSIGN_OR_RETURN(Workload workload,
                   Workload::Make(options.action_bytes, options.seed));
  RETURN_IF_ERROR(CheckSize(options, workload));
  BenchLoop loop(options, workload, client->policy());
  auto lanes = options.mode == BenchMode::kStream
                   ? MakeStreamLanes(&loop, *client)
                   : MakeCallLanes(&loop, *client);
  return loop.Run(lanes);
}

}  // namespace modlog
