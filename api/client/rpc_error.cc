#include "api/client/rpc_error.h"

#include <charconv>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/rpc/error_details.pb.h"

namespace modlog {
namespace {

constexpr size_t kTextSizeMax = 400;

// WithoutItem drops "actions[3]." or "plain[3].".
std::string_view WithoutItem(std::string_view field) {
  for (std::string_view list : {"actions[", "plain["}) {
    if (!field.starts_with(list)) continue;
    size_t end = field.find(']');
    if (end == std::string_view::npos) return field;
    field.remove_prefix(end + 1);
    if (field.starts_with('.')) field.remove_prefix(1);
    return field;
  }
  return field;
}

void AddViolation(const google::rpc::BadRequest::FieldViolation& violation,
                  std::string* text) {
  const std::string_view field = WithoutItem(violation.field());
  absl::StrAppend(text, text->empty() ? "" : "; ",
                  Printable(field, kTextSizeMax), field.empty() ? "" : ": ",
                  Printable(violation.description(), kTextSizeMax));
}

void TakeViolations(const google::rpc::BadRequest& request,
                    RpcFailure* failure) {
  failure->text.clear();
  for (const auto& violation : request.field_violations()) {
    AddViolation(violation, &failure->text);
    if (const auto item = ItemNamed(violation.field())) {
      AddViolation(violation, &failure->items[*item]);
    }
  }
}

Code CodeFrom(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNAUTHENTICATED:
      return Code::kUntrusted;
    case grpc::StatusCode::PERMISSION_DENIED:
      return Code::kForbidden;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return Code::kConflict;
    case grpc::StatusCode::ALREADY_EXISTS:
      return Code::kAlreadyExists;
    case grpc::StatusCode::NOT_FOUND:
      return Code::kNotFound;
    case grpc::StatusCode::OUT_OF_RANGE:
      return Code::kOutOfRange;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Code::kExhausted;
    case grpc::StatusCode::DATA_LOSS:
      return Code::kCorrupt;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return Code::kMalformed;
    default:
      return Code::kUnavailable;
  }
}

std::chrono::milliseconds Milliseconds(
    const google::protobuf::Duration& duration) {
  return std::chrono::milliseconds(duration.seconds() * 1'000 +
                                   duration.nanos() / 1'000'000);
}

}  // namespace

RpcFailure ParseFailure(const google::rpc::Status& status) {
  RpcFailure failure{.code = static_cast<grpc::StatusCode>(status.code()),
                     .text = Printable(status.message(), kTextSizeMax),
                     .reason = {},
                     .retry_after = {}};
  google::rpc::BadRequest request;
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&request) && request.field_violations_size() > 0) {
      TakeViolations(request, &failure);
    } else if (detail.UnpackTo(&info)) {
      failure.reason = Printable(info.reason(), 64);
      failure.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (detail.UnpackTo(&retry)) {
      failure.retry_after = Milliseconds(retry.retry_delay());
    }
  }
  return failure;
}

RpcFailure ParseFailure(const grpc::Status& status) {
  google::rpc::Status parsed;
  // Details that do not parse are no details: the code and message stand.
  if (!parsed.ParseFromString(status.error_details())) parsed.Clear();
  parsed.set_code(status.error_code());
  parsed.set_message(status.error_message());
  return ParseFailure(parsed);
}

bool IsWorthRetrying(const RpcFailure& failure) {
  if (failure.code == grpc::StatusCode::RESOURCE_EXHAUSTED) return true;
  if (failure.code != grpc::StatusCode::UNAVAILABLE) return false;
  return failure.reason != "ROLLED_BACK" && failure.reason != "POISONED" &&
         failure.reason != "STOPPING";
}

Error ErrorFrom(const RpcFailure& failure) {
  std::string text = failure.text;
  if (text.empty()) text = absl::StrCat("grpc status ", failure.code);
  // Elsewhere the reason says no more than the text does.
  if (failure.code == grpc::StatusCode::UNAVAILABLE &&
      !failure.reason.empty()) {
    text = absl::StrCat(failure.reason, ": ", text);
  }
  return {CodeFrom(failure.code), std::move(text)};
}

std::optional<size_t> ItemNamed(std::string_view field) {
  constexpr std::string_view kList = "actions[";
  if (!field.starts_with(kList)) return std::nullopt;
  const std::string_view digits =
      field.substr(kList.size(), field.find(']') - kList.size());
  size_t item = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, item);
  if (error != std::errc() || rest != end) return std::nullopt;
  return item;
}

std::string Printable(std::string_view text, size_t size_max) {
  std::string printable;
  for (char c : text.substr(0, size_max)) {
    if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      printable += c;
    } else {
      absl::StrAppendFormat(&printable, "\\x%02x",
                            static_cast<unsigned char>(c));
    }
  }
  if (text.size() > size_max) printable += "…";
  return printable;
}

}  // namespace modlog
