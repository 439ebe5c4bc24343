#ifndef MODLOG_API_SERVER_APPEND_ANSWER_H_
#define MODLOG_API_SERVER_APPEND_ANSWER_H_

// What the log said to an append, as the answer of the call. An answer to
// Append is, with the bytes submitted, a complete offline receipt.
//
// Answers are written to the wire without building messages: the path of one
// unary answer alone would be some thirty small strings. Pure functions,
// thread-safe.

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include "api/server/append_request.h"
#include "api/server/status.h"
#include "log/log.h"

namespace modlog {

// WriteAnswer writes the response to `input` into `out`, or returns the status
// that the call ends with. `state` is the log's. For a stream the status is
// always OK: what failed is said in the response.
grpc::Status WriteAnswer(const AppendInput& input,
                         const Result<AppendAnswer>& answer, LogState state,
                         grpc::ByteBuffer* out);

// WriteStreamError makes the answer to a message of a stream of which nothing
// was appended.
grpc::ByteBuffer WriteStreamError(const RpcStatus& error);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_APPEND_ANSWER_H_
