#include "api/server/status.h"

#include <fmt/format.h>

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr std::string_view kDomain = "modlog";

struct CodeRow {
  Code code;
  grpc::StatusCode status;
  std::string_view reason;
};
constexpr CodeRow kCodes[] = {
    {Code::kMalformed, grpc::StatusCode::INVALID_ARGUMENT, "MALFORMED"},
    {Code::kTooLarge, grpc::StatusCode::INVALID_ARGUMENT, "TOO_LARGE"},
    {Code::kUntrusted, grpc::StatusCode::UNAUTHENTICATED, "UNTRUSTED"},
    {Code::kForbidden, grpc::StatusCode::PERMISSION_DENIED, "FORBIDDEN"},
    {Code::kBadProof, grpc::StatusCode::INTERNAL, "BAD_PROOF"},
    {Code::kConflict, grpc::StatusCode::FAILED_PRECONDITION, "CONFLICT"},
    {Code::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS, "PUID_CONFLICT"},
    {Code::kNotFound, grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
    {Code::kOutOfRange, grpc::StatusCode::OUT_OF_RANGE, "OUT_OF_RANGE"},
    {Code::kExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL"},
    {Code::kUnavailable, grpc::StatusCode::UNAVAILABLE, "TRY_AGAIN"},
    {Code::kOutcomeUnknown, grpc::StatusCode::UNAVAILABLE, "TRY_AGAIN"},
    {Code::kClock, grpc::StatusCode::UNAVAILABLE, "CLOCK"},
    {Code::kCorrupt, grpc::StatusCode::DATA_LOSS, "CORRUPT"},
};

const CodeRow& RowOf(Code code) {
  const auto* row = std::ranges::find(kCodes, code, &CodeRow::code);
  MODLOG_CHECK(row != std::end(kCodes), "every code has a row");
  return *row;
}

void AddErrorInfo(std::string_view reason, RpcStatus* status) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  status->add_details()->PackFrom(info);
}

void AddRetryInfo(RpcStatus* status) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(int32_t{kRetryDelayMs} * 1'000'000);
  status->add_details()->PackFrom(retry);
}

// The violations that fit, and a last one that counts those left out.
google::rpc::BadRequest MakeBadRequest(const std::vector<Violation>& violations,
                                       size_t violations_max) {
  google::rpc::BadRequest bad;
  size_t bytes = 0;
  size_t shown = 0;
  for (const Violation& violation : violations) {
    bytes += violation.field.size() + violation.description.size() + 8;
    const bool fits = shown < violations_max && bytes < kStatusDetailsSizeMax;
    if (shown > 0 && !fits) break;
    auto* out = bad.add_field_violations();
    out->set_field(violation.field);
    out->set_description(violation.description);
    ++shown;
  }
  if (shown < violations.size()) {
    auto* rest = bad.add_field_violations();
    rest->set_description(
        fmt::format("and {} more", violations.size() - shown));
  }
  return bad;
}

}  // namespace

RpcStatus ErrorStatus(const Error& error, LogState state) {
  const CodeRow& row = RowOf(error.code);
  const bool for_now =
      error.code == Code::kUnavailable || error.code == Code::kOutcomeUnknown;
  const bool stopped =
      for_now && state != LogState::kServing &&
      state != LogState::kClock;  // which has a code of its own
  RpcStatus status;
  status.set_code(row.status);
  status.set_message(error.message);
  // A log that has ended refuses for ever, not for now.
  const bool ended =
      error.code == Code::kConflict && state == LogState::kFrozen;
  AddErrorInfo(stopped || ended ? LogStateName(state) : row.reason, &status);
  const bool passes = stopped && state == LogState::kUnconfirmed;
  if (error.code == Code::kExhausted || passes) AddRetryInfo(&status);
  return status;
}

std::string WhyNoCheckpoint(const Log& log) {
  const std::string reason = log.state_reason();
  return "there is no checkpoint: " +
         (reason.empty() ? "no quorum of the witnesses has cosigned one yet"
                         : reason);
}

RpcStatus RefusedStatus(const std::vector<Violation>& violations,
                        size_t violations_max) {
  MODLOG_CHECK(!violations.empty(), "a refusal has a reason");
  const Violation& first = violations.front();
  RpcStatus status;
  status.set_code(grpc::StatusCode::INVALID_ARGUMENT);
  status.set_message(first.field.empty() ? first.description
                                         : fmt::format("{}: {}", first.field,
                                                       first.description));
  if (violations.size() > 1) {
    status.mutable_message()->append(
        fmt::format(" (and {} more)", violations.size() - 1));
  }
  status.add_details()->PackFrom(MakeBadRequest(violations, violations_max));
  AddErrorInfo("REFUSED", &status);
  return status;
}

RpcStatus ConflictStatus(std::string_view field, uint64_t index,
                         const Hash& leaf_hash) {
  return DetailedStatus(
      grpc::StatusCode::ALREADY_EXISTS, RowOf(Code::kAlreadyExists).reason,
      fmt::format("{}: other bytes stand at index {}", field, index),
      {{"field", std::string(field)},
       {"index", fmt::to_string(index)},
       {"leaf_hash", FormatHex(leaf_hash)}});
}

RpcStatus DetailedStatus(grpc::StatusCode code, std::string_view reason,
                         std::string message,
                         const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kDomain));
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  RpcStatus status;
  status.set_code(code);
  status.set_message(std::move(message));
  status.add_details()->PackFrom(info);
  return status;
}

grpc::Status ToGrpc(const RpcStatus& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

grpc::Status ErrorToGrpc(const Error& error, LogState state) {
  return ToGrpc(ErrorStatus(error, state));
}

grpc::Status RefusedToGrpc(std::string_view field, std::string_view rule) {
  return ToGrpc(RefusedStatus({{std::string(field), std::string(rule)}}));
}

}  // namespace modlog
