#ifndef MODLOG_API_SERVER_WATCH_STREAM_H_
#define MODLOG_API_SERVER_WATCH_STREAM_H_

// Watch: entries as they are published, for as long as the caller likes. One
// message is written at a time, and nothing is read ahead of it: a slow caller
// waits for themselves alone. Whoever reconnects goes on from the last
// `next_index`.

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <chrono>
#include <memory>
#include <mutex>

#include "api/server/entry_scan.h"
#include "api/server/scan_thread.h"

namespace modlog {

// The longest that a caller goes without a message.
inline constexpr auto kWatchHeartbeat = std::chrono::seconds(10);

class WatchStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                          public ScanJob {
 public:
  // Start returns the reactor of a call; it lives until gRPC is done with it
  // and the scan thread has let go of it.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Start(
      Log* log, ScanThread* scans, const v1::WatchRequest& request);

  Next Step() override;
  void Abort() override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  WatchStream(Log* log, ScanThread* scans, const v1::WatchRequest& request)
      : log_(log),
        scans_(scans),
        scan_(log, request.from_index(), request.filter()) {}

  Result<v1::WatchResponse> Collect(uint64_t end);
  void FinishOnce(const grpc::Status& status);

  Log* const log_;
  ScanThread* const scans_;
  EntryScan scan_;                                         // the scan thread's
  std::chrono::steady_clock::time_point last_write_ = {};  // the same
  std::shared_ptr<WatchStream> self_;                      // until OnDone

  std::mutex mutex_;
  grpc::ByteBuffer message_;  // being written
  bool writing_ = false;
  bool finished_ = false;
};

// A reactor that ends a call at once.
grpc::ServerWriteReactor<grpc::ByteBuffer>* FailWatch(
    const grpc::Status& status);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_WATCH_STREAM_H_
