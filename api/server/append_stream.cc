#include "api/server/append_stream.h"

#include <utility>

#include "api/server/append_answer.h"
#include "api/server/status.h"

namespace modlog {

AppendStream* AppendStream::Start(grpc::CallbackServerContext* context,
                                  Log* log, const Callers* callers) {
  std::shared_ptr<AppendStream> stream(new AppendStream(context, log, callers));
  stream->self_ = stream;
  auto caller = callers->Identify(*context);
  absl::MutexLock lock(&stream->mutex_);
  if (!caller.has_value()) {
    stream->finished_ = true;
    stream->Finish(ToGrpc(caller.error()));
    return stream.get();
  }
  stream->caller_ = *std::move(caller);
  stream->MaybeRead();
  return stream.get();
}

void AppendStream::OnReadDone(bool ok) {
  Slot* slot = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    if (!ok || finished_) {
      reading_ = false;
      half_closed_ = true;
      MaybeFinish();
      return;
    }
    slot = Enqueue();
  }
  Handle(slot);
  // Only now, also for a write that ends meanwhile: the next message must not
  // overtake this one on its way to the log, nor write to message_ and
  // platform_.
  absl::MutexLock lock(&mutex_);
  reading_ = false;
  MaybeRead();
}

AppendStream::Slot* AppendStream::Enqueue() {
  auto slot = std::make_unique<Slot>();
  slot->bytes = message_.Length();
  waiting_bytes_ += slot->bytes;
  waiting_.push_back(std::move(slot));
  return waiting_.back().get();
}

void AppendStream::Handle(Slot* slot) {
  const auto violations =
      ParseAppend(message_, AppendKind::kStream, platform_, &slot->input);
  message_.Clear();
  if (!violations.empty()) {
    Answer(slot, WriteStreamError(RefusedStatus(violations)));
    return;
  }
  if (platform_.empty()) platform_ = slot->input.platform;
  if (const auto denied =
          callers_->RefuseAppend(caller_, slot->input.platform)) {
    Answer(slot, WriteStreamError(*denied));
    return;
  }
  if (context_->IsCancelled()) return;  // OnCancel finishes
  log_->Append(TakeGroup(&slot->input, caller_),
               [self = self_, slot](const Result<AppendAnswer>& answer) {
                 grpc::ByteBuffer out;
                 WriteAnswer(slot->input, answer, self->log_->state(), &out);
                 self->Answer(slot, std::move(out));
               });
}

void AppendStream::Answer(Slot* slot, grpc::ByteBuffer answer) {
  absl::MutexLock lock(&mutex_);
  slot->answer = std::move(answer);
  slot->answered = true;
  MaybeWrite();
}

void AppendStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  waiting_bytes_ -= waiting_.front()->bytes;
  waiting_.pop_front();
  if (!ok) half_closed_ = true;  // nobody listens: let it end
  MaybeWrite();
  MaybeRead();
  MaybeFinish();
}

// What waits in the log goes on to be appended; its answers go nowhere.
void AppendStream::OnCancel() {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(finished_, true)) return;
  Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client cancelled"));
}

void AppendStream::OnDone() {
  // May be the last reference; not before the function is left.
  const std::shared_ptr<AppendStream> last = std::move(self_);
}

void AppendStream::MaybeRead() {
  if (reading_ || half_closed_ || finished_) return;
  if (waiting_.size() >= kStreamMessagesMax) return;
  if (waiting_bytes_ >= kStreamBytesMax) return;
  reading_ = true;
  StartRead(&message_);
}

void AppendStream::MaybeWrite() {
  if (writing_ || finished_ || waiting_.empty()) return;
  if (!waiting_.front()->answered) return;
  writing_ = true;
  StartWrite(&waiting_.front()->answer);
}

void AppendStream::MaybeFinish() {
  if (!half_closed_ || finished_ || !waiting_.empty()) return;
  finished_ = true;
  Finish(grpc::Status::OK);
}

}  // namespace modlog
