#include "api/client/logged_actions.h"

#include <grpcpp/client_context.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "verifier/core/entry.h"

namespace modlog {

Result<std::optional<std::string>> FindLoggedAction(Client* client,
                                                    const std::string& platform,
                                                    const std::string& puid) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(kCallSecondsMax));
  v1::GetStatusRequest request;
  request.set_platform(platform);
  request.set_puid(puid);
  v1::GetStatusResponse response;
  const grpc::Status status =
      client->stub()->GetStatus(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) return std::nullopt;
  if (!status.ok()) {
    return Prefixed("asking the log for an earlier entry",
                    ErrorFrom(ParseFailure(status)));
  }
  if (response.redacted_by() != 0) {
    return Fail(Code::kNotFound,
                absl::StrCat("entry ", response.index(),
                             " was redacted by entry ", response.redacted_by(),
                             ": what it said is not known any more"));
  }
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(response.leaf()));
  v1::Action action;
  if (entry.platform != platform ||
      !action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size())) ||
      action.puid() != puid) {
    return Fail(Code::kMalformed,
                "the log answered with another entry than the one asked for");
  }
  return std::string(entry.action);
}

}  // namespace modlog
