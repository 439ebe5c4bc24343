#include "api/server/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "spdlog/spdlog.h"

namespace modlog {
namespace {

// How long whoever is refused or let in waits for another to be closed.
constexpr int kRoomWaitMs = 5'000;
constexpr int kRoomLookMs = 1;
constexpr int kMemoryWaitMs = 100;
constexpr int64_t kTellEveryMs = 60'000;

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

Result<std::unique_ptr<Listener>> Listener::Open(std::string name,
                                                 ListenAddress address,
                                                 ConnectionLimits limits) {
  ASSIGN_OR_RETURN(Socket socket, Listen(&address));
  Socket wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  Socket spare(OpenSpare());
  if (wake.fd() < 0 || spare.fd() < 0) {
    return Fail(Code::kUnavailable,
                fmt::format("cannot listen on {}: {}", FormatAddress(address),
                            std::strerror(errno)));
  }
  return std::unique_ptr<Listener>(
      new Listener(std::move(name), std::move(address), limits,
                   std::move(socket), std::move(wake), std::move(spare)));
}

Listener::Listener(std::string name, ListenAddress address,
                   ConnectionLimits limits, Socket socket, Socket wake,
                   Socket spare)
    : name_(std::move(name)),
      address_(std::move(address)),
      table_(limits),
      socket_(std::move(socket)),
      wake_(std::move(wake)),
      spare_(spare.Release()) {}

Listener::~Listener() {
  Stop();
  if (spare_ >= 0) close(spare_);
}

void Listener::Start(ServeConnection serve) {
  MODLOG_CHECK(!thread_.joinable(), "a port is started once");
  thread_ = std::thread([this, serve = std::move(serve)] { Run(serve); });
}

void Listener::Stop() {
  const uint64_t one = 1;
  // Fails only where it is set already.
  [[maybe_unused]] const ssize_t woken = write(wake_.fd(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
  if (socket_.fd() >= 0) close(socket_.Release());
}

std::string Listener::failure() const {
  absl::MutexLock lock(&mutex_);
  return failure_;
}

PortStatus Listener::status() {
  PortStatus status;
  {
    absl::MutexLock lock(&mutex_);
    status = counts_;
    status.up = failure_.empty();
  }
  status.name = name_;
  status.connections = table_.Count();
  status.connections_max = table_.limits().total;
  return status;
}

void Listener::Run(const ServeConnection& serve) {
  bool go_on = true;
  while (go_on) {
    pollfd waits[] = {{.fd = socket_.fd(), .events = POLLIN, .revents = 0},
                      {.fd = wake_.fd(), .events = POLLIN, .revents = 0}};
    if (poll(waits, 2, -1) < 0) continue;  // a signal
    if (waits[1].revents != 0) return;
    go_on = AcceptOne(serve);
  }
}

bool Listener::AcceptOne(const ServeConnection& serve) {
  sockaddr_storage from = {};
  socklen_t size = sizeof(from);
  auto* const address = reinterpret_cast<sockaddr*>(&from);
  Socket accepted(
      accept4(socket_.fd(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.fd() < 0) return GoOnAfter(errno);
  ended_for_descriptor_ = false;
  const std::string peer = PeerOf(address);
  if (!MakeRoom(peer)) {
    Count(&PortStatus::refused);
    return true;
  }
  const int on = 1;  // answers are small, and somebody waits for them
  setsockopt(accepted.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  table_.Add(accepted.fd(), peer);
  Count(&PortStatus::accepted);
  serve(accepted.Release(), address, size);
  return true;
}

bool Listener::MakeRoom(const std::string& peer) {
  if (table_.HasRoom(peer)) return true;
  if (table_.EndQuietest(peer)) Count(&PortStatus::ended);
  TellScarcity(fmt::format(
      "{} connections to the {} port are open, or {} of one address, the limit",
      table_.limits().total, name_, table_.limits().per_peer));
  for (int waited = 0; waited < kRoomWaitMs; waited += kRoomLookMs) {
    if (table_.HasRoom(peer)) return true;
    if (!WaitForMs(kRoomLookMs)) return false;
  }
  return false;
}

bool Listener::GoOnAfter(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
      TellScarcity(fmt::format("the {} port has no file descriptor left: {}",
                               name_, std::strerror(error)));
      MakeDescriptor();
      return true;
    case ENOBUFS:
    case ENOMEM:
      return WaitForMs(kMemoryWaitMs);
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP: {
      absl::MutexLock lock(&mutex_);
      failure_ =
          fmt::format("the {} port {} accepts no connection any more: {}",
                      name_, FormatAddress(address_), std::strerror(error));
      return false;
    }
    default:  // of this one connection, or of none that is there yet
      return true;
  }
}

// One that ends gives its descriptor back. Should something else take that at
// once, whoever waits is turned away.
void Listener::MakeDescriptor() {
  const size_t before = table_.Count();
  if (ended_for_descriptor_ || !table_.EndQuietest("")) {
    return RefuseByTheSpare();
  }
  ended_for_descriptor_ = true;
  Count(&PortStatus::ended);
  for (int waited = 0; waited < kRoomWaitMs; waited += kRoomLookMs) {
    if (table_.Count() < before || !WaitForMs(kRoomLookMs)) return;
  }
}

// Whoever waits in the queue of the socket would wake this thread for ever.
void Listener::RefuseByTheSpare() {
  ended_for_descriptor_ = false;
  if (spare_ >= 0) close(spare_);
  const int refused = accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
  if (refused >= 0) {
    close(refused);
    Count(&PortStatus::refused);
  }
  spare_ = OpenSpare();
  if (refused < 0 || spare_ < 0) WaitForMs(kMemoryWaitMs);
}

bool Listener::WaitForMs(int ms) {
  pollfd wait = {.fd = wake_.fd(), .events = POLLIN, .revents = 0};
  return poll(&wait, 1, ms) <= 0;
}

void Listener::Count(uint64_t PortStatus::* counter) {
  absl::MutexLock lock(&mutex_);
  ++(counts_.*counter);
}

void Listener::TellScarcity(const std::string& what) {
  const int64_t now_ms = SteadyMs();
  if (told_ && now_ms - told_ms_ < kTellEveryMs) return;
  told_ = true;
  told_ms_ = now_ms;
  PortStatus counts;
  {
    absl::MutexLock lock(&mutex_);
    counts = counts_;
  }
  spdlog::warn(
      "{}: for each new one the quietest is ended; so far {} were ended and {} "
      "refused",
      what, counts.ended, counts.refused);
}

}  // namespace modlog
