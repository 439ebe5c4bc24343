#ifndef MODLOG_API_SERVER_TILE_SERVER_H_
#define MODLOG_API_SERVER_TILE_SERVER_H_

// The public side: pages.h and metrics.h over HTTP/1.1, by libmicrohttpd. GET
// and HEAD only.
//
// Public data, no cookies, no sessions: it may face the Internet, better from
// behind a cache, since all of it is static. Idle it uses no CPU.
//
// Limits: connections as the listener has them. A request has
// kHttpRequestSeconds from the end of the one before, or from the connection's
// start, until its answer is taken; an answer gives another second for each
// kHttpSlowestReader bytes of it that the peer takes. Request line and headers
// share kHttpRequestBytesMax.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/server/listener.h"
#include "api/witnessing/publisher.h"
#include "log/log.h"
#include "verifier/base/stopwatch.h"

struct MHD_Daemon;

namespace modlog {

inline constexpr unsigned kHttpThreads = 2;
inline constexpr ConnectionLimits kHttpConnections = {.total = 512,
                                                      .per_peer = 128};
inline constexpr unsigned kHttpRequestSeconds = 30;
inline constexpr uint64_t kHttpSlowestReader = 4'096;  // bytes a second
inline constexpr auto kHttpStopTime = std::chrono::milliseconds(500);
inline constexpr size_t kHttpRequestBytesMax = 16'384;

struct TileServerOptions {
  Log* log = nullptr;                    // must outlive the server
  const Publisher* publisher = nullptr;  // the same; null without witnesses
  Listener* listener = nullptr;          // the same; not started yet
  // What /metrics tells of the ports.
  std::function<std::vector<PortStatus>()> ports = {};
  std::chrono::seconds request_time = std::chrono::seconds(kHttpRequestSeconds);
};

class TileServer {
 public:
  // Start serves what the listener accepts, until destroyed. kUnavailable.
  static Result<std::unique_ptr<TileServer>> Start(TileServerOptions options);
  // Accepts no more, gives answers on their way kHttpStopTime, then stops.
  ~TileServer();
  TileServer(const TileServer&) = delete;
  TileServer& operator=(const TileServer&) = delete;

  const TileServerOptions& options() const { return options_; }
  // HOST:PORT, with the port that it got.
  std::string address() const {
    return FormatAddress(options_.listener->address());
  }
  Stopwatch* stopwatch() { return &stopwatch_; }

  // Requests whose answer is on its way.
  void Begun();
  void Ended();

 private:
  explicit TileServer(TileServerOptions options)
      : options_(std::move(options)),
        stopwatch_(options_.request_time, kHttpSlowestReader) {}

  const TileServerOptions options_;
  Stopwatch stopwatch_;
  absl::Mutex mutex_;
  size_t answering_ ABSL_GUARDED_BY(mutex_) = 0;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_TILE_SERVER_H_
