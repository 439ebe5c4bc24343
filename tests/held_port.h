#ifndef MODLOG_TESTS_HELD_PORT_H_
#define MODLOG_TESTS_HELD_PORT_H_

// A free port of 127.0.0.1 for a server that is to begin again at the same
// address. While it is down the system would give its port to anybody who asks
// for a free one, and the next start would fail on a busy machine. So the port
// stays bound here, without listening: who connects while no server runs is
// refused, and a server that sets SO_REUSEADDR, as all do, may bind it too.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

class HeldPort {
 public:
  // Any free port; or `port`, which another HeldPort holds.
  explicit HeldPort(uint16_t port = 0)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr any;
    socklen_t size = sizeof(any);
    static_assert(sizeof(any) == sizeof(address));
    std::memcpy(&any, &address, sizeof(any));
    MODLOG_CHECK(
        bind(fd_, &any, sizeof(any)) == 0 && getsockname(fd_, &any, &size) == 0,
        "the system has a free port");
    std::memcpy(&address, &any, sizeof(any));
    port_ = ntohs(address.sin_port);
  }
  ~HeldPort() { close(fd_); }
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;

  int fd() const { return fd_; }
  uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  const int fd_;
  uint16_t port_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_HELD_PORT_H_
