#ifndef MODLOG_API_SERVER_TILE_SERVER_H_
#define MODLOG_API_SERVER_TILE_SERVER_H_

// The public side: pages.h and metrics.h over HTTP/1.1, by libmicrohttpd. GET
// and HEAD only.
//
// Public data, no cookies, no sessions: it may face the Internet, better from
// behind a cache, since all of it is static. Idle it uses no CPU.
//
// Limits: kHttpConnectionsMax at once, of these kHttpConnectionsPerPeerMax of
// one address; a connection without traffic ends after kHttpIdleSeconds;
// request line and headers share kHttpRequestBytesMax.

#include <memory>
#include <string>

#include "api/witnessing/publisher.h"
#include "log/log.h"
#include "verifier/address.h"

struct MHD_Daemon;

namespace modlog {

inline constexpr unsigned kHttpThreads = 2;
inline constexpr unsigned kHttpConnectionsMax = 512;
inline constexpr unsigned kHttpConnectionsPerPeerMax = 128;
inline constexpr unsigned kHttpIdleSeconds = 30;
inline constexpr size_t kHttpRequestBytesMax = 16'384;

class TileServer {
 public:
  // Start listens and serves until destroyed. `log` and `publisher` (null where
  // there are no witnesses) must outlive it. kUnavailable where the address is
  // taken.
  static Result<std::unique_ptr<TileServer>> Start(Log* log,
                                                   const Publisher* publisher,
                                                   ListenAddress address);
  ~TileServer();
  TileServer(const TileServer&) = delete;
  TileServer& operator=(const TileServer&) = delete;

  // HOST:PORT, with the port that it got.
  std::string address() const { return FormatAddress(address_); }
  Log* log() const { return log_; }
  const Publisher* publisher() const { return publisher_; }

 private:
  TileServer(Log* log, const Publisher* publisher, ListenAddress address)
      : log_(log), publisher_(publisher), address_(std::move(address)) {}

  Log* const log_;
  const Publisher* const publisher_;
  const ListenAddress address_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_TILE_SERVER_H_
