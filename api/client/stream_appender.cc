#include "api/client/stream_appender.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace modlog {
namespace {

constexpr std::chrono::milliseconds kStreamPauseMin{50};
constexpr std::chrono::milliseconds kStreamPauseMax{5'000};

v1::AppendStreamRequest MakeRequest(const std::vector<AppendItem>& items,
                                    const StreamAppenderOptions& options) {
  v1::AppendStreamRequest request;
  request.set_platform(options.platform);
  request.set_with_proofs(options.with_proofs);
  request.mutable_actions()->Reserve(static_cast<int>(items.size()));
  for (const AppendItem& item : items) request.add_actions(item.action);
  // As many as items, or none: most messages have none.
  if (std::ranges::all_of(items, &std::string::empty, &AppendItem::payload)) {
    return request;
  }
  for (const AppendItem& item : items) request.add_payloads(item.payload);
  return request;
}

}  // namespace

class StreamAppender::Stream {
 public:
  explicit Stream(v1::ModerationLog::Stub* stub)
      : stream_(stub->AppendStream(&context_)) {}

  bool Write(const v1::AppendStreamRequest& request) {
    return stream_->Write(request);
  }
  void WritesDone() { stream_->WritesDone(); }
  bool Read(v1::AppendStreamResponse* response) {
    return stream_->Read(response);
  }
  grpc::Status Finish() { return stream_->Finish(); }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AppendStreamRequest,
                                           v1::AppendStreamResponse>>
      stream_;
};

StreamAppender::StreamAppender(Client* client, StreamAppenderOptions options,
                               OnAnswers on_answers)
    : client_(client),
      options_(std::move(options)),
      on_answers_(std::move(on_answers)),
      head_check_(client->policy()),
      stream_(std::make_unique<Stream>(client->stub())),
      sender_([this] { RunSender(); }),
      receiver_([this] { RunReceiver(); }) {}

StreamAppender::~StreamAppender() {
  Break({Code::kUnavailable, "broken off"});
  if (sender_.joinable()) sender_.join();
  if (receiver_.joinable()) receiver_.join();
}

Result<void> StreamAppender::Add(AppendItem item) {
  if (!current_.items.empty() &&
      current_.bytes + SizeOfItem(item) > options_.batch_bytes) {
    RETURN_IF_ERROR(Push());
  }
  {
    absl::MutexLock lock(&mutex_);
    ++unanswered_;
  }
  current_.bytes += SizeOfItem(item);
  current_.items.push_back(std::move(item));
  if (current_.items.size() < options_.batch_items) return {};
  return Push();
}

Result<void> StreamAppender::Flush() {
  return current_.items.empty() ? Result<void>{} : Push();
}

Result<void> StreamAppender::Finish() {
  RETURN_IF_ERROR(Flush());
  {
    absl::MutexLock lock(&mutex_);
    finishing_ = true;
  }
  sender_.join();
  receiver_.join();
  absl::MutexLock lock(&mutex_);
  if (broken_) return std::unexpected(*broken_);
  return {};
}

uint64_t StreamAppender::unanswered() const {
  absl::MutexLock lock(&mutex_);
  return unanswered_;
}

Result<void> StreamAppender::Push() {
  if (options_.before_send) RETURN_IF_ERROR(options_.before_send());
  auto has_room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return broken_ || window_.size() <= options_.in_flight;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&has_room));
  if (broken_) return std::unexpected(*broken_);
  current_.logged.assign(current_.items.size(), false);
  window_.push_back(std::exchange(current_, {}));
  return {};
}

bool StreamAppender::CanSend() const {
  return !turned_away_ && sent_ < options_.in_flight && sent_ < window_.size();
}

bool StreamAppender::SenderHasWork() const {
  return broken_ || (turned_away_ && answered_ == sent_) || CanSend() ||
         (finishing_ && window_.empty());
}

void StreamAppender::RunSender() {
  {
    absl::MutexLock lock(&mutex_);
    for (;;) {
      mutex_.Await(absl::Condition(this, &StreamAppender::SenderHasWork));
      if (broken_) return;
      if (turned_away_) {
        PauseBeforeRetry();
      } else if (CanSend()) {
        SendNext();
      } else {
        break;  // all is answered
      }
    }
  }
  stream_->WritesDone();
}

void StreamAppender::SendNext() {
  v1::AppendStreamRequest request = MakeRequest(window_[sent_].items, options_);
  ++sent_;
  mutex_.Unlock();
  // A write that fails means that the stream is over: the receiver learns why.
  bool written = stream_->Write(request);
  mutex_.Lock();
  auto is_broken = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return broken_.has_value();
  };
  if (!written) mutex_.Await(absl::Condition(&is_broken));
}

void StreamAppender::PauseBeforeRetry() {
  if (std::chrono::steady_clock::now() - *retrying_since_ >
      options_.retry_for) {
    broken_ = ErrorFrom(*turned_away_);
    stream_->Cancel();
    return;
  }
  std::chrono::milliseconds pause = std::min(
      kStreamPauseMax, kStreamPauseMin * (1 << std::min(retries_++, 10)));
  pause = std::max(pause, turned_away_->retry_after.value_or(pause));
  // Between a half and the whole, so that many clients do not come back at
  // once.
  std::uniform_int_distribution<int64_t> part(pause.count() / 2, pause.count());
  auto is_broken = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return broken_.has_value();
  };
  mutex_.AwaitWithTimeout(absl::Condition(&is_broken),
                          absl::Milliseconds(part(jitter_)));
  sent_ = 0;
  answered_ = 0;
  turned_away_.reset();
}

void StreamAppender::RunReceiver() {
  v1::AppendStreamResponse response;
  while (stream_->Read(&response)) {
    if (Result<void> done = OnResponse(response); !done) {
      Break(std::move(done).error());
    }
  }
  grpc::Status status = stream_->Finish();
  if (!status.ok()) {
    Error error = ErrorFrom(ParseFailure(status));
    error.message = absl::StrCat("the stream to ", client_->address(),
                                 " broke: ", error.message);
    return Break(std::move(error));
  }
  if (unanswered() > 0) {
    Break({Code::kMalformed, "the log ended the stream with answers missing"});
  }
}

Result<void> StreamAppender::OnResponse(
    const v1::AppendStreamResponse& response) {
  Message* message = nullptr;
  bool withhold = false;
  {
    absl::MutexLock lock(&mutex_);
    if (broken_) return {};
    if (answered_ == sent_) {
      return Fail(Code::kMalformed, "an answer to no message");
    }
    message = &window_[answered_];
    withhold = turned_away_.has_value();
  }
  // Only this thread removes messages, and adding moves none.
  if (response.has_error()) return OnTurnedAway(ParseFailure(response.error()));
  ASSIGN_OR_RETURN(std::vector<CheckedItem> checked,
                   CheckAll(*message, response));
  if (withhold) {
    Withhold(checked, message);
  } else {
    HandOut(std::move(checked), message);
  }
  return {};
}

Result<void> StreamAppender::OnTurnedAway(const RpcFailure& failure) {
  if (!IsWorthRetrying(failure)) return std::unexpected(ErrorFrom(failure));
  absl::MutexLock lock(&mutex_);
  ++answered_;
  turned_away_ = failure;
  if (!retrying_since_) retrying_since_ = std::chrono::steady_clock::now();
  return {};
}

Result<std::vector<CheckedItem>> StreamAppender::CheckAll(
    const Message& message, const v1::AppendStreamResponse& response) {
  if (static_cast<size_t>(response.results_size()) != message.items.size()) {
    return Fail(Code::kMalformed,
                absl::StrCat("an answer with ", response.results_size(),
                             " results, want ", message.items.size()));
  }
  ASSIGN_OR_RETURN(TreeHead head, head_check_.Check(response.checkpoint()));
  std::vector<CheckedItem> checked;
  checked.reserve(message.items.size());
  for (size_t i = 0; i < message.items.size(); ++i) {
    const AppendItem& item = message.items[i];
    auto answer = CheckItem(options_.platform, item.action,
                            response.results(static_cast<int>(i)), head);
    if (!answer) {
      return Prefixed(absl::StrCat("the answer for ", item.where),
                      std::move(answer).error());
    }
    checked.push_back(*std::move(answer));
  }
  return checked;
}

void StreamAppender::Withhold(const std::vector<CheckedItem>& checked,
                              Message* message) {
  for (size_t i = 0; i < checked.size(); ++i) {
    if (checked[i].outcome == AppendOutcome::kLogged) message->logged[i] = true;
  }
  absl::MutexLock lock(&mutex_);
  ++answered_;
}

void StreamAppender::HandOut(std::vector<CheckedItem> checked,
                             Message* message) {
  std::vector<AnsweredItem> answers;
  answers.reserve(checked.size());
  for (size_t i = 0; i < checked.size(); ++i) {
    if (message->logged[i] && checked[i].outcome == AppendOutcome::kDuplicate) {
      checked[i].outcome = AppendOutcome::kLogged;
    }
    answers.push_back({std::move(message->items[i]), std::move(checked[i])});
  }
  on_answers_(answers);
  absl::MutexLock lock(&mutex_);
  window_.pop_front();
  --sent_;
  unanswered_ -= answers.size();
  retrying_since_.reset();
  retries_ = 0;
}

void StreamAppender::Break(Error error) {
  absl::MutexLock lock(&mutex_);
  if (!broken_) broken_ = std::move(error);
  stream_->Cancel();
}

}  // namespace modlog
