#ifndef MODLOG_API_SERVER_LISTENER_H_
#define MODLOG_API_SERVER_LISTENER_H_

// A listening port of modlogd and the thread that accepts its connections.
// Neither gRPC 1.51 nor libmicrohttpd is left to accept by itself: a failed
// accept, for want of a descriptor, makes gRPC give its port up for good, and
// neither makes room for who comes. Here
//
//   * no more connections are open than the limits say (connection_table.h);
//     for one more, the quietest is ended first
//   * without a descriptor the same is done; where that does not help, the peer
//     is closed by one that was kept for this, and accepting goes on
//   * an accept that can never succeed again is told (`failure`)
//
// The socket that is handed over may speak TLS or anything else: nothing is
// read from it here. Thread-safe.

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/server/connection_table.h"
#include "verifier/base/address.h"

namespace modlog {

// Takes over a connection: non-blocking, and the callee's to close, soon after
// its peer has ended it or the table has.
using ServeConnection =
    std::function<void(int fd, const sockaddr* peer, socklen_t peer_size)>;

// What there is to tell of a port.
struct PortStatus {
  std::string name;  // "grpc", "http"
  size_t connections = 0;
  size_t connections_max = 0;
  uint64_t accepted = 0;  // since the start, as those below
  uint64_t ended = 0;     // for newer ones
  uint64_t refused = 0;   // for want of a descriptor, or of room in time
  bool up = true;         // as probed last: port_probe.h
};

class Listener {
 public:
  // Open takes the address; connections wait until Start. kUnavailable where it
  // is taken.
  static Result<std::unique_ptr<Listener>> Open(std::string name,
                                                ListenAddress address,
                                                ConnectionLimits limits);
  ~Listener();  // Stop
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Start accepts from now on; `serve` is called by one thread. Once.
  void Start(ServeConnection serve);
  // Stop closes the port and returns once `serve` is not called any more. What
  // was accepted stays open.
  void Stop();
  // EndConnections shuts down what was accepted.
  void EndConnections() { table_.EndAll(); }

  const ListenAddress& address() const { return address_; }
  // Why no connection will ever be accepted again; empty while they are.
  std::string failure() const;
  PortStatus status();
  // What whoever serves the connections says that it has answered.
  void CountAnswer() { ++answered_; }
  uint64_t answered() const { return answered_; }

 private:
  Listener(std::string name, ListenAddress address, ConnectionLimits limits,
           Socket socket, Socket wake, Socket spare);

  void Run(const ServeConnection& serve);
  // False once accepting is over.
  bool AcceptOne(const ServeConnection& serve);
  bool MakeRoom(const std::string& peer);
  bool GoOnAfter(int error);
  void MakeDescriptor();
  void RefuseByTheSpare();
  bool WaitForMs(int ms);  // false once stopped
  void Count(uint64_t PortStatus::* counter);
  void TellScarcity(const std::string& what);  // at most once a minute

  const std::string name_;
  const ListenAddress address_;
  ConnectionTable table_;
  Socket socket_;
  const Socket wake_;  // an eventfd
  int spare_;          // of Run alone
  std::thread thread_;
  std::atomic<uint64_t> answered_ = 0;
  mutable absl::Mutex mutex_;
  PortStatus counts_ ABSL_GUARDED_BY(mutex_);
  std::string failure_ ABSL_GUARDED_BY(mutex_);
  // Of Run alone:
  bool ended_for_descriptor_ = false;  // since one was last accepted
  bool told_ = false;
  int64_t told_ms_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_LISTENER_H_
