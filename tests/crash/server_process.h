#ifndef MODLOG_TESTS_CRASH_SERVER_PROCESS_H_
#define MODLOG_TESTS_CRASH_SERVER_PROCESS_H_

// A modlogd with failpoints as a process of its own, on ports that the system
// chooses. It dies with the test. Not thread-safe.

#include <sys/types.h>

#include <memory>
#include <string>

#include "verifier/core/result.h"

namespace modlog {

struct ServerCommand {
  std::string program;
  std::string data_dir;
  std::string output;      // file that its standard error is added to
  std::string failpoints;  // MODLOG_FAILPOINT
};

class ServerProcess {
 public:
  // Launch starts the program; kUnavailable if that is impossible.
  static Result<std::unique_ptr<ServerProcess>> Launch(
      const ServerCommand& command);
  ~ServerProcess();  // kills it
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // AwaitReady waits for the `ready` line. kCorrupt, with the end of what the
  // server wrote, where it ends or stays silent for 60 s: it does not serve.
  Result<void> AwaitReady();

  // Of the ready line.
  const std::string& grpc() const { return grpc_; }
  const std::string& http() const { return http_; }
  const std::string& vkey() const { return vkey_; }

  void Kill();  // SIGKILL, and waits
  // EndsWithin waits up to `seconds` for the process to end by itself.
  bool EndsWithin(double seconds);
  // The exit status of a process that ended by itself, or -1.
  int exit_status() const { return exit_status_; }

 private:
  ServerProcess(pid_t pid, int out, std::string output)
      : pid_(pid), out_(out), output_(std::move(output)) {}
  void Reaped(int status);

  pid_t pid_;  // -1 once it has been waited for
  int out_;
  std::string output_;
  int exit_status_ = -1;
  std::string grpc_, http_, vkey_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_SERVER_PROCESS_H_
