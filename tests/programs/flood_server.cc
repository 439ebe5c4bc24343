#include "tests/programs/flood_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "verifier/core/result.h"

namespace modlog {
namespace {

constexpr int kTickMs = 20;

std::string Repeated(const std::string& text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

size_t BodySize(const std::string& head) {
  const std::string name = "Content-Length: ";
  const size_t at = head.find(name);
  return at == std::string::npos ? 0
                                 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

FloodServer::FloodServer(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  MODLOG_CHECK(bind(listener_, any, size) == 0 && listen(listener_, 64) == 0 &&
                   getsockname(listener_, any, &size) == 0,
               "a server listens");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { Accept(); });
}

FloodServer::~FloodServer() {
  ended_ = true;
  acceptor_.join();
  connections_.clear();
  close(listener_);
}

std::string FloodServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

size_t FloodServer::Requests(const std::string& beginning) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::ranges::count_if(
      requests_,
      [&](const std::string& path) { return path.starts_with(beginning); }));
}

void FloodServer::Accept() {
  while (!ended_) {
    pollfd waiting = {listener_, POLLIN, 0};
    if (poll(&waiting, 1, kTickMs) != 1) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    connections_.emplace_back([this, fd] {
      Serve(fd);
      close(fd);
    });
  }
}

void FloodServer::Serve(int fd) {
  std::string input;
  while (!ended_) {
    const size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos ||
        input.size() < end + 4 + BodySize(input.substr(0, end))) {
      pollfd waiting = {fd, POLLIN, 0};
      if (poll(&waiting, 1, kTickMs) != 1) continue;
      char bytes[4096];
      const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
      if (got <= 0) return;
      input.append(bytes, static_cast<size_t>(got));
      continue;
    }
    const size_t from = input.find(' ') + 1;
    const std::string path = input.substr(from, input.find(' ', from) - from);
    input.erase(0, end + 4 + BodySize(input.substr(0, end)));
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(path);
    }
    if (!Answered(fd, script_(path))) return;
  }
}

bool FloodServer::Answered(int fd, const Answer& answer) {
  if (!answer.once.empty() && !Send(fd, answer.once)) return false;
  while (!answer.again.empty()) {
    for (int ms = 0; ms < answer.pause_ms && !ended_; ms += kTickMs) {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::min(kTickMs, answer.pause_ms - ms)));
    }
    if (ended_ || sent_ > kFloodMax || !Send(fd, answer.again)) return false;
  }
  while (answer.hold && !ended_) {
    pollfd waiting = {fd, POLLIN | POLLRDHUP, 0};
    if (poll(&waiting, 1, kTickMs) == 1) return false;
  }
  return !ended_;
}

bool FloodServer::Send(int fd, const std::string& bytes) {
  for (size_t at = 0; at < bytes.size() && !ended_;) {
    pollfd waiting = {fd, POLLOUT, 0};
    if (poll(&waiting, 1, kTickMs) != 1) continue;
    const ssize_t sent = send(fd, bytes.data() + at, bytes.size() - at,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (sent <= 0) return false;
    at += static_cast<size_t>(sent);
    sent_ += static_cast<uint64_t>(sent);
  }
  return !ended_;
}

FloodServer::Answer Plainly(const std::string& body,
                            const std::string& status) {
  return {.once = "HTTP/1.1 " + status + "\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body};
}

std::vector<Flood> Floods() {
  const std::string header = "X-Header: " + std::string(500, 'a') + "\r\n";
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string much(64 << 10, 'a');
  return {
      {"headers", {.once = ok, .again = Repeated(header, 100)}},
      {"one header", {.once = ok + "X: ", .again = much}},
      {"a status line", {.once = "HTTP/1.1 200 ", .again = much}},
      {"interim answers",
       {.again = Repeated("HTTP/1.1 100 Continue\r\n\r\n", 1'000)}},
      {"interim answers with headers",
       {.again =
            Repeated("HTTP/1.1 103 Early Hints\r\n" + header + "\r\n", 100)}},
      {"trailers", {.once = chunked + "0\r\n", .again = Repeated(header, 100)}},
      {"short trailers",
       {.once = chunked + "0\r\n", .again = Repeated("X: a\r\n", 10'000)}},
      {"a chunk extension", {.once = chunked + "1;", .again = much}},
      {"extensions of small chunks",
       {.once = chunked,
        .again =
            Repeated("0000000001;" + std::string(999, 'a') + "\r\nb\r\n", 60)}},
      {"a body", {.once = ok + "\r\n", .again = much}},
      {"an error page",
       {.once = "HTTP/1.1 404 Not Found\r\n\r\n", .again = much}},
      {"a redirection's page",
       {.once = "HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n", .again = much}},
  };
}

}  // namespace modlog
