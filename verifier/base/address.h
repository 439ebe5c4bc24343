#ifndef MODLOG_VERIFIER_BASE_ADDRESS_H_
#define MODLOG_VERIFIER_BASE_ADDRESS_H_

// Where a server listens: HOST:PORT, where HOST is an IPv4 address, an IPv6
// address in brackets, or "localhost". No names are looked up. Port 0 takes a
// free one.

#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

struct ListenAddress {
  std::string host;  // a numeric address, without brackets
  uint16_t port = 0;
  bool ipv6 = false;
};

// ParseListenAddress: kMalformed. FormatAddress is its inverse but for
// "localhost", which becomes 127.0.0.1.
Result<ListenAddress> ParseListenAddress(std::string_view text);
std::string FormatAddress(const ListenAddress& address);

// IsLoopback: 127.0.0.0/8 and ::1.
bool IsLoopback(const ListenAddress& address);

// A socket that closes itself.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.Release()) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  int fd() const { return fd_; }
  int Release();  // the caller closes it

 private:
  int fd_;
};

// Listen opens a non-blocking TCP socket and sets address->port to the port it
// got. kUnavailable, with the system's reason, where the address is taken.
Result<Socket> Listen(ListenAddress* address);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_ADDRESS_H_
