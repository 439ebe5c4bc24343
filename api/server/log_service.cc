#include "api/server/log_service.h"

#include <chrono>
#include <memory>
#include <utility>

#include "api/server/append_answer.h"
#include "api/server/append_request.h"
#include "api/server/append_stream.h"
#include "api/server/payload_calls.h"
#include "api/server/read_calls.h"
#include "api/server/status.h"

namespace modlog {
namespace {

// A unary append on its way through the log. gRPC keeps `reactor` and `out`
// until Finish, however long ago the client left.
struct AppendCall {
  AppendInput input;
  grpc::ServerUnaryReactor* reactor;
  grpc::ByteBuffer* out;
};

// Nobody waits for the answer any more: then it had better not be appended.
bool IsOver(grpc::CallbackServerContext* context) {
  return context->IsCancelled() ||
         context->deadline() < std::chrono::system_clock::now();
}

grpc::ServerUnaryReactor* StartAppend(AppendKind kind, Log* log,
                                      grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) {
  auto* reactor = context->DefaultReactor();
  if (IsOver(context)) {
    reactor->Finish({grpc::StatusCode::DEADLINE_EXCEEDED,
                     "the deadline passed before the log had the action"});
    return reactor;
  }
  auto call = std::make_unique<AppendCall>();
  call->reactor = reactor;
  call->out = out;
  const auto violations = ParseAppend(*in, kind, "", &call->input);
  if (!violations.empty()) {
    reactor->Finish(ToGrpc(RefusedStatus(violations)));
    return reactor;
  }
  if (kind == AppendKind::kSingle) call->input.with_proofs = true;
  AppendGroup group = TakeGroup(&call->input);
  log->Append(std::move(group), [log, call = std::move(call)](
                                    const Result<AppendAnswer>& answer) {
    call->reactor->Finish(
        WriteAnswer(call->input, answer, log->state(), call->out));
  });
  return reactor;
}

template <typename Message>
bool Parse(const grpc::ByteBuffer& in, Message* message) {
  grpc::ByteBuffer bytes(in);
  return grpc::SerializationTraits<Message>::Deserialize(&bytes, message).ok();
}

template <typename Message>
grpc::Status Serialize(const Message& message, grpc::ByteBuffer* out) {
  bool own = false;
  return grpc::SerializationTraits<Message>::Serialize(message, out, &own);
}

// Answers a read with what `read(request)` returns.
template <typename Request, typename Read>
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer& in,
                                 grpc::ByteBuffer* out, Read read) {
  auto* reactor = context->DefaultReactor();
  Request request;
  if (!Parse(in, &request)) {
    reactor->Finish(
        RefusedToGrpc("", "does not parse as a request of this call"));
    return reactor;
  }
  const auto reply = read(request);
  reactor->Finish(reply.has_value() ? Serialize(*reply, out) : reply.error());
  return reactor;
}

}  // namespace

LogService::Reactor* LogService::Append(Context* context, const Buffer* in,
                                        Buffer* out) {
  return StartAppend(AppendKind::kSingle, log_, context, in, out);
}

LogService::Reactor* LogService::AppendBatch(Context* context, const Buffer* in,
                                             Buffer* out) {
  return StartAppend(AppendKind::kBatch, log_, context, in, out);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
LogService::AppendStream(Context* context) {
  return modlog::AppendStream::Start(context, log_);
}

LogService::Reactor* LogService::GetEntry(Context* context, const Buffer* in,
                                          Buffer* out) {
  return Answer<v1::GetEntryRequest>(
      context, *in, out,
      [this](const auto& request) { return ReadEntry(log_, request); });
}

LogService::Reactor* LogService::GetCheckpoint(Context* context,
                                               const Buffer* in, Buffer* out) {
  return Answer<v1::GetCheckpointRequest>(
      context, *in, out, [this](const auto&) { return ReadCheckpoint(log_); });
}

LogService::Reactor* LogService::GetInclusionProof(Context* context,
                                                   const Buffer* in,
                                                   Buffer* out) {
  return Answer<v1::GetInclusionProofRequest>(
      context, *in, out,
      [this](const auto& request) { return ReadInclusion(log_, request); });
}

LogService::Reactor* LogService::GetConsistencyProof(Context* context,
                                                     const Buffer* in,
                                                     Buffer* out) {
  return Answer<v1::GetConsistencyProofRequest>(
      context, *in, out,
      [this](const auto& request) { return ReadConsistency(log_, request); });
}

LogService::Reactor* LogService::GetReceipt(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetReceiptRequest>(
      context, *in, out,
      [this](const auto& request) { return ReadReceipt(log_, request); });
}

LogService::Reactor* LogService::GetLogInfo(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetLogInfoRequest>(context, *in, out, [this](const auto&) {
    return ReadInfo(log_, http_address_);
  });
}

LogService::Reactor* LogService::GetPayload(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetPayloadRequest>(
      context, *in, out,
      [this](const auto& request) { return ReadKept(log_, request, {}); });
}

}  // namespace modlog
