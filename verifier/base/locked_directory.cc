#include "verifier/base/locked_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

Result<void> MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(ParentOf(path), error);
  if (mkdir(path.c_str(), 0700) == 0) return SyncDirectory(ParentOf(path));
  if (errno != EEXIST) return SystemError("make directory", path);
  if (!std::filesystem::is_directory(path, error)) {
    return Fail(Code::kUnavailable, path + " is not a directory");
  }
  return {};
}

// The process id that the holder wrote.
std::string HolderOf(int lock_fd) {
  char text[32];
  const ssize_t got = pread(lock_fd, text, sizeof(text), 0);
  const std::string line(text, got < 0 ? 0 : static_cast<size_t>(got));
  return line.substr(0, line.find('\n'));
}

}  // namespace

Result<LockedDirectory> LockedDirectory::Open(const std::string& name,
                                              std::string_view program) {
  std::string path = name;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  RETURN_IF_ERROR(MakeDirectory(path));
  const std::string lock_path = path + "/lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return SystemError("open", lock_path);
  LockedDirectory directory(path, fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Fail(Code::kUnavailable,
                "data directory " + path + " is in use by " +
                    std::string(program) + ", process " + HolderOf(fd) +
                    ": stop that one, or give this one another --data-dir");
  }
  if (ftruncate(fd, 0) != 0 || !WriteAll(fd, std::to_string(getpid()) + "\n")) {
    return SystemError("write", lock_path);
  }
  return directory;
}

LockedDirectory::LockedDirectory(LockedDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}

LockedDirectory::~LockedDirectory() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

}  // namespace modlog
