#ifndef MODLOG_VERIFIER_WITNESS_STOPWATCH_H_
#define MODLOG_VERIFIER_WITNESS_STOPWATCH_H_

// Ends connections that take too long for a request. An HTTP server's idle
// timeout begins again with every byte, so a peer that sends one now and then
// holds its connection for ever; here the whole request must be there in time.
// Thread-safe.

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace modlog {

class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::seconds limit);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  // Start gives a socket the limit from now on, anew if it has one already.
  void Start(int socket);
  // Stop must be called before the socket is closed.
  void Stop(int socket);

 private:
  using Time = std::chrono::steady_clock::time_point;
  void Run();
  void ShutDownLate();

  const std::chrono::seconds limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<int, Time> ends_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_STOPWATCH_H_
