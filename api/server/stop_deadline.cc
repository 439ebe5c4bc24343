#include "api/server/stop_deadline.h"

#include <unistd.h>

#include "spdlog/spdlog.h"

namespace modlog {

StopDeadline::~StopDeadline() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void StopDeadline::Set(int status) {
  thread_ = std::thread([this, status] {
    std::unique_lock lock(mutex_);
    if (ended_.wait_for(lock, kStopMax, [this] { return is_over_; })) return;
    spdlog::warn(
        "not everything had ended {} ms after the signal: ending without; "
        "nothing that was answered is lost",
        kStopMax.count());
    _exit(status);
  });
}

}  // namespace modlog
