#ifndef MODLOG_API_SERVER_STATUS_H_
#define MODLOG_API_SERVER_STATUS_H_

// How what went wrong is told to a caller: a gRPC status with details that a
// program can act on, in the shape of https://google.aip.dev/193.
//
//   INVALID_ARGUMENT    BadRequest: item and field, never the value
//   ALREADY_EXISTS      ErrorInfo PUID_CONFLICT, metadata index and leaf_hash
//   RESOURCE_EXHAUSTED  ErrorInfo, RetryInfo
//   UNAUTHENTICATED     ErrorInfo BAD_TOKEN
//   PERMISSION_DENIED   ErrorInfo NOT_THE_PLATFORM, NOT_ENROLLED,
//                       OPERATOR_ONLY, metadata platform and caller
//   FAILED_PRECONDITION ErrorInfo SEAL_REFUSED, NO_COSE_RECEIPT
//   UNAVAILABLE         ErrorInfo: UNCONFIRMED (and RetryInfo), ROLLED_BACK,
//                       POISONED, STOPPING, CLOCK, TRY_AGAIN
//
// Pure functions, thread-safe. Limits: details end at kStatusDetailsSizeMax
// bytes, because a trailer above 8 KiB of metadata fails the whole call.

#include <grpcpp/support/status.h>

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "google/rpc/status.pb.h"
#include "log/log.h"

namespace modlog {

inline constexpr size_t kStatusDetailsSizeMax = 4'096;
inline constexpr size_t kStatusViolationsMax = 64;  // of one call
inline constexpr size_t kItemViolationsMax = 8;     // of one of many items
inline constexpr int64_t kRetryDelayMs = 200;       // about one full queue

using RpcStatus = google::rpc::Status;

// ErrorStatus translates an error by the table of docs/design.md, "Errors".
// `state` is the log's: it says why a call is UNAVAILABLE.
RpcStatus ErrorStatus(const Error& error, LogState state);

// WhyNoCheckpoint says for a person why the log shows none.
std::string WhyNoCheckpoint(const Log& log);

// RefusedStatus is INVALID_ARGUMENT naming the first `violations_max` of the
// violations, and how many more there are. REQUIRES: at least one.
RpcStatus RefusedStatus(const std::vector<Violation>& violations,
                        size_t violations_max = kStatusViolationsMax);

// ConflictStatus is ALREADY_EXISTS: other bytes stand at `index` under the
// puid. `field` is the path of the puid in the request.
RpcStatus ConflictStatus(std::string_view field, uint64_t index,
                         const Hash& leaf_hash);

// DetailedStatus has an ErrorInfo of that reason and metadata.
RpcStatus DetailedStatus(grpc::StatusCode code, std::string_view reason,
                         std::string message,
                         const std::map<std::string, std::string>& metadata);

// ToGrpc moves a status to where gRPC carries it: the details go into the
// trailer grpc-status-details-bin.
grpc::Status ToGrpc(const RpcStatus& status);

// Shorthands for the one who answers a call.
grpc::Status ErrorToGrpc(const Error& error, LogState state);
grpc::Status RefusedToGrpc(std::string_view field, std::string_view rule);

// FailedCall is how a call ends that the log could not answer.
inline std::unexpected<grpc::Status> FailedCall(const Log& log,
                                                const Error& error) {
  return std::unexpected(ErrorToGrpc(error, log.state()));
}

}  // namespace modlog

#endif  // MODLOG_API_SERVER_STATUS_H_
