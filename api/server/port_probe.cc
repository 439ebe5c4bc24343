#include "api/server/port_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "spdlog/spdlog.h"

namespace modlog {
namespace {

using ProbeClock = std::chrono::steady_clock;

union ProbedAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// Where a server that listens everywhere is reached from here.
socklen_t FillReachable(const ListenAddress& address, ProbedAddress* out) {
  std::memset(out, 0, sizeof(*out));
  if (address.ipv6) {
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(address.port);
    inet_pton(AF_INET6, address.host.c_str(), &out->v6.sin6_addr);
    if (IN6_IS_ADDR_UNSPECIFIED(&out->v6.sin6_addr)) {
      out->v6.sin6_addr = in6addr_loopback;
    }
    return sizeof(out->v6);
  }
  out->v4.sin_family = AF_INET;
  out->v4.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &out->v4.sin_addr);
  if (out->v4.sin_addr.s_addr == htonl(INADDR_ANY)) {
    out->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  return sizeof(out->v4);
}

// How long a probe may wait, and what ends it before.
struct Patience {
  ProbeClock::time_point end;
  int wake;  // readable once nobody waits for the probe any more
};

bool AwaitSocket(int fd, short events, const Patience& patience) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      patience.end - ProbeClock::now());
  pollfd waits[] = {{.fd = fd, .events = events, .revents = 0},
                    {.fd = patience.wake, .events = POLLIN, .revents = 0}};
  return left.count() > 0 &&
         poll(waits, 2, static_cast<int>(left.count())) > 0 &&
         waits[0].revents != 0;
}

bool ConnectBy(int fd, const ListenAddress& address, const Patience& patience) {
  ProbedAddress to;
  const socklen_t size = FillReachable(address, &to);
  if (connect(fd, &to.any, size) == 0) return true;
  if (errno != EINPROGRESS || !AwaitSocket(fd, POLLOUT, patience)) return false;
  int error = 0;
  socklen_t error_size = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
  return error == 0;
}

// Why the port does not answer; empty where it does, nothing where that cannot
// be told.
std::optional<std::string> Ask(const ProbedPort& port,
                               const Patience& patience) {
  const Socket socket(::socket(port.address.ipv6 ? AF_INET6 : AF_INET,
                               SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) return std::nullopt;
  if (!ConnectBy(socket.fd(), port.address, patience))
    return "takes no connection";
  const ssize_t sent = send(socket.fd(), port.greeting.data(),
                            port.greeting.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(port.greeting.size()))
    return "reads nothing";
  std::string got;
  char buffer[256];
  while (got.size() < port.answer.size()) {
    if (!AwaitSocket(socket.fd(), POLLIN, patience)) return "does not answer";
    const ssize_t size = recv(socket.fd(), buffer, sizeof(buffer), 0);
    if (size <= 0) return "closes the connection";
    got.append(buffer, static_cast<size_t>(size));
  }
  return got.starts_with(port.answer) ? "" : "answers something else";
}

}  // namespace

ProbedPort HttpProbe(const ListenAddress& address) {
  return {.name = "http",
          .address = address,
          .greeting =
              "HEAD /checkpoint HTTP/1.1\r\nHost: probe\r\n"
              "Connection: close\r\n\r\n",
          .answer = "HTTP/1.1 "};
}

// RFC 9113, section 3.4: the preface and an empty SETTINGS frame. The server's
// first frame is one too; its length is below 256 bytes.
ProbedPort GrpcProbe(const ListenAddress& address) {
  using std::string_view_literals::operator""sv;
  return {.name = "grpc",
          .address = address,
          .greeting = std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                                  "\0\0\0\x04\0\0\0\0\0"sv),
          .answer = std::string("\0\0"sv)};
}

PortProbe::PortProbe(std::vector<ProbedPort> ports, ProbeTimes times)
    : times_(times), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  {
    absl::MutexLock lock(&mutex_);
    for (ProbedPort& port : ports) ports_.push_back({.port = std::move(port)});
  }
  thread_ = std::thread([this] { Run(); });
}

PortProbe::~PortProbe() { Stop(); }

void PortProbe::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t woken = write(wake_.fd(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

bool PortProbe::Answers(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  return std::ranges::none_of(ports_, [&name](const Probed& probed) {
    return probed.port.name == name && !probed.answers;
  });
}

std::string PortProbe::failure() const {
  absl::MutexLock lock(&mutex_);
  for (const Probed& probed : ports_) {
    if (probed.failures < kProbesMax) continue;
    return fmt::format("the {} port {} {}: probed {} times", probed.port.name,
                       FormatAddress(probed.port.address), probed.reason,
                       probed.failures);
  }
  return "";
}

void PortProbe::Run() {
  std::vector<ProbedPort> ports;
  {
    absl::MutexLock lock(&mutex_);
    for (const Probed& probed : ports_) ports.push_back(probed.port);
  }
  while (Pause()) {
    for (size_t i = 0; i < ports.size(); ++i) {
      const uint64_t progress = ports[i].progress();
      const auto reason =
          Ask(ports[i],
              {.end = ProbeClock::now() + times_.answer, .wake = wake_.fd()});
      absl::MutexLock lock(&mutex_);
      if (reason.has_value() && !stopping_) Note(*reason, progress, &ports_[i]);
    }
  }
}

void PortProbe::Note(const std::string& reason, uint64_t progress,
                     Probed* probed) {
  const bool overrun = progress > probed->progress + 1;
  probed->answers = reason.empty();
  probed->reason = reason;
  probed->failures = probed->answers || overrun ? 0 : probed->failures + 1;
  probed->progress = progress;
  if (probed->answers) return;
  spdlog::warn("probing the {} port {}: it {}{}", probed->port.name,
               FormatAddress(probed->port.address), reason,
               overrun ? ", but is at work for others" : "");
}

bool PortProbe::Pause() {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopping_),
                          absl::FromChrono(times_.every));
  return !stopping_;
}

}  // namespace modlog
