#ifndef MODLOG_API_SERVER_READ_CALLS_H_
#define MODLOG_API_SERVER_READ_CALLS_H_

// What the Get… calls of proto/modlog/v1/log.proto answer: a response, or the
// status that the call ends with. Thread-safe.

#include <grpcpp/support/status.h>

#include <expected>
#include <optional>
#include <string>

#include "api/witnessing/publisher.h"
#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

template <typename Response>
using Reply = std::expected<Response, grpc::Status>;

// What the calls tell or do besides what is the log's own.
struct ServiceSettings {
  std::string http_address;
  int64_t witness_interval_ms = 0;    // from asking witnesses to asking again
  std::string mldsa_vkey;             // of the second key, if there is one
  std::optional<SignerKey> cose_key;  // for COSE receipts, if there are any
};

// ReadEntry: OUT_OF_RANGE beyond the signed tree.
Reply<v1::GetEntryResponse> ReadEntry(Log* log,
                                      const v1::GetEntryRequest& request);
Reply<v1::GetCheckpointResponse> ReadCheckpoint(Log* log);

// ReadInclusion: OUT_OF_RANGE unless index < tree size <= signed size.
Reply<v1::GetInclusionProofResponse> ReadInclusion(
    Log* log, const v1::GetInclusionProofRequest& request);

// ReadConsistency: INVALID_ARGUMENT for sizes that no log could answer,
// OUT_OF_RANGE for those that this one does not reach.
Reply<v1::GetConsistencyProofResponse> ReadConsistency(
    Log* log, const v1::GetConsistencyProofRequest& request);

// ReadReceipt: OUT_OF_RANGE beyond the published tree; FAILED_PRECONDITION for
// a COSE receipt without a key, or of a tree of one entry.
Reply<v1::GetReceiptResponse> ReadReceipt(
    Log* log, const std::optional<SignerKey>& cose_key,
    const v1::GetReceiptRequest& request);
// ToClock writes what the log says of its clock.
v1::Clock ToClock(const ClockReport& report);
// `publisher` is null where there are no witnesses.
Reply<v1::GetLogInfoResponse> ReadInfo(Log* log, const Publisher* publisher,
                                       const ServiceSettings& settings);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_READ_CALLS_H_
