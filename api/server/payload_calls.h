#ifndef MODLOG_API_SERVER_PAYLOAD_CALLS_H_
#define MODLOG_API_SERVER_PAYLOAD_CALLS_H_

// What is kept beside an entry, for those who may see it: open parts for
// everybody, restricted ones for the entry's platform and the operator. That
// there are restricted parts is itself not shown. Thread-safe.

#include <optional>

#include "api/server/callers.h"
#include "api/server/read_calls.h"
#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

// Who asks.
struct PayloadReaderIdentity {
  bool is_operator = false;
  std::string_view platform = {};  // empty: nobody
};

// ReadKept: OUT_OF_RANGE beyond the signed tree.
Reply<v1::GetPayloadResponse> ReadKept(Log* log,
                                       const v1::GetPayloadRequest& request,
                                       const PayloadReaderIdentity& caller);

// RefuseErase returns the status of a call by somebody who may not make it.
std::optional<grpc::Status> RefuseErase(Log* log,
                                        const v1::EraseRequest& request,
                                        const Caller& caller);
EraseOrder OrderOf(const v1::EraseRequest& request);

// FormatKept writes an answer as JSON, bytes in base64, names as in the .proto.
std::string FormatKept(const v1::GetPayloadResponse& response);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_PAYLOAD_CALLS_H_
