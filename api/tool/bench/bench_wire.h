#ifndef MODLOG_API_TOOL_BENCH_BENCH_WIRE_H_
#define MODLOG_API_TOOL_BENCH_BENCH_WIRE_H_

// The append requests and answers of a bench, without message objects.

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string_view>

#include "api/tool/bench/loop.h"

namespace modlog {

// What a server takes by gRPC's default, less room for the frame around it.
inline constexpr size_t kRequestSizeMax = (4 << 20) - 64;

// A request of entries [first, first + count), and where their bytes are.
struct BenchRequest {
  grpc::Slice bytes;
  size_t first_action_at = 0;
  size_t action_bytes = 0;

  // The bytes of the action at a position in the message.
  std::string_view action(size_t position) const;
};

// RequestSize is the size of a request of `count` actions.
size_t RequestSize(const Workload& workload, size_t count);

// MakeRequest writes the request of a job, as bytes that are an AppendRequest,
// AppendBatchRequest (item by item) or AppendStreamRequest.
BenchRequest MakeRequest(BenchLoop* loop, const Job& job,
                         const Referable& referable);

// What a unary answer says, found without parsing the rest. False where the
// bytes are no AppendResponse.
bool ScanAppendResponse(const grpc::Slice& bytes, bool* duplicate);

// Flatten returns the buffer as one piece. Empty where it cannot be read.
grpc::Slice Flatten(const grpc::ByteBuffer& buffer);

std::string_view AsView(const grpc::Slice& slice);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_BENCH_WIRE_H_
