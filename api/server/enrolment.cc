#include "api/server/enrolment.h"

#include <algorithm>
#include <memory>

#include "api/server/platform_rule.h"
#include "api/server/status.h"
#include "modlog/v1/action.pb.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr uint32_t kTaxonomy = 202'507;
constexpr uint32_t kFirstKey = 1;

RpcStatus OperatorOnly(const v1::AddPlatformRequest& request,
                       const Caller& caller) {
  return DetailedStatus(
      grpc::StatusCode::PERMISSION_DENIED, "OPERATOR_ONLY",
      "only the operator enrols platforms: show the operator's token",
      {{"platform", request.platform().substr(0, kPlatformSizeMax)},
       {"caller", caller.platform.empty() ? "nobody" : caller.platform}});
}

// The same bytes each time that the key is registered again.
std::string RegistrationOf(const v1::AddPlatformRequest& request) {
  v1::Action action;
  action.set_kind(v1::KIND_PLATFORM_KEY);
  action.set_puid("seal-key-1");
  action.set_taxonomy(kTaxonomy);
  v1::KeyEvent* event = action.mutable_key_event();
  event->set_op(v1::KEY_OP_REGISTER);
  event->set_use(v1::KEY_USE_SEAL);
  event->set_number(kFirstKey);
  event->set_public_key(request.seal_key());
  event->set_proof(request.proof());
  return action.SerializeAsString();
}

// What the entry of a key became: its index, or why there is none.
std::expected<uint64_t, grpc::Status> IndexOf(
    const Result<AppendAnswer>& answer, LogState state) {
  if (!answer.has_value()) {
    return std::unexpected(ErrorToGrpc(answer.error(), state));
  }
  const ItemResult& item = answer->items.front();
  if (item.outcome == ItemResult::Outcome::kConflict) {
    return std::unexpected(
        ToGrpc(ConflictStatus("seal_key", item.index, item.leaf_hash)));
  }
  if (item.outcome == ItemResult::Outcome::kRefused) {
    return std::unexpected(ToGrpc(RefusedStatus(item.violations)));
  }
  return item.index;
}

Reply<v1::AddPlatformResponse> IssueToken(Callers* callers, LogState state,
                                          const std::string& platform) {
  auto token = callers->IssueToken(platform);
  if (!token.has_value()) {
    return std::unexpected(ErrorToGrpc(token.error(), state));
  }
  v1::AddPlatformResponse response;
  response.set_token(*std::move(token));
  return response;
}

// The entry first: a platform whose key is refused gets no token either.
void RegisterKey(Log* log, Callers* callers,
                 const v1::AddPlatformRequest& request, EnrolDone done) {
  const auto action = std::make_shared<std::string>(RegistrationOf(request));
  AppendGroup group;
  group.platform = request.platform();
  group.actions = {*action};
  group.authenticated = true;
  group.by_operator = true;
  log->Append(std::move(group),
              [log, callers, action, platform = request.platform(),
               done = std::move(done)](Result<AppendAnswer> answer) mutable {
                const auto index = IndexOf(answer, log->state());
                if (!index.has_value()) {
                  return done(std::unexpected(index.error()));
                }
                auto response = IssueToken(callers, log->state(), platform);
                if (response.has_value()) response->set_key_index(*index);
                done(std::move(response));
              });
}

void SetKey(const PlatformStatus::Key& key, v1::GetPlatformResponse::Key* out) {
  out->set_number(key.number);
  out->set_use(static_cast<v1::KeyUse>(key.use));
  out->set_public_key(key.public_key);
  out->set_state(static_cast<v1::KeyOp>(key.state));
  out->set_since_index(key.since);
}

}  // namespace

void EnrolPlatform(Log* log, Callers* callers,
                   const v1::AddPlatformRequest& request, const Caller& caller,
                   EnrolDone done) {
  if (!caller.IsOperator()) {
    return done(std::unexpected(ToGrpc(OperatorOnly(request, caller))));
  }
  if (!IsPlatformName(request.platform())) {
    return done(std::unexpected(RefusedToGrpc("platform", kPlatformRule)));
  }
  if (request.seal_key().empty() != request.proof().empty()) {
    return done(std::unexpected(RefusedToGrpc(
        "proof",
        "goes together with seal_key: the platform signs with its "
        "key that it has it")));
  }
  if (request.seal_key().empty()) {
    return done(IssueToken(callers, log->state(), request.platform()));
  }
  RegisterKey(log, callers, request, std::move(done));
}

Reply<v1::GetPlatformResponse> ReadPlatformStatus(
    Log* log, const Callers& callers, const v1::GetPlatformRequest& request) {
  if (!IsPlatformName(request.platform())) {
    return std::unexpected(RefusedToGrpc("platform", kPlatformRule));
  }
  const auto status = log->ReadPlatform(request.platform());
  if (!status.has_value()) {
    return std::unexpected(ErrorToGrpc(status.error(), log->state()));
  }
  v1::GetPlatformResponse response;
  response.set_platform(request.platform());
  response.set_enrolled(callers.IsEnrolled(request.platform()));
  uint32_t newest = 0;
  for (const PlatformStatus::Key& key : status->keys) {
    SetKey(key, response.add_keys());
    if (key.use == v1::KEY_USE_SEAL) newest = std::max(newest, key.number);
  }
  response.set_next_key(newest + 1);
  response.set_actions(status->actions);
  response.set_sealed(status->sealed);
  if (status->last_seal.has_value()) {
    response.set_last_seal_sha256(std::string(AsText(*status->last_seal)));
    response.set_last_seal_index(status->last_seal_entry);
  }
  return response;
}

}  // namespace modlog
