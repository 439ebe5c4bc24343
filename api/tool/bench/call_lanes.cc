// Unary calls, Append and AppendBatch: a lane is one caller, who sends the next
// when the last has been answered.

#include <google/protobuf/arena.h>
#include <grpcpp/client_context.h>

#include <optional>

#include "api/client/rpc_error.h"
#include "api/tool/bench/bench_wire.h"
#include "api/tool/bench/judge.h"
#include "api/tool/bench/loop.h"

namespace modlog {
namespace {

constexpr size_t kRememberedByCall = 4'096;

class CallLane : public Lane, public Event {
 public:
  CallLane(BenchLoop* loop, std::shared_ptr<grpc::Channel> channel)
      : loop_(loop),
        method_(loop->options().mode == BenchMode::kUnary
                    ? "/modlog.v1.ModerationLog/Append"
                    : "/modlog.v1.ModerationLog/AppendBatch"),
        stub_(std::move(channel)),
        referable_(kRememberedByCall),
        heads_(loop->policy()) {}

  void Send(const Job& job) override {
    job_ = job;
    request_ = MakeRequest(loop_, job, referable_);
    call_.reset();  // lives in memory of the call that the context holds
    context_.emplace();
    call_ = stub_.PrepareUnaryCall(&*context_, method_,
                                   grpc::ByteBuffer(&request_.bytes, 1),
                                   loop_->queue());
    call_->StartCall();
    call_->Finish(&response_, &status_, static_cast<Event*>(this));
  }

  void OnDone(bool) override {
    JobAnswer answer = Judge();
    if (answer.logged == job_.count) RememberJob();
    loop_->Complete(job_, answer);
    loop_->BecomeIdle(this);
  }

 private:
  JobAnswer Judge() {
    if (!status_.ok()) {
      RpcFailure failure = ParseFailure(status_);
      std::string text = ErrorFrom(failure).message;
      // Turned away for the moment is a result; anything else would go on for
      // as many calls as there are entries.
      if (failure.code != grpc::StatusCode::RESOURCE_EXHAUSTED) {
        loop_->Abort(text);
      }
      return AllFailed(job_, std::move(text));
    }
    grpc::Slice bytes = Flatten(response_);
    if (loop_->options().mode == BenchMode::kUnary) {
      return JudgeUnary(loop_, &heads_, request_, job_, bytes);
    }
    google::protobuf::Arena arena;
    auto* response =
        google::protobuf::Arena::CreateMessage<v1::AppendBatchResponse>(&arena);
    if (!response->ParseFromArray(bytes.begin(),
                                  static_cast<int>(bytes.size()))) {
      return AllFailed(job_, "the answer does not parse");
    }
    return JudgeItems(loop_, &heads_, request_, job_, response->results(),
                      response->checkpoint());
  }

  void RememberJob() {
    for (uint64_t i = 0; i < job_.count; ++i) {
      Remember(job_.first + i, &referable_);
    }
  }

  BenchLoop* const loop_;
  const std::string method_;
  grpc::GenericStub stub_;
  Referable referable_;
  HeadCheck heads_;
  Job job_;
  BenchRequest request_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
};

}  // namespace

std::vector<std::unique_ptr<Lane>> MakeCallLanes(BenchLoop* loop,
                                                 const Client& client) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < loop->options().connections; ++i) {
    channels.push_back(client.NewChannel());
  }
  std::vector<std::unique_ptr<Lane>> lanes;
  for (size_t i = 0; i < loop->options().in_flight; ++i) {
    lanes.push_back(
        std::make_unique<CallLane>(loop, channels[i % channels.size()]));
    loop->BecomeIdle(lanes.back().get());
  }
  return lanes;
}

}  // namespace modlog
