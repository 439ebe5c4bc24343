// AppendStream: a lane is one stream with its share of the messages in flight.

#include <google/protobuf/arena.h>
#include <grpcpp/client_context.h>

#include <deque>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "api/tool/bench/bench_wire.h"
#include "api/tool/bench/judge.h"
#include "api/tool/bench/loop.h"

namespace modlog {
namespace {

constexpr size_t kRememberedByStream = 1 << 20;

class StreamLane : public Lane {
 public:
  StreamLane(BenchLoop* loop, const Client& client)
      : loop_(loop),
        stub_(client.NewChannel()),
        stream_(stub_.PrepareCall(
            &context_, "/modlog.v1.ModerationLog/AppendStream", loop->queue())),
        referable_(kRememberedByStream),
        heads_(loop->policy()) {
    stream_->StartCall(Begin(&on_start_));
  }

  void Send(const Job& job) override {
    if (ended_) {
      return loop_->Complete(job, AllFailed(job, "the stream has ended"));
    }
    open_.push_back({job, MakeRequest(loop_, job, referable_)});
    ++unsent_;
    WriteNext();
  }

  void Close() override {
    closing_ = true;
    WriteNext();
  }

 private:
  struct OpenJob {
    Job job;
    BenchRequest request;
  };

  // An event that is a method. gRPC keeps a pointer to it from Begin until it
  // comes, so the lane must live as long: the loop is held.
  template <void (StreamLane::*method)(bool)>
  struct Step : Event {
    explicit Step(StreamLane* lane_of) : lane(lane_of) {}
    void OnDone(bool ok) override {
      (lane->*method)(ok);
      lane->loop_->Release();
    }
    StreamLane* const lane;
  };
  Event* Begin(Event* event) {
    loop_->Hold();
    return event;
  }

  // gRPC takes one write at a time.
  void WriteNext() {
    if (!started_ || writing_ || ended_) return;
    if (unsent_ > 0) {
      writing_ = true;
      const OpenJob& next = open_[open_.size() - unsent_];
      grpc::Slice bytes = next.request.bytes;
      stream_->Write(grpc::ByteBuffer(&bytes, 1), Begin(&on_write_));
    } else if (closing_) {
      writing_ = true;
      stream_->WritesDone(Begin(&on_write_));
    }
  }

  // A step that fails means that the stream ended: the read says so, too.
  void OnStart(bool) {
    started_ = true;
    stream_->Read(&response_, Begin(&on_read_));
    WriteNext();
  }

  void OnWrite(bool ok) {
    if (unsent_ == 0) return;  // that was the end of writing
    writing_ = !ok;
    --unsent_;
    WriteNext();
  }

  void OnRead(bool ok) {
    if (!ok || open_.empty()) {
      if (ok) context_.TryCancel();  // an answer to nothing
      stream_->Finish(&status_, Begin(&on_finish_));
      return;
    }
    OpenJob done = std::move(open_.front());
    open_.pop_front();
    JobAnswer answer = Judge(done);
    if (answer.logged == done.job.count) RememberJob(done.job);
    loop_->Complete(done.job, answer);
    loop_->BecomeIdle(this);
    stream_->Read(&response_, Begin(&on_read_));
  }

  void OnFinish(bool) {
    ended_ = true;
    std::string error = status_.ok() ? "the log ended the stream"
                                     : ErrorFrom(ParseFailure(status_)).message;
    if (!closing_) loop_->Abort(error);
    for (const OpenJob& open : open_) {
      loop_->Complete(open.job, AllFailed(open.job, error));
    }
    open_.clear();
    unsent_ = 0;
  }

  JobAnswer Judge(const OpenJob& done) {
    grpc::Slice bytes = Flatten(response_);
    google::protobuf::Arena arena;
    auto* response =
        google::protobuf::Arena::CreateMessage<v1::AppendStreamResponse>(
            &arena);
    if (!response->ParseFromArray(bytes.begin(),
                                  static_cast<int>(bytes.size()))) {
      return AllFailed(done.job, "the answer does not parse");
    }
    if (response->has_error()) {
      RpcFailure failure = ParseFailure(response->error());
      std::string text = ErrorFrom(failure).message;
      if (!IsWorthRetrying(failure)) loop_->Abort(text);
      return AllFailed(done.job, std::move(text));
    }
    return JudgeItems(loop_, &heads_, done.request, done.job,
                      response->results(), response->checkpoint());
  }

  void RememberJob(const Job& job) {
    for (uint64_t i = 0; i < job.count; ++i) {
      Remember(job.first + i, &referable_);
    }
  }

  BenchLoop* const loop_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  Referable referable_;
  HeadCheck heads_;
  std::deque<OpenJob> open_;  // of these, the last `unsent_` wait to be written
  size_t unsent_ = 0;
  bool started_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool ended_ = false;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  Step<&StreamLane::OnStart> on_start_{this};
  Step<&StreamLane::OnWrite> on_write_{this};
  Step<&StreamLane::OnRead> on_read_{this};
  Step<&StreamLane::OnFinish> on_finish_{this};
};

}  // namespace

std::vector<std::unique_ptr<Lane>> MakeStreamLanes(BenchLoop* loop,
                                                   const Client& client) {
  const BenchOptions& options = loop->options();
  std::vector<std::unique_ptr<Lane>> lanes;
  for (size_t i = 0; i < options.connections; ++i) {
    lanes.push_back(std::make_unique<StreamLane>(loop, client));
  }
  for (size_t i = 0; i < options.in_flight; ++i) {
    loop->BecomeIdle(lanes[i % lanes.size()].get());
  }
  return lanes;
}

}  // namespace modlog
