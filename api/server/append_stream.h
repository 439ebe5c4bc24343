#ifndef MODLOG_API_SERVER_APPEND_STREAM_H_
#define MODLOG_API_SERVER_APPEND_STREAM_H_

// AppendStream: one answer for each message, in the order of the messages.
//
//   OnReadDone ── message ──► waiting ── Log::Append ──► …the sequencer…
//       ▲                        │                            │ done
//   StartRead, while few         ▼ front, once answered       ▼
//   messages wait            StartWrite ──► OnWriteDone   slot answered
//
// Nothing here blocks. Backpressure is not reading: while kStreamMessagesMax
// messages or kStreamBytesMax bytes of a stream wait for their answers, gRPC's
// flow control holds the client back.
//
// The log calls back from its own thread, possibly long after the client is
// gone: every message in the log's queue holds a reference to the stream.

#include <grpcpp/grpcpp.h>

#include <deque>
#include <memory>
#include <string>

#include "absl/synchronization/mutex.h"
#include "api/server/append_request.h"
#include "api/server/callers.h"
#include "log/log.h"

namespace modlog {

inline constexpr size_t kStreamMessagesMax = 16;
inline constexpr size_t kStreamBytesMax = 16 << 20;

class AppendStream final
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // Start makes a stream that lives until gRPC and the log are done with it.
  static AppendStream* Start(grpc::CallbackServerContext* context, Log* log,
                             const Callers* callers);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // A message and its answer. Written by whoever has it: the reader until it
  // goes to the log, the log's answer until `answered`.
  struct Slot {
    AppendInput input;
    size_t bytes = 0;
    grpc::ByteBuffer answer;
    bool answered = false;
  };

  AppendStream(grpc::CallbackServerContext* context, Log* log,
               const Callers* callers)
      : context_(context), log_(log), callers_(callers) {}

  Slot* Enqueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Handle(Slot* slot);
  void Answer(Slot* slot, grpc::ByteBuffer answer);

  void MaybeRead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MaybeWrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MaybeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  grpc::CallbackServerContext* const context_;
  Log* const log_;
  const Callers* const callers_;
  Caller caller_;                       // set before the first read
  std::shared_ptr<AppendStream> self_;  // gRPC's reference, until OnDone

  // Of the reading side: one read at a time, so one thread at a time.
  grpc::ByteBuffer message_;
  std::string platform_;  // of the first message that had a good one

  absl::Mutex mutex_;
  std::deque<std::unique_ptr<Slot>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_APPEND_STREAM_H_
