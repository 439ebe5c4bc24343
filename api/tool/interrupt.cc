#include "api/tool/interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace modlog {
namespace {

std::atomic<int> caught_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free,
              "a signal handler may use it");
// A byte is in it once a signal came, so that poll() returns whenever it came.
int wake_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  caught_signal = signal;
  // The pipe is empty but for this byte: it always has room.
  [[maybe_unused]] ssize_t written = write(wake_pipe[1], "!", 1);
}

}  // namespace

void CatchInterrupt() {
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return;
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int Interrupted() { return caught_signal; }

bool WaitReadable(int fd, int timeout_ms) {
  pollfd waits[] = {{.fd = fd, .events = POLLIN, .revents = 0},
                    {.fd = wake_pipe[0], .events = POLLIN, .revents = 0}};
  int ready = 0;
  do {
    ready = poll(waits, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR && Interrupted() == 0);
  return ready > 0 && waits[0].revents != 0;
}

}  // namespace modlog
