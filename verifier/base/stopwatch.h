#ifndef MODLOG_VERIFIER_BASE_STOPWATCH_H_
#define MODLOG_VERIFIER_BASE_STOPWATCH_H_

// Ends connections that take too long for a request. An HTTP server's idle
// timeout begins again with every byte, so a peer that sends or takes one now
// and then holds its connection for ever; here the whole request must be there,
// and its answer taken, in time. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace modlog {

class Stopwatch {
 public:
  // `slowest_reader` is how many bytes a second a peer has to take: as many
  // give it another second, so that a large answer may take long and one that
  // is left lying may not. 0: the limit is for everything.
  explicit Stopwatch(std::chrono::seconds limit, uint64_t slowest_reader = 0);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  // Start gives a socket the limit from now on, anew if it has one already.
  void Start(int socket);
  // Stop must be called before the socket is closed.
  void Stop(int socket);

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Run {
    Time end;            // were nothing taken
    uint64_t taken = 0;  // by the peer, before the start
  };
  void Watch();
  void ShutDownLate();
  Time EndOf(int socket, const Run& run) const;

  const std::chrono::seconds limit_;
  const uint64_t slowest_reader_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<int, Run> runs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_STOPWATCH_H_
