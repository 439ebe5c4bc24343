#include "verifier/witness/stopwatch.h"

#include <sys/socket.h>

namespace modlog {

Stopwatch::Stopwatch(std::chrono::seconds limit)
    : limit_(limit), thread_([this] { Run(); }) {}

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
  const bool was_idle = ends_.empty();
  ends_[socket] = std::chrono::steady_clock::now() + limit_;
  if (was_idle) wake_.notify_one();
}

void Stopwatch::Stop(int socket) {
  const std::lock_guard lock(mutex_);
  ends_.erase(socket);
}

void Stopwatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (ends_.empty()) {
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
  for (auto entry = ends_.begin(); entry != ends_.end();) {
    if (entry->second > now) {
      ++entry;
      continue;
    }
    shutdown(entry->first, SHUT_RDWR);
    entry = ends_.erase(entry);
  }
}

}  // namespace modlog
