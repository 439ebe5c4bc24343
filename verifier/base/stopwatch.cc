#include "verifier/base/stopwatch.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace modlog {
namespace {

// How many bytes sent over a socket its peer has acknowledged.
uint64_t BytesTaken(int socket) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace

Stopwatch::Stopwatch(std::chrono::seconds limit, uint64_t slowest_reader)
    : limit_(limit),
      slowest_reader_(slowest_reader),
      thread_([this] { Watch(); }) {}

Stopwatch::~Stopwatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Stopwatch::Start(int socket) {
  const std::lock_guard lock(mutex_);
  const bool was_idle = runs_.empty();
  runs_[socket] = {.end = std::chrono::steady_clock::now() + limit_,
                   .taken = slowest_reader_ > 0 ? BytesTaken(socket) : 0};
  if (was_idle) wake_.notify_one();
}

void Stopwatch::Stop(int socket) {
  const std::lock_guard lock(mutex_);
  runs_.erase(socket);
}

void Stopwatch::Watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (runs_.empty()) {
      wake_.wait(lock);
    } else {
      wake_.wait_for(lock, std::chrono::seconds(1));
      ShutDownLate();
    }
  }
}

// The server sees the end of the connection, and closes it.
void Stopwatch::ShutDownLate() {
  const Time now = std::chrono::steady_clock::now();
  for (auto entry = runs_.begin(); entry != runs_.end();) {
    if (entry->second.end > now || EndOf(entry->first, entry->second) > now) {
      ++entry;
      continue;
    }
    shutdown(entry->first, SHUT_RDWR);
    entry = runs_.erase(entry);
  }
}

Stopwatch::Time Stopwatch::EndOf(int socket, const Run& run) const {
  if (slowest_reader_ == 0) return run.end;
  const uint64_t now = BytesTaken(socket);
  const uint64_t taken = now > run.taken ? now - run.taken : 0;
  return run.end + std::chrono::milliseconds(taken * 1'000 / slowest_reader_);
}

}  // namespace modlog
