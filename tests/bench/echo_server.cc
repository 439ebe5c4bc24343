// A server in the form of the log's own, raw bytes and callbacks, that does
// nothing: GetCheckpoint answers an empty message, Append kAnswerBytes bytes,
// AppendStream what it was sent.

#include <grpcpp/grpcpp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "modlog/v1/log.grpc.pb.h"
#include "tests/bench/limits.h"

namespace modlog {
namespace {

using Base = v1::ModerationLog::WithRawCallbackMethod_Append<
    v1::ModerationLog::WithRawCallbackMethod_AppendStream<
        v1::ModerationLog::WithRawCallbackMethod_GetCheckpoint<
            v1::ModerationLog::Service>>>;

class Echo
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Echo() { StartRead(&message_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    StartWrite(&message_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    message_.Clear();
    StartRead(&message_);
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer message_;
};

class EchoService : public Base {
 public:
  EchoService() {
    grpc::Slice bytes(std::string(kAnswerBytes, 'x'));
    answer_ = grpc::ByteBuffer(&bytes, 1);
    grpc::Slice none;
    empty_ = grpc::ByteBuffer(&none, 1);
  }

  grpc::ServerUnaryReactor* Append(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer*,
                                   grpc::ByteBuffer* answer) override {
    return Answer(context, answer_, answer);
  }
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer*,
                                          grpc::ByteBuffer* answer) override {
    return Answer(context, empty_, answer);
  }
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* AppendStream(
      grpc::CallbackServerContext*) override {
    return new Echo();
  }

 private:
  static grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer& from,
                                          grpc::ByteBuffer* answer) {
    *answer = from;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ByteBuffer answer_;
  grpc::ByteBuffer empty_;
};

// Serves until the other end of the lifeline is closed.
void Serve(int port_pipe, int lifeline) {
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (write(port_pipe, &port, sizeof port) != sizeof port) return;
  char nothing = 0;
  while (read(lifeline, &nothing, 1) > 0) {
  }
  server->Shutdown(std::chrono::system_clock::now());
}

}  // namespace

EchoServer::EchoServer() {
  int port_pipe[2];
  int lifeline[2];
  if (pipe(port_pipe) != 0 || pipe(lifeline) != 0 || (pid_ = fork()) < 0) {
    throw std::runtime_error("cannot start the echo server");
  }
  if (pid_ == 0) {
    close(port_pipe[0]);
    close(lifeline[1]);
    Serve(port_pipe[1], lifeline[0]);
    _exit(0);
  }
  close(port_pipe[1]);
  close(lifeline[0]);
  lifeline_ = lifeline[1];
  if (read(port_pipe[0], &port_, sizeof port_) != sizeof port_ || port_ == 0) {
    throw std::runtime_error("the echo server did not start");
  }
  close(port_pipe[0]);
}

EchoServer::~EchoServer() {
  close(lifeline_);
  waitpid(pid_, nullptr, 0);
}

}  // namespace modlog
