#ifndef MODLOG_API_IMPORT_INPUT_CHILD_PROCESS_H_
#define MODLOG_API_IMPORT_INPUT_CHILD_PROCESS_H_

// Another program, spoken to over its standard input and output. No shell is
// involved. Not thread-safe.

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

class ChildProcess {
 public:
  // Start runs arguments[0], found on PATH, with the caller's environment but
  // for `environment`: names to set, or to unset where the value is empty.
  // kUnavailable where it cannot be started.
  static Result<ChildProcess> Start(
      const std::vector<std::string>& arguments,
      const std::vector<std::pair<std::string, std::string>>& environment);
  ~ChildProcess();  // kills what still runs
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  // Write to its standard input. kUnavailable where it reads no more.
  Result<void> Write(std::string_view bytes) const;
  // Read from its standard output; 0 at the end.
  Result<size_t> Read(std::span<char> out) const;
  // Wait for its end. kUnavailable with the first line that it wrote to
  // standard error where its exit status is not 0.
  Result<void> Wait();

 private:
  ChildProcess() = default;
  std::string FirstError() const;

  std::string name_;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;  // a file in memory: a full pipe would stop the child
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_CHILD_PROCESS_H_
