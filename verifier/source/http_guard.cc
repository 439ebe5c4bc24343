#include "verifier/source/http_guard.h"

#include <curl/curl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace modlog {
namespace {

uint16_t LocalPortOf(int fd) {
  sockaddr_storage any = {};
  socklen_t size = sizeof(any);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) != 0) return 0;
  if (any.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&any)->sin_port);
  }
  if (any.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&any)->sin6_port);
  }
  return 0;
}

curl_socket_t OpenSocket(void* sockets, curlsocktype /*purpose*/,
                         curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                        address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  static_cast<HttpSockets*>(sockets)->Add(fd);
  return fd;
}

int CloseSocket(void* sockets, curl_socket_t fd) {
  static_cast<HttpSockets*>(sockets)->Close(fd);
  return 0;
}

size_t OnHeader(char* /*line*/, size_t /*one*/, size_t size, void* guard) {
  return static_cast<HttpGuard*>(guard)->TakeHeader(size) ? size : 0;
}

int OnProgress(void* guard, curl_off_t /*down_all*/, curl_off_t /*down*/,
               curl_off_t /*up_all*/, curl_off_t /*up*/) {
  return static_cast<HttpGuard*>(guard)->MayGoOn() ? 0 : 1;
}

// As many bytes as a connection brought so far, 0 where that is not known.
uint64_t BytesOf(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_received;
}

}  // namespace

int HttpSockets::Find(uint16_t local_port) const {
  const auto fd = std::ranges::find(fds_, local_port, &LocalPortOf);
  return fd == fds_.end() ? -1 : *fd;
}

void HttpSockets::Close(int fd) {
  std::erase(fds_, fd);
  close(fd);
}

void HttpGuard::Begin(void* easy, size_t body_max,
                      std::function<bool()> ended) {
  easy_ = easy;
  body_max_ = body_max;
  ended_ = std::move(ended);
  headers_ = 0;
  port_ = 0;
  fd_ = -1;
  before_ = 0;
  fault_.clear();
  CURL* const handle = easy_;
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // A resolver that does not answer holds nobody up who has given up.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, sockets_);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &CloseSocket);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, sockets_);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
}

bool HttpGuard::TakeHeader(size_t size) {
  headers_ += size;
  if (headers_ <= kHttpHeadersMax) return true;
  fault_ = "sends more than " + std::to_string(kHttpHeadersMax) +
           " bytes of headers";
  return false;
}

bool HttpGuard::MayGoOn() {
  if (ended_ && ended_()) return false;
  // Not CURLINFO_ACTIVESOCKET, which is told after the transfer only.
  long port = 0;
  curl_easy_getinfo(easy_, CURLINFO_LOCAL_PORT, &port);
  if (port == 0) return true;
  if (port != port_) {
    port_ = port;
    fd_ = sockets_->Find(static_cast<uint16_t>(port));
    before_ = BytesOf(fd_);
  }
  const uint64_t bytes = BytesOf(fd_);
  const uint64_t wire_max = 2 * body_max_ + kHttpWireSlack;
  if (bytes < before_ || bytes - before_ <= wire_max) return true;
  fault_ = "sends more than " + std::to_string(wire_max) +
           " bytes for an answer of " + "at most " + std::to_string(body_max_);
  return false;
}

}  // namespace modlog
