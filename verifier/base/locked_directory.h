#ifndef MODLOG_VERIFIER_BASE_LOCKED_DIRECTORY_H_
#define MODLOG_VERIFIER_BASE_LOCKED_DIRECTORY_H_

// A directory that one process at a time works in: a file `lock`, locked while
// the process runs, with its id in it.

#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

class LockedDirectory {
 public:
  // Open makes the directory (0700) if missing and locks it. kUnavailable,
  // naming the process, where another one has it; `program` is how that other
  // one is called in the message.
  static Result<LockedDirectory> Open(const std::string& name,
                                      std::string_view program);

  LockedDirectory(LockedDirectory&& other) noexcept;
  LockedDirectory& operator=(LockedDirectory&&) = delete;
  ~LockedDirectory();  // unlocks

  const std::string& path() const { return path_; }

 private:
  LockedDirectory(std::string path, int lock_fd)
      : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::string path_;
  int lock_fd_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_LOCKED_DIRECTORY_H_
