#include "api/server/enrolment.h"

#include "api/server/status.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

RpcStatus OperatorOnly(const v1::AddPlatformRequest& request,
                       const Caller& caller) {
  return DetailedStatus(
      grpc::StatusCode::PERMISSION_DENIED, "OPERATOR_ONLY",
      "only the operator enrols platforms: show the operator's token",
      {{"platform", request.platform().substr(0, kPlatformSizeMax)},
       {"caller", caller.platform.empty() ? "nobody" : caller.platform}});
}

}  // namespace

Reply<v1::AddPlatformResponse> EnrolPlatform(
    Callers* callers, LogState state, const v1::AddPlatformRequest& request,
    const Caller& caller) {
  if (!caller.IsOperator()) {
    return std::unexpected(ToGrpc(OperatorOnly(request, caller)));
  }
  if (!IsPlatformName(request.platform())) {
    return std::unexpected(
        RefusedToGrpc("platform", "must match ^[a-z0-9][a-z0-9.-]{0,63}$"));
  }
  if (!request.seal_key().empty() || !request.proof().empty()) {
    return std::unexpected(
        RefusedToGrpc("seal_key", "is not a field this log takes yet"));
  }
  auto token = callers->IssueToken(request.platform());
  if (!token.has_value()) {
    return std::unexpected(ErrorToGrpc(token.error(), state));
  }
  v1::AddPlatformResponse response;
  response.set_token(*std::move(token));
  return response;
}

}  // namespace modlog
