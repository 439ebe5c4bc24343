#ifndef MODLOG_API_SERVER_SERVER_H_
#define MODLOG_API_SERVER_SERVER_H_

// Both sides of a running log: gRPC for platforms (calls, health, reflection)
// and HTTP for everyone.
//
// gRPC 1.51 should not face the Internet bare: it enforces the header limit
// only on clients that acknowledge its settings, and lacks the later defences
// against floods of streams. Hence loopback, and limits on all it lets us
// limit. Connections are accepted by modlogd itself: listener.h.

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "api/server/callers.h"
#include "api/server/health.h"
#include "api/server/listener.h"
#include "api/server/log_service.h"
#include "api/server/port_probe.h"
#include "api/server/tile_server.h"
#include "log/log.h"
#include "verifier/base/address.h"

namespace modlog {

inline constexpr int kMessageBytesMax = 4 << 20;
inline constexpr int kMetadataBytesMax = 8 << 10;
inline constexpr int kStreamsPerConnectionMax = 1'024;
inline constexpr size_t kGrpcMemoryMax = 256 << 20;
inline constexpr ConnectionLimits kGrpcConnections = {.total = 1'024,
                                                      .per_peer = 768};
// For the HTTP/2 preface and what TLS sends before it.
inline constexpr int kGrpcHandshakeMs = 10'000;
// How often an idle client may ask whether its connection still stands. Many
// ask every 10 s, give or take.
inline constexpr int kGrpcPingIntervalMsMin = 5'000;

struct ServerOptions {
  Log* log = nullptr;                    // must outlive the server
  Callers* callers = nullptr;            // the same
  const Publisher* publisher = nullptr;  // the same; null without witnesses
  Clock* clock = nullptr;
  ListenAddress grpc_listen;
  ListenAddress http_listen;
  ConnectionLimits grpc_connections = kGrpcConnections;
  ConnectionLimits http_connections = kHttpConnections;
  // For whoever pings without a call.
  int ping_interval_ms_min = kGrpcPingIntervalMsMin;
  ProbeTimes probes = {};
  int64_t witness_interval_ms = 0;         // told
  std::string mldsa_vkey = {};             // told
  std::optional<SignerKey> cose_key = {};  // for COSE receipts
};

class Server {
 public:
  // Start listens on both addresses. kUnavailable where one is taken.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options);
  // Stops: both ports accept no more, running calls have a second to end, open
  // streams are then cancelled, and nobody waits for witnesses any more. The
  // log must still answer what it has queued.
  ~Server();

  // HOST:PORT, with the ports that they got.
  std::string grpc_address() const {
    return FormatAddress(grpc_port_->address());
  }
  std::string http_address() const { return http_->address(); }

  // UpdateHealth tells the health service what holds now; to be called every
  // second or so, by one thread. Returns whether the log does its job, and its
  // ports answer.
  bool UpdateHealth();

  // Why a port will not be reached any more, whatever one waits for; empty
  // where both are. Only another start helps. Thread-safe.
  std::string PortFailure() const;
  std::vector<PortStatus> Ports() const;

 private:
  explicit Server(const ServerOptions& options)
      : log_(options.log), health_(options.log, options.clock) {}

  void StartProbes(const ProbeTimes& times);
  Result<void> StartGrpc(const ServerOptions& options);

  Log* const log_;
  Health health_;
  std::unique_ptr<Listener> http_port_;
  std::unique_ptr<Listener> grpc_port_;
  std::unique_ptr<PortProbe> probe_;
  std::unique_ptr<TileServer> http_;
  std::unique_ptr<LogService> service_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> grpc_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_SERVER_H_
