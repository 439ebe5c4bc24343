#include "verifier/base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr int kBacklog = 512;

union AnyAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t Fill(const ListenAddress& address, AnyAddress* out) {
  std::memset(out, 0, sizeof(*out));
  if (address.ipv6) {
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &out->v6.sin6_addr);
    return sizeof(out->v6);
  }
  out->v4.sin_family = AF_INET;
  out->v4.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &out->v4.sin_addr);
  return sizeof(out->v4);
}

bool IsNumeric(const ListenAddress& address) {
  in6_addr unused;
  return inet_pton(address.ipv6 ? AF_INET6 : AF_INET, address.host.c_str(),
                   &unused) == 1;
}

uint16_t PortOf(int fd, bool ipv6) {
  AnyAddress bound;
  socklen_t size = sizeof(bound);
  MODLOG_CHECK(getsockname(fd, &bound.any, &size) == 0,
               "a listening socket has a name");
  return ntohs(ipv6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

std::unexpected<Error> CannotListen(const ListenAddress& address) {
  const int error = errno;
  return Fail(Code::kUnavailable, "cannot listen on " + FormatAddress(address) +
                                      ": " + std::strerror(error));
}

std::string Shown(std::string_view text) {
  return "\"" + std::string(text.substr(0, 64)) + "\"";
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  ListenAddress address;
  const size_t colon = text.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? Fail(Code::kMalformed, "no port")
                        : ParseDecimal(text.substr(colon + 1));
  if (!port.has_value() || *port > 65'535) {
    return Fail(Code::kMalformed,
                Shown(text) + " is not HOST:PORT with a port of 0..65535");
  }
  std::string_view host = text.substr(0, colon);
  address.ipv6 = host.starts_with('[') && host.ends_with(']');
  if (address.ipv6) host = host.substr(1, host.size() - 2);
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  address.port = static_cast<uint16_t>(*port);
  if (!IsNumeric(address)) {
    return Fail(Code::kMalformed,
                Shown(text) +
                    " does not begin with an IPv4 address, an IPv6 address in "
                    "brackets or localhost");
  }
  return address;
}

std::string FormatAddress(const ListenAddress& address) {
  const std::string host =
      address.ipv6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

bool IsLoopback(const ListenAddress& address) {
  if (!address.ipv6) return address.host.starts_with("127.");
  in6_addr parsed;
  return inet_pton(AF_INET6, address.host.c_str(), &parsed) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&parsed);
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

int Socket::Release() { return std::exchange(fd_, -1); }

Result<Socket> Listen(ListenAddress* address) {
  AnyAddress any;
  const socklen_t size = Fill(*address, &any);
  Socket socket(::socket(address->ipv6 ? AF_INET6 : AF_INET,
                         SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) return CannotListen(*address);
  const int on = 1;
  setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(socket.fd(), &any.any, size) != 0 ||
      listen(socket.fd(), kBacklog) != 0) {
    return CannotListen(*address);
  }
  address->port = PortOf(socket.fd(), address->ipv6);
  return socket;
}

}  // namespace modlog
