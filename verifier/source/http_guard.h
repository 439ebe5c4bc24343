#ifndef MODLOG_VERIFIER_SOURCE_HTTP_GUARD_H_
#define MODLOG_VERIFIER_SOURCE_HTTP_GUARD_H_

// What an HTTP peer may send, for whoever speaks HTTP by libcurl: every byte
// counts, not those of the body alone.
//
//   status lines, headers, 1xx answers,    kHttpHeadersMax, by the header
//   trailers                               callback: libcurl keeps them all
//   all that the socket brought, framing,  twice the body's limit and
//   chunk extensions, compressed bytes,    kHttpWireSlack, by the kernel's
//   TLS included                           count of the connection
//
// The body, decompressed, is limited by whoever takes it. A transfer that sends
// more ends with CURLE_WRITE_ERROR or CURLE_ABORTED_BY_CALLBACK, and fault()
// says why; what the peer sent until then is at most what libcurl and the
// kernel hold, some MB. HTTP/1.1 only: of one connection all bytes belong to
// one transfer at a time. No redirect is followed, no cookie kept, and neither
// alternative services nor HSTS are remembered.
//
// A guard and its sockets belong to one thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace modlog {

inline constexpr size_t kHttpHeadersMax = 64 << 10;
inline constexpr uint64_t kHttpWireSlack = 256 << 10;

// The sockets that handles opened; it must outlive their connections.
class HttpSockets {
 public:
  // The socket that is bound to this local port, -1 if none is.
  int Find(uint16_t local_port) const;

  void Add(int fd) { fds_.push_back(fd); }
  void Close(int fd);

 private:
  std::vector<int> fds_;
};

class HttpGuard {
 public:
  // `sockets` must outlive it.
  explicit HttpGuard(HttpSockets* sockets) : sockets_(sockets) {}

  // Begin sets all of this up on a CURL handle whose options were reset, for
  // one transfer with a body of at most `body_max` bytes. The guard must
  // outlive the transfer. Where `ended` is given, it ends the transfer by
  // returning true; it is asked at least once a second.
  void Begin(void* easy, size_t body_max, std::function<bool()> ended = {});

  // What the peer sent too much of, "" if nothing.
  const std::string& fault() const { return fault_; }

  // For the callbacks alone.
  bool TakeHeader(size_t size);
  bool MayGoOn();

 private:
  HttpSockets* const sockets_;
  void* easy_ = nullptr;
  uint64_t body_max_ = 0;
  std::function<bool()> ended_;
  size_t headers_ = 0;
  long port_ = 0;  // of the connection, on this side; 0: none yet
  int fd_ = -1;
  uint64_t before_ = 0;  // bytes of the connection that earlier answers took
  std::string fault_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_HTTP_GUARD_H_
