#ifndef MODLOG_API_SERVER_SERVER_H_
#define MODLOG_API_SERVER_SERVER_H_

// Both sides of a running log: gRPC for platforms (calls, health, reflection)
// and HTTP for everyone.
//
// gRPC 1.51 should not face the Internet bare: it enforces the header limit
// only on clients that acknowledge its settings, and lacks the later defences
// against floods of streams. Hence loopback, and limits on all it lets us
// limit.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "api/server/callers.h"
#include "api/server/health.h"
#include "api/server/log_service.h"
#include "api/server/tile_server.h"
#include "log/log.h"
#include "verifier/address.h"

namespace modlog {

inline constexpr int kMessageBytesMax = 4 << 20;
inline constexpr int kMetadataBytesMax = 8 << 10;
inline constexpr int kStreamsPerConnectionMax = 1'024;
inline constexpr size_t kGrpcMemoryMax = 256 << 20;

struct ServerOptions {
  Log* log = nullptr;                    // must outlive the server
  Callers* callers = nullptr;            // the same
  const Publisher* publisher = nullptr;  // the same; null without witnesses
  Clock* clock = nullptr;
  ListenAddress grpc_listen;
  ListenAddress http_listen;
  int64_t witness_interval_ms = 0;         // told
  std::string mldsa_vkey = {};             // told
  std::optional<SignerKey> cose_key = {};  // for COSE receipts
};

class Server {
 public:
  // Start listens on both addresses. kUnavailable where one is taken.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options);
  // Stops: running calls have `kStopMs` to end, open streams are then
  // cancelled, and nobody waits for witnesses any more. The log must still
  // answer what it has queued.
  ~Server();

  // HOST:PORT, with the ports that they got.
  const std::string& grpc_address() const { return grpc_address_; }
  std::string http_address() const { return http_->address(); }

  // UpdateHealth tells the health service what holds now; to be called every
  // second or so, by one thread. Returns whether the log does its job.
  bool UpdateHealth();

 private:
  explicit Server(const ServerOptions& options)
      : log_(options.log), health_(options.log, options.clock) {}

  Result<void> StartGrpc(const ServerOptions& options);

  Log* const log_;
  Health health_;
  std::unique_ptr<TileServer> http_;
  std::unique_ptr<LogService> service_;
  std::unique_ptr<grpc::Server> grpc_;
  std::string grpc_address_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_SERVER_H_
