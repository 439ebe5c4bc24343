#include "api/server/watch_stream.h"

#include <utility>

#include "api/server/status.h"

namespace modlog {
namespace {

constexpr size_t kMessageEntriesMax = 1'000;
constexpr size_t kMessageBytes = 256 << 10;  // enough to send
constexpr int kBundlesPerWatchStep = 16;

class FailedWatch final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit FailedWatch(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* FailWatch(
    const grpc::Status& status) {
  return new FailedWatch(status);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchStream::Start(
    Log* log, ScanThread* scans, const v1::WatchRequest& request) {
  const std::vector<Violation> violations =
      FilterViolations(request.filter(), "filter");
  if (!violations.empty()) return FailWatch(ToGrpc(RefusedStatus(violations)));
  std::shared_ptr<WatchStream> stream(new WatchStream(log, scans, request));
  stream->self_ = stream;
  const auto added = scans->Add(stream);
  if (!added) stream->FinishOnce(ErrorToGrpc(added.error(), log->state()));
  return stream.get();
}

ScanJob::Next WatchStream::Step() {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return Next::kDone;
    if (writing_) return Next::kIdle;
  }
  const uint64_t end = log_->published_head()->tree.size;
  const auto now = std::chrono::steady_clock::now();
  const bool behind = scan_.next() < end;
  if (!behind && now - last_write_ < kWatchHeartbeat) return Next::kIdle;
  auto response = Collect(end);
  if (!response) {
    FinishOnce(ErrorToGrpc(response.error(), log_->state()));
    return Next::kDone;
  }
  if (response->entries().empty() && scan_.next() < end &&
      now - last_write_ < kWatchHeartbeat) {
    return Next::kAgain;  // nothing found yet, and much to look at
  }
  last_write_ = now;
  const std::lock_guard lock(mutex_);
  if (finished_) return Next::kDone;
  message_.Clear();
  bool own = false;
  const grpc::Status serialized =
      grpc::SerializationTraits<v1::WatchResponse>::Serialize(*response,
                                                              &message_, &own);
  if (!serialized.ok()) {
    finished_ = true;
    Finish(serialized);
    return Next::kDone;
  }
  writing_ = true;
  StartWrite(&message_);
  return Next::kIdle;
}

Result<v1::WatchResponse> WatchStream::Collect(uint64_t end) {
  v1::WatchResponse response;
  size_t bytes = 0;
  bool full = false;
  for (int i = 0; i < kBundlesPerWatchStep && scan_.next() < end && !full;
       ++i) {
    RETURN_IF_ERROR(scan_.Step(end, [&](const ScannedEntry& entry) {
      entry.CopyTo(response.add_entries());
      bytes += entry.leaf.size();
      full = bytes >= kMessageBytes ||
             static_cast<size_t>(response.entries_size()) >= kMessageEntriesMax;
      return !full;
    }));
  }
  response.set_next_index(scan_.next());
  response.set_tree_size(end);
  return response;
}

void WatchStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }
  if (!ok) FinishOnce({grpc::StatusCode::CANCELLED, "the client left"});
  scans_->Wake();
}

void WatchStream::OnCancel() {
  FinishOnce({grpc::StatusCode::CANCELLED, "the client cancelled"});
  scans_->Wake();
}

void WatchStream::Abort() {
  FinishOnce({grpc::StatusCode::UNAVAILABLE,
              "the log is stopping: go on from the last next_index later"});
}

void WatchStream::FinishOnce(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(finished_, true)) return;
  Finish(status);
}

void WatchStream::OnDone() {
  // May be the last reference; not before the function is left.
  const std::shared_ptr<WatchStream> last = std::move(self_);
}

}  // namespace modlog
