#ifndef MODLOG_API_SERVER_PORT_PROBE_H_
#define MODLOG_API_SERVER_PORT_PROBE_H_

// Asks this process's own ports, as anybody would, whether they still answer. A
// port that accepts no more, or whose threads hang, looks well from within.
//
// One thread. A port is down after kProbesMax vain probes in a row. One that
// did something for others meanwhile is not: it is overrun, and who floods it
// must not be able to have it declared dead. A probe for which this process has
// no descriptor tells nothing of the port, and is none.
//
// What is sent is plain text: a port that speaks TLS needs another greeting.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "verifier/base/address.h"

namespace modlog {

inline constexpr int kProbesMax = 3;

struct ProbedPort {
  std::string name;       // "grpc"
  ListenAddress address;  // that it listens on
  std::string greeting;   // is sent
  std::string answer;     // what comes must begin so
  // Counts what the port does: of a vain probe itself, at most one.
  std::function<uint64_t()> progress = [] { return 0; };
};
// A request that every HTTP/1.1 server answers, and what HTTP/2 begins with.
ProbedPort HttpProbe(const ListenAddress& address);
ProbedPort GrpcProbe(const ListenAddress& address);

struct ProbeTimes {
  std::chrono::milliseconds every = std::chrono::minutes(1);
  std::chrono::milliseconds answer = std::chrono::seconds(10);
};

class PortProbe {
 public:
  PortProbe(std::vector<ProbedPort> ports, ProbeTimes times);
  ~PortProbe();  // Stop
  PortProbe(const PortProbe&) = delete;
  PortProbe& operator=(const PortProbe&) = delete;

  // Stop probes no more. What was found stays.
  void Stop();

  // Whether the port answered the last probe; true before the first.
  bool Answers(const std::string& name) const;
  // Which port is down, and why, for a person; empty where none is.
  std::string failure() const;

 private:
  struct Probed {
    ProbedPort port;
    uint64_t progress = 0;  // before the last probe
    int failures = 0;       // in a row
    bool answers = true;    // the last one
    std::string reason = {};
  };
  void Run();
  static void Note(const std::string& reason, uint64_t progress,
                   Probed* probed);
  // False once stopped.
  bool Pause();

  const ProbeTimes times_;
  const Socket wake_;  // an eventfd
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Probed> ports_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_PORT_PROBE_H_
