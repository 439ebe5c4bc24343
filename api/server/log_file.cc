#include "api/server/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

Result<int> OpenToAppend(const std::string& path) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return SystemError("open", path);
  return fd;
}

}  // namespace

Result<std::shared_ptr<LogFile>> LogFile::Open(std::string path) {
  ASSIGN_OR_RETURN(const int fd, OpenToAppend(path));
  return std::shared_ptr<LogFile>(new LogFile(std::move(path), fd));
}

LogFile::~LogFile() { close(fd_); }

Result<void> LogFile::Reopen() {
  ASSIGN_OR_RETURN(const int fd, OpenToAppend(path_));
  const std::lock_guard lock(mutex_);
  close(std::exchange(fd_, fd));
  return {};
}

// A line that cannot be written is lost: the log of entries goes on.
void LogFile::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  [[maybe_unused]] const bool written =
      WriteAll(fd_, std::string_view(line.data(), line.size()));
}

}  // namespace modlog
