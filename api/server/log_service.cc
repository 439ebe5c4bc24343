#include "api/server/log_service.h"

#include <chrono>
#include <concepts>
#include <memory>
#include <utility>

#include "api/server/append_answer.h"
#include "api/server/append_request.h"
#include "api/server/append_stream.h"
#include "api/server/append_wait.h"
#include "api/server/enrolment.h"
#include "api/server/entry_status.h"
#include "api/server/payload_calls.h"
#include "api/server/read_calls.h"
#include "api/server/redactions.h"
#include "api/server/search_call.h"
#include "api/server/status.h"
#include "api/server/watch_stream.h"

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
                                      const Callers& callers,
                                      grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* in,
                                      grpc::ByteBuffer* out) {
  auto* reactor = context->DefaultReactor();
  if (IsOver(context)) {
    reactor->Finish({grpc::StatusCode::DEADLINE_EXCEEDED,
                     "the deadline passed before the log had the action"});
    return reactor;
  }
  const auto caller = callers.Identify(*context);
  if (!caller.has_value()) {
    reactor->Finish(ToGrpc(caller.error()));
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
  if (const auto denied = callers.RefuseAppend(*caller, call->input.platform)) {
    reactor->Finish(ToGrpc(*denied));
    return reactor;
  }
  if (kind == AppendKind::kSingle) call->input.with_proofs = true;
  AppendGroup group = TakeGroup(&call->input, *caller);
  const bool wait = call->input.wait_witnessed;
  const bool with_proofs = call->input.with_proofs;
  AppendDone done =
      [log, call = std::move(call)](const Result<AppendAnswer>& answer) {
        call->reactor->Finish(
            WriteAnswer(call->input, answer, log->state(), call->out));
      };
  if (wait) done = OnceWitnessed(log, with_proofs, std::move(done));
  log->Append(std::move(group), std::move(done));
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

grpc::Status Unparsed() {
  return RefusedToGrpc("", "does not parse as a request of this call");
}

// Answers a call with what `read(request, caller)` returns, or
// `read(request)` where it is the same for everybody.
template <typename Request, typename Read>
grpc::ServerUnaryReactor* Answer(const Callers& callers,
                                 grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer& in,
                                 grpc::ByteBuffer* out, Read read) {
  auto* reactor = context->DefaultReactor();
  const auto caller = callers.Identify(*context);
  if (!caller.has_value()) {
    reactor->Finish(ToGrpc(caller.error()));
    return reactor;
  }
  Request request;
  if (!Parse(in, &request)) {
    reactor->Finish(Unparsed());
    return reactor;
  }
  const auto reply = [&] {
    if constexpr (std::invocable<Read, const Request&, const Caller&>) {
      return read(request, *caller);
    } else {
      return read(request);
    }
  }();
  reactor->Finish(reply.has_value() ? Serialize(*reply, out) : reply.error());
  return reactor;
}

}  // namespace

LogService::Reactor* LogService::Append(Context* context, const Buffer* in,
                                        Buffer* out) {
  return StartAppend(AppendKind::kSingle, log_, *callers_, context, in, out);
}

LogService::Reactor* LogService::AppendBatch(Context* context, const Buffer* in,
                                             Buffer* out) {
  return StartAppend(AppendKind::kBatch, log_, *callers_, context, in, out);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
LogService::AppendStream(Context* context) {
  return modlog::AppendStream::Start(context, log_, callers_);
}

LogService::Reactor* LogService::GetEntry(Context* context, const Buffer* in,
                                          Buffer* out) {
  return Answer<v1::GetEntryRequest>(
      *callers_, context, *in, out,
      [this](const auto& request) { return ReadEntry(log_, request); });
}

LogService::Reactor* LogService::GetCheckpoint(Context* context,
                                               const Buffer* in, Buffer* out) {
  return Answer<v1::GetCheckpointRequest>(
      *callers_, context, *in, out,
      [this](const auto&) { return ReadCheckpoint(log_); });
}

LogService::Reactor* LogService::GetInclusionProof(Context* context,
                                                   const Buffer* in,
                                                   Buffer* out) {
  return Answer<v1::GetInclusionProofRequest>(
      *callers_, context, *in, out,
      [this](const auto& request) { return ReadInclusion(log_, request); });
}

LogService::Reactor* LogService::GetConsistencyProof(Context* context,
                                                     const Buffer* in,
                                                     Buffer* out) {
  return Answer<v1::GetConsistencyProofRequest>(
      *callers_, context, *in, out,
      [this](const auto& request) { return ReadConsistency(log_, request); });
}

LogService::Reactor* LogService::GetReceipt(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetReceiptRequest>(
      *callers_, context, *in, out, [this](const auto& request) {
        return ReadReceipt(log_, settings_.cose_key, request);
      });
}

LogService::Reactor* LogService::GetLogInfo(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetLogInfoRequest>(
      *callers_, context, *in, out,
      [this](const auto&) { return ReadInfo(log_, publisher_, settings_); });
}

LogService::Reactor* LogService::GetPayload(Context* context, const Buffer* in,
                                            Buffer* out) {
  return Answer<v1::GetPayloadRequest>(
      *callers_, context, *in, out,
      [this](const auto& request, const Caller& caller) {
        return ReadKept(log_, request, {caller.IsOperator(), caller.platform});
      });
}

LogService::Reactor* LogService::AddPlatform(Context* context, const Buffer* in,
                                             Buffer* out) {
  auto* reactor = context->DefaultReactor();
  const auto caller = callers_->Identify(*context);
  v1::AddPlatformRequest request;
  if (!caller.has_value()) {
    reactor->Finish(ToGrpc(caller.error()));
    return reactor;
  }
  if (!Parse(*in, &request)) {
    reactor->Finish(Unparsed());
    return reactor;
  }
  EnrolPlatform(log_, callers_, request, *caller,
                [reactor, out](Reply<v1::AddPlatformResponse> response) {
                  reactor->Finish(response.has_value()
                                      ? Serialize(*response, out)
                                      : response.error());
                });
  return reactor;
}

LogService::Reactor* LogService::GetPlatform(Context* context, const Buffer* in,
                                             Buffer* out) {
  return Answer<v1::GetPlatformRequest>(
      *callers_, context, *in, out, [this](const auto& request) {
        return ReadPlatformStatus(log_, *callers_, request);
      });
}

LogService::Reactor* LogService::Erase(Context* context, const Buffer* in,
                                       Buffer* out) {
  auto* reactor = context->DefaultReactor();
  const auto caller = callers_->Identify(*context);
  v1::EraseRequest request;
  std::optional<grpc::Status> refused;
  if (!caller.has_value()) {
    refused = ToGrpc(caller.error());
  } else if (!Parse(*in, &request)) {
    refused = Unparsed();
  } else {
    refused = RefuseErase(log_, request, *caller);
  }
  if (refused.has_value()) {
    reactor->Finish(*refused);
    return reactor;
  }
  log_->Erase(OrderOf(request), [this, reactor,
                                 out](const Result<EraseOutcome>& outcome) {
    if (!outcome.has_value()) {
      return reactor->Finish(ErrorToGrpc(outcome.error(), log_->state()));
    }
    v1::EraseResponse response;
    response.set_accepted(outcome->accepted);
    for (const uint64_t entry : outcome->entries) {
      response.add_entry_indexes(entry);
    }
    reactor->Finish(Serialize(response, out));
  });
  return reactor;
}

LogService::Reactor* LogService::Redact(Context* context, const Buffer* in,
                                        Buffer* out) {
  auto* reactor = context->DefaultReactor();
  const auto caller = callers_->Identify(*context);
  v1::RedactRequest request;
  std::optional<grpc::Status> refused;
  if (!caller.has_value()) {
    refused = ToGrpc(caller.error());
  } else if (!Parse(*in, &request)) {
    refused = Unparsed();
  } else {
    refused = RefuseRedact(*caller);
  }
  if (refused.has_value()) {
    reactor->Finish(*refused);
    return reactor;
  }
  log_->Redact(
      OrderOf(request), [this, reactor, out](const Result<uint64_t>& entry) {
        if (!entry.has_value()) {
          return reactor->Finish(ErrorToGrpc(entry.error(), log_->state()));
        }
        v1::RedactResponse response;
        response.set_entry_index(*entry);
        reactor->Finish(Serialize(response, out));
      });
  return reactor;
}

LogService::Reactor* LogService::Freeze(Context* context, const Buffer* in,
                                        Buffer* out) {
  auto* reactor = context->DefaultReactor();
  const auto caller = callers_->Identify(*context);
  v1::FreezeRequest request;
  std::optional<grpc::Status> refused;
  if (!caller.has_value()) {
    refused = ToGrpc(caller.error());
  } else if (!Parse(*in, &request)) {
    refused = Unparsed();
  } else {
    refused = RefuseFreeze(*caller);
  }
  const auto successor = ParseVerifierKey(request.successor());
  if (!refused.has_value() && !successor.has_value()) {
    refused = RefusedToGrpc("successor", successor.error().message);
  }
  if (refused.has_value()) {
    reactor->Finish(*refused);
    return reactor;
  }
  log_->Freeze(*successor, [this, reactor, out](const Result<uint64_t>& last) {
    if (!last.has_value()) {
      return reactor->Finish(ErrorToGrpc(last.error(), log_->state()));
    }
    v1::FreezeResponse response;
    response.set_entry_index(*last);
    reactor->Finish(Serialize(response, out));
  });
  return reactor;
}

LogService::Reactor* LogService::AcceptClock(Context* context, const Buffer* in,
                                             Buffer* out) {
  return Answer<v1::AcceptClockRequest>(
      *callers_, context, *in, out,
      [this](const auto& request,
             const Caller& caller) -> Reply<v1::AcceptClockResponse> {
        if (auto refused = RefuseClock(caller)) {
          return std::unexpected(*std::move(refused));
        }
        const auto report = log_->AcceptClock(request.entries_stay_at_newest());
        if (!report.has_value()) return FailedCall(*log_, report.error());
        v1::AcceptClockResponse response;
        *response.mutable_clock() = ToClock(*report);
        return response;
      });
}

LogService::Reactor* LogService::GetStatus(Context* context, const Buffer* in,
                                           Buffer* out) {
  return Answer<v1::GetStatusRequest>(
      *callers_, context, *in, out,
      [this](const auto& request) { return ReadStatus(log_, request); });
}

LogService::Reactor* LogService::FindPuids(Context* context, const Buffer* in,
                                           Buffer* out) {
  return Answer<v1::FindPuidsRequest>(
      *callers_, context, *in, out,
      [this](const auto& request) { return ReadFound(log_, request); });
}

LogService::Reactor* LogService::Search(Context* context, const Buffer* in,
                                        Buffer* out) {
  auto* reactor = context->DefaultReactor();
  v1::SearchRequest request;
  if (const auto caller = callers_->Identify(*context); !caller) {
    reactor->Finish(ToGrpc(caller.error()));
  } else if (Parse(*in, &request)) {
    StartSearch(log_, &scans_, request, reactor, out);
  } else {
    reactor->Finish(Unparsed());
  }
  return reactor;
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* LogService::Watch(
    Context* context, const Buffer* in) {
  const auto caller = callers_->Identify(*context);
  if (!caller) return FailWatch(ToGrpc(caller.error()));
  v1::WatchRequest request;
  if (!Parse(*in, &request)) return FailWatch(Unparsed());
  return WatchStream::Start(log_, &scans_, request);
}

}  // namespace modlog
