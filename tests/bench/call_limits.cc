#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "api/client/client.h"
#include "api/tool/bench/histogram.h"
#include "tests/bench/limits.h"

namespace modlog {
namespace {

constexpr size_t kBatch = 1'024;
constexpr size_t kItemBytes = 1 + 2 + 250;  // tag, length, action
constexpr int kStreamInFlight = 8;

using Clock = std::chrono::steady_clock;

grpc::ByteBuffer BufferOf(size_t size) {
  grpc::Slice bytes(std::string(size, 'x'));
  return grpc::ByteBuffer(&bytes, 1);
}

void Require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// One call after the other.
class Caller {
 public:
  Caller(grpc::GenericStub* stub, grpc::CompletionQueue* queue,
         const std::string& method, const grpc::ByteBuffer& request)
      : stub_(stub), queue_(queue), method_(method), request_(request) {}

  void Call() {
    call_.reset();  // lives in memory of the call that the context holds
    context_.emplace();
    sent_ = Clock::now();
    call_ = stub_->PrepareUnaryCall(&*context_, method_, request_, queue_);
    call_->StartCall();
    call_->Finish(&answer_, &status_, this);
  }
  Clock::duration Answered() const {
    Require(status_.ok(), "a call to the echo server failed");
    return Clock::now() - sent_;
  }

 private:
  grpc::GenericStub* const stub_;
  grpc::CompletionQueue* const queue_;
  const std::string& method_;
  const grpc::ByteBuffer& request_;
  Clock::time_point sent_;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
};

struct CallFigures {
  double per_second;
  Histogram latency;
};

CallFigures MeasureUnary(const std::string& address, const std::string& method,
                         size_t request_bytes, int in_flight,
                         std::chrono::duration<double> time) {
  grpc::GenericStub stub(NewLogChannel(address));
  grpc::CompletionQueue queue;
  grpc::ByteBuffer request = BufferOf(request_bytes);
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < in_flight; ++i) {
    callers.push_back(std::make_unique<Caller>(&stub, &queue, method, request));
    callers.back()->Call();
  }
  CallFigures figures{};
  uint64_t count = 0;
  auto started = Clock::now();
  auto end = started + std::chrono::duration_cast<Clock::duration>(time);
  int open = in_flight;
  while (open > 0) {
    void* tag = nullptr;
    bool ok = false;
    Require(queue.Next(&tag, &ok), "the queue ended");
    auto* caller = static_cast<Caller*>(tag);
    auto latency = caller->Answered();
    if (Clock::now() >= end) {
      --open;
      continue;
    }
    figures.latency.Record(latency, 1);
    ++count;
    caller->Call();
  }
  figures.per_second = static_cast<double>(count) / time.count();
  return figures;
}

// Returns entries per second that went there and came back.
double MeasureStream(const std::string& address,
                     std::chrono::duration<double> time) {
  grpc::GenericStub stub(NewLogChannel(address));
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  auto stream = stub.PrepareCall(
      &context, "/modlog.v1.ModerationLog/AppendStream", &queue);
  enum Step : intptr_t { kStart = 1, kWrite, kRead, kEnd };
  auto tag_of = [](Step step) { return reinterpret_cast<void*>(step); };
  grpc::ByteBuffer message = BufferOf(kBatch * kItemBytes);
  grpc::ByteBuffer answer;
  int in_flight = 0;
  bool writing = false;
  uint64_t answered = 0;
  auto write_more = [&] {
    if (writing || in_flight == kStreamInFlight) return;
    writing = true;
    ++in_flight;
    stream->Write(message, tag_of(kWrite));
  };
  stream->StartCall(tag_of(kStart));
  auto started = Clock::now();
  while (Clock::now() - started < time) {
    void* tag = nullptr;
    bool ok = false;
    Require(queue.Next(&tag, &ok) && ok, "the echo stream ended");
    if (tag == tag_of(kWrite)) writing = false;
    if (tag == tag_of(kRead)) {
      Require(answer.Length() == message.Length(), "an echo of another size");
      ++answered;
      --in_flight;
    }
    if (tag != tag_of(kWrite)) stream->Read(&answer, tag_of(kRead));
    write_more();
  }
  double rate = static_cast<double>(answered * kBatch) / time.count();
  context.TryCancel();
  grpc::Status status;
  stream->Finish(&status, tag_of(kEnd));
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  return rate;
}

}  // namespace

Figures MeasureCalls(const std::string& address,
                     std::chrono::duration<double> time) {
  const std::string empty = "/modlog.v1.ModerationLog/GetCheckpoint";
  const std::string append = "/modlog.v1.ModerationLog/Append";
  auto alone = MeasureUnary(address, empty, 0, 1, time);
  auto many = MeasureUnary(address, empty, 0, 256, time);
  auto proofs = MeasureUnary(address, append, 300, 256, time);
  return {{"empty_call_alone_p50_ms", alone.latency.QuantileMs(0.5)},
          {"empty_call_alone_p99_ms", alone.latency.QuantileMs(0.99)},
          {"empty_calls_per_second", many.per_second},
          {"proof_calls_per_second", proofs.per_second},
          {"stream_echo_entries_per_second", MeasureStream(address, time)}};
}

}  // namespace modlog
