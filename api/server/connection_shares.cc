#include "api/server/connection_shares.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/server/server.h"

namespace modlog {
namespace {

uint64_t PerPeer(const std::optional<uint64_t>& wanted, uint64_t usual,
                 uint64_t total) {
  return std::min(wanted.value_or(std::min(usual, total * 3 / 4)), total);
}

}  // namespace

Result<ConnectionShares> ShareConnections(uint64_t available,
                                          const WantedConnections& wanted) {
  // What was not asked for takes what is left; platforms have two thirds.
  const uint64_t asked = wanted.grpc.value_or(0) + wanted.http.value_or(0);
  const uint64_t missing =
      (wanted.grpc ? 0 : kConnectionsMin) + (wanted.http ? 0 : kConnectionsMin);
  if (asked + missing > available) {
    return Fail(
        Code::kExhausted,
        fmt::format("grpc-connections, http-connections: {} in all, and this "
                    "process has descriptors for {}: ask for fewer, or raise "
                    "the limit of open files",
                    asked + missing, available));
  }
  const uint64_t left = available - asked;
  const uint64_t http_left = wanted.grpc ? left : left / 3;
  const uint64_t http = wanted.http.value_or(
      std::clamp<uint64_t>(http_left, kConnectionsMin, kHttpConnections.total));
  const uint64_t grpc = wanted.grpc.value_or(
      std::min<uint64_t>(available - http, kGrpcConnections.total));
  return ConnectionShares{
      .grpc = {.total = grpc,
               .per_peer = PerPeer(wanted.grpc_per_peer,
                                   kGrpcConnections.per_peer, grpc)},
      .http = {.total = http,
               .per_peer = PerPeer(wanted.http_per_peer,
                                   kHttpConnections.per_peer, http)}};
}

}  // namespace modlog
