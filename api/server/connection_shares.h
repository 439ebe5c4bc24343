#ifndef MODLOG_API_SERVER_CONNECTION_SHARES_H_
#define MODLOG_API_SERVER_CONNECTION_SHARES_H_

// How the two ports share the descriptors that are there for connections
// (descriptors.h).

#include <cstdint>
#include <optional>

#include "api/server/connection_table.h"
#include "verifier/core/result.h"

namespace modlog {

// What was asked for; absent: the defaults, as far as there is room.
struct WantedConnections {
  std::optional<uint64_t> grpc = {};
  std::optional<uint64_t> grpc_per_peer = {};
  std::optional<uint64_t> http = {};
  std::optional<uint64_t> http_per_peer = {};
};
inline constexpr uint64_t kConnectionsMin = 8;  // of a port
inline constexpr uint64_t kConnectionsAskedMax = 1'000'000;

struct ConnectionShares {
  ConnectionLimits grpc;
  ConnectionLimits http;
};

// ShareConnections: both totals together are at most `available`, and no peer
// may have more than a total; by default no more than three quarters of it.
// kExhausted, with the remedy, where what was asked for does not fit.
Result<ConnectionShares> ShareConnections(uint64_t available,
                                          const WantedConnections& wanted);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_CONNECTION_SHARES_H_
