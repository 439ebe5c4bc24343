#ifndef MODLOG_API_CLIENT_STREAM_APPENDER_H_
#define MODLOG_API_CLIENT_STREAM_APPENDER_H_

// Appends one platform's actions over an AppendStream: collects them into
// messages, keeps a few of these in flight, and hands out what became of each,
// in order.
//
//   Add -> current message -> window -> sender thread -> log
//                               '------ receiver thread <- answers
//
// A message that the log could not take (its queue is full) is sent again after
// a pause, and so is every message sent after it, in the same order: an action
// may refer to one before it. Those that were logged meanwhile are recognised
// by the log, so nothing stands there twice.
//
// Limits: batch_items and batch_bytes a message, in_flight + 1 messages held.
// Add, Flush and Finish are for one thread; the callback comes from another.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/client/answer_check.h"
#include "api/client/appender.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"

namespace modlog {

struct StreamAppenderOptions {
  std::string platform;
  size_t batch_items = 1'024;    // 1..4,096
  size_t batch_bytes = 1 << 20;  // with payloads; one item may exceed it
  size_t in_flight = 8;          // messages sent and not yet answered
  bool with_proofs = false;
  // How long a message may be turned away before that is an error.
  std::chrono::milliseconds retry_for = std::chrono::seconds(60);
  // Called by Add, Flush and Finish before a message goes, the first time; an
  // error is theirs, and the message does not go.
  std::function<Result<void>()> before_send = {};
};

class StreamAppender : public Appender {
 public:
  // `client` must outlive the appender.
  StreamAppender(Client* client, StreamAppenderOptions options,
                 OnAnswers on_answers);
  // Breaks the stream off where Finish has not ended it.
  ~StreamAppender() override;
  StreamAppender(const StreamAppender&) = delete;
  StreamAppender& operator=(const StreamAppender&) = delete;

  // Add takes one action; blocks while the window is full. An error is final:
  // the stream broke, the log refuses to append, or an answer did not hold
  // (kBadProof, kConflict, kMalformed).
  Result<void> Add(AppendItem item) override;
  // Flush sends what Add has collected, without waiting for the answer.
  Result<void> Flush() override;
  // Finish sends the rest and waits for every answer. Nothing may follow.
  Result<void> Finish() override;

  // Items added whose answer has not been handed out.
  uint64_t unanswered() const override;

 private:
  struct Message {
    std::vector<AppendItem> items;
    size_t bytes = 0;
    std::vector<bool> logged;  // by an attempt whose answer was withheld
  };
  class Stream;

  Result<void> Push();
  void RunSender();
  bool SenderHasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool CanSend() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void PauseBeforeRetry() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SendNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void RunReceiver();
  Result<void> OnResponse(const v1::AppendStreamResponse& response);
  Result<void> OnTurnedAway(const RpcFailure& failure);
  Result<std::vector<CheckedItem>> CheckAll(
      const Message& message, const v1::AppendStreamResponse& response);
  void Withhold(const std::vector<CheckedItem>& checked, Message* message);
  void HandOut(std::vector<CheckedItem> checked, Message* message);
  void Break(Error error);

  Client* const client_;
  const StreamAppenderOptions options_;
  const OnAnswers on_answers_;

  Message current_;                                  // the caller's thread
  HeadCheck head_check_;                             // the receiver's thread
  std::minstd_rand jitter_{std::random_device{}()};  // the sender's thread

  std::unique_ptr<Stream> stream_;

  mutable absl::Mutex mutex_;
  // Messages without an answer handed out. Of these, the first `sent_` are on
  // the wire; `answered_` of them have an answer that was withheld.
  std::deque<Message> window_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t answered_ ABSL_GUARDED_BY(mutex_) = 0;
  // Set when the log turned a message away: nothing is sent, and answers are
  // withheld, until all that is on the wire has come back.
  std::optional<RpcFailure> turned_away_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::chrono::steady_clock::time_point> retrying_since_
      ABSL_GUARDED_BY(mutex_);
  int retries_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t unanswered_ ABSL_GUARDED_BY(mutex_) = 0;
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<Error> broken_ ABSL_GUARDED_BY(mutex_);

  std::thread sender_;
  std::thread receiver_;
};

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_STREAM_APPENDER_H_
