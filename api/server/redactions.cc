#include "api/server/redactions.h"

#include <fmt/format.h>

#include "api/server/status.h"

namespace modlog {

namespace {

std::optional<grpc::Status> RefuseAllButOperator(const Caller& caller,
                                                 const std::string& does) {
  if (caller.IsOperator()) return std::nullopt;
  return ToGrpc(DetailedStatus(
      grpc::StatusCode::PERMISSION_DENIED, "OPERATOR_ONLY",
      "only the operator " + does + ": show the operator's token",
      {{"caller", caller.platform.empty() ? "nobody" : caller.platform}}));
}

}  // namespace

std::optional<grpc::Status> RefuseRedact(const Caller& caller) {
  return RefuseAllButOperator(caller, "redacts entries");
}

std::optional<grpc::Status> RefuseFreeze(const Caller& caller) {
  return RefuseAllButOperator(caller, "ends a log");
}

std::optional<grpc::Status> RefuseClock(const Caller& caller) {
  return RefuseAllButOperator(caller, "says that the clock is right");
}

RedactOrder OrderOf(const v1::RedactRequest& request) {
  return {.index = request.index(),
          .basis = request.basis(),
          .fields = {request.fields().begin(), request.fields().end()}};
}

grpc::Status LeafErrorToGrpc(Log* log, uint64_t index, const Error& error) {
  if (error.code != Code::kNotFound) return ErrorToGrpc(error, log->state());
  const auto redacted = log->ReadRedacted(index);
  if (!redacted || !*redacted) return ErrorToGrpc(error, log->state());
  return ToGrpc(
      DetailedStatus(grpc::StatusCode::NOT_FOUND, "REDACTED", error.message,
                     {{"index", fmt::to_string(index)},
                      {"redacted_by", fmt::to_string((*redacted)->by)}}));
}

std::string FormatRedactions(const std::vector<RedactedEntry>& entries) {
  std::vector<RedactionLine> lines;
  lines.reserve(entries.size());
  for (const RedactedEntry& entry : entries) {
    lines.push_back({entry.index, entry.by, entry.leaf_hash});
  }
  return FormatRedactionList(lines);
}

}  // namespace modlog
