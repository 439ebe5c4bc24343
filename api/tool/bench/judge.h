#ifndef MODLOG_API_TOOL_BENCH_JUDGE_H_
#define MODLOG_API_TOOL_BENCH_JUDGE_H_

// Looks at what a bench was answered: every outcome is counted; and, unless
// checks are off, every checkpoint's signature, the ascent of the indexes and a
// sample of leaves and proofs. An answer that does not hold makes errors of all
// its entries.

#include <string>

#include "api/tool/bench/bench_wire.h"
#include "api/tool/bench/loop.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

// Of unary answers, one in so many is checked, proof and all.
inline constexpr uint64_t kUnarySample = 64;

// `heads` is that of the caller or stream: its answers come in order.
// JudgeUnary judges an AppendResponse; JudgeItems the answer to a batch or to a
// stream's message, of which it checks the first item's leaf.
JobAnswer JudgeUnary(BenchLoop* loop, HeadCheck* heads,
                     const BenchRequest& request, const Job& job,
                     const grpc::Slice& response);
JobAnswer JudgeItems(
    BenchLoop* loop, HeadCheck* heads, const BenchRequest& request,
    const Job& job,
    const google::protobuf::RepeatedPtrField<v1::ItemResult>& results,
    const std::string& checkpoint);

// AllFailed makes the answer of a job of which nothing was logged.
JobAnswer AllFailed(const Job& job, std::string error);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_JUDGE_H_
