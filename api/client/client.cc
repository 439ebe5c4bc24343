#include "api/client/client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "api/client/target.h"
#include "api/client/token.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr int kAnswerSizeMax = 16 << 20;

// Of a log that takes connections and breaks them.
constexpr int kConnectTriesMax = 3;

using Deadline = std::chrono::system_clock::time_point;

Deadline After(int seconds) {
  return std::chrono::system_clock::now() + std::chrono::seconds(seconds);
}

void SetDeadline(grpc::ClientContext* context, int seconds) {
  context->set_deadline(After(seconds));
}

// gRPC's text goes from the outside in: "failed to connect to all addresses;
// last error: …: Connection refused". The end is what a person can use.
std::string Innermost(const std::string& text) {
  size_t colon = text.rfind(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

Error ConnectError(const std::string& address, const grpc::Status& status) {
  std::string why;
  switch (status.error_code()) {
    case grpc::StatusCode::UNIMPLEMENTED:
      return {Code::kUnavailable,
              absl::StrCat(address, " answers, but is not a modlog server")};
    case grpc::StatusCode::UNAUTHENTICATED:
      return {Code::kUntrusted,
              absl::StrCat(address, ": ", ParseFailure(status).text,
                           " (--token-file, MODLOG_TOKEN_FILE)")};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      why = absl::StrCat("no answer within ", kConnectSecondsMax, " s");
      break;
    default:
      why = Innermost(ParseFailure(status).text);
  }
  return {Code::kUnavailable,
          absl::StrCat("cannot reach a log at ", address, " (", why,
                       "); start modlogd, or name the log's gRPC address with "
                       "--server HOST:PORT or MODLOG_SERVER")};
}

// A connection that fails is tried again until the deadline, since a log that
// is started at the same moment, or anew, is there soon. What failed first is
// what is told: later tries say less.
grpc::Status AskWhoItIs(grpc::Channel* channel, v1::ModerationLog::Stub* stub,
                        v1::GetLogInfoResponse* info) {
  const Deadline deadline = After(kConnectSecondsMax);
  grpc::Status first;
  for (int tries = 0; tries < kConnectTriesMax; ++tries) {
    grpc::ClientContext context;
    context.set_deadline(deadline);
    const grpc::Status status = stub->GetLogInfo(&context, {}, info);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
      return tries == 0 || status.ok() ? status : first;
    }
    if (tries == 0) first = status;
    if (!channel->WaitForConnected(deadline)) break;
  }
  return first;
}

}  // namespace

std::shared_ptr<grpc::Channel> NewLogChannel(const std::string& address,
                                             const std::string& token) {
  grpc::ChannelArguments arguments;
  // A proxy of the environment has no business between us and loopback.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // 4,096 answers with a path each, or with a refusal each, need more than the
  // 4 MiB that gRPC allows by itself.
  arguments.SetMaxReceiveMessageSize(kAnswerSizeMax);
  // gRPC would look for a log that was restarted after up to two minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  if (!token.empty()) return NewTokenChannel(address, arguments, token);
  return grpc::CreateCustomChannel(
      ChannelTarget(address), grpc::InsecureChannelCredentials(), arguments);
}

Result<std::unique_ptr<Client>> Client::Connect(const std::string& address,
                                                const std::string& token) {
  auto client = std::unique_ptr<Client>(new Client());
  client->address_ = address;
  client->token_ = token;
  client->channel_ = client->NewChannel();
  client->stub_ = v1::ModerationLog::NewStub(client->channel_);

  v1::GetLogInfoResponse info;
  const grpc::Status status =
      AskWhoItIs(client->channel_.get(), client->stub_.get(), &info);
  if (!status.ok()) {
    return std::unexpected(ConnectError(address, status));
  }
  auto key = ParseVerifierKey(info.vkey());
  if (!key) {
    return Prefixed(absl::StrCat("the key that the log at ", address, " names"),
                    std::move(key).error());
  }
  client->policy_.logs.push_back({.key = *std::move(key), .url = {}});
  return client;
}

Result<v1::GetLogInfoResponse> Client::GetLogInfo() {
  grpc::ClientContext context;
  SetDeadline(&context, kCallSecondsMax);
  v1::GetLogInfoResponse info;
  grpc::Status status = stub_->GetLogInfo(&context, {}, &info);
  if (!status.ok()) return std::unexpected(ErrorFrom(ParseFailure(status)));
  return info;
}

namespace {

template <typename Request, typename Response>
Result<Response> Ask(v1::ModerationLog::Stub* stub, const Request& request,
                     grpc::Status (v1::ModerationLog::Stub::*method)(
                         grpc::ClientContext*, const Request&, Response*)) {
  grpc::ClientContext context;
  SetDeadline(&context, kCallSecondsMax);
  Response response;
  const grpc::Status status = (stub->*method)(&context, request, &response);
  if (!status.ok()) return std::unexpected(ErrorFrom(ParseFailure(status)));
  return response;
}

}  // namespace

Result<v1::GetPayloadResponse> Client::GetPayload(
    const v1::GetPayloadRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::GetPayload);
}

Result<v1::RedactResponse> Client::Redact(const v1::RedactRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::Redact);
}

Result<v1::AcceptClockResponse> Client::AcceptClock(
    const v1::AcceptClockRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::AcceptClock);
}

Result<v1::FreezeResponse> Client::Freeze(const v1::FreezeRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::Freeze);
}

Result<v1::EraseResponse> Client::Erase(const v1::EraseRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::Erase);
}

Result<v1::GetStatusResponse> Client::GetStatus(
    const v1::GetStatusRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::GetStatus);
}

Result<v1::FindPuidsResponse> Client::FindPuids(
    const v1::FindPuidsRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::FindPuids);
}

Result<v1::AddPlatformResponse> Client::AddPlatform(
    const v1::AddPlatformRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::AddPlatform);
}

Result<v1::AppendResponse> Client::Append(const v1::AppendRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::Append);
}

Result<v1::GetPlatformResponse> Client::GetPlatform(
    const std::string& platform) {
  v1::GetPlatformRequest request;
  request.set_platform(platform);
  return Ask(stub(), request, &v1::ModerationLog::Stub::GetPlatform);
}

Result<v1::SearchResponse> Client::Search(const v1::SearchRequest& request) {
  return Ask(stub(), request, &v1::ModerationLog::Stub::Search);
}

Result<VerifiedReceipt> Client::GetReceipt(uint64_t index, ReceiptForm form) {
  grpc::ClientContext context;
  SetDeadline(&context, kCallSecondsMax);
  v1::GetReceiptRequest request;
  request.set_index(index);
  request.set_cose(form == ReceiptForm::kNoteAndCose);
  v1::GetReceiptResponse response;
  grpc::Status status = stub_->GetReceipt(&context, request, &response);
  if (!status.ok()) return std::unexpected(ErrorFrom(ParseFailure(status)));

  ASSIGN_OR_RETURN(TlogProof proof, ParseTlogProof(response.tlog_proof()));
  if (proof.index != index) {
    return Fail(Code::kBadProof, absl::StrCat("the receipt is for entry ",
                                              proof.index, ", want ", index));
  }
  RETURN_IF_ERROR(DecodeEntry(response.leaf()));
  ASSIGN_OR_RETURN(
      TrustedCheckpoint trusted,
      CheckTlogProof(proof, HashLeaf(AsBytes(response.leaf())), policy_));
  VerifiedReceipt receipt{
      .leaf = std::move(*response.mutable_leaf()),
      .tlog_proof = std::move(*response.mutable_tlog_proof()),
      .checkpoint = std::move(trusted.checkpoint),
      .seal = {},
      .cose = std::move(*response.mutable_cose())};
  if (response.has_seal()) receipt.seal = std::move(*response.mutable_seal());
  return receipt;
}

}  // namespace modlog
