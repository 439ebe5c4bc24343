#ifndef MODLOG_API_SERVER_REDACTIONS_H_
#define MODLOG_API_SERVER_REDACTIONS_H_

// Redactions as callers see them: who may ask for one, what is said instead of
// the bytes that are gone, and the list at /redactions
// (verifier/core/redaction_list.h). Thread-safe.

#include <optional>

#include "api/server/callers.h"
#include "log/log.h"
#include "modlog/v1/log.pb.h"

namespace modlog {

// RefuseRedact: it is the operator's alone, because a platform that could take
// out its own entries could take out those that speak against it.
std::optional<grpc::Status> RefuseRedact(const Caller& caller);
// RefuseFreeze: so is the end of a log.
std::optional<grpc::Status> RefuseFreeze(const Caller& caller);
// RefuseClock: and whether its clock is right.
std::optional<grpc::Status> RefuseClock(const Caller& caller);
RedactOrder OrderOf(const v1::RedactRequest& request);

// LeafErrorToGrpc tells why the bytes of an entry could not be read: NOT_FOUND,
// ErrorInfo REDACTED with metadata index and redacted_by, where that is why.
grpc::Status LeafErrorToGrpc(Log* log, uint64_t index, const Error& error);

std::string FormatRedactions(const std::vector<RedactedEntry>& entries);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_REDACTIONS_H_
