#ifndef MODLOG_API_SERVER_LOG_FILE_H_
#define MODLOG_API_SERVER_LOG_FILE_H_

// The file of --log-file: what modlogd has to say, a line each. It is opened
// again when asked, so that logrotate can move the old one away. Thread-safe.

#include <memory>
#include <mutex>
#include <string>

#include "spdlog/sinks/base_sink.h"
#include "verifier/core/result.h"

namespace modlog {

class LogFile final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  // Open appends to the file, made with mode 0640 where it is missing.
  // kUnavailable.
  static Result<std::shared_ptr<LogFile>> Open(std::string path);
  ~LogFile() override;

  // Reopen goes on in whatever has the name now. Where that cannot be opened,
  // kUnavailable, and it goes on where it was.
  Result<void> Reopen();

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

 private:
  LogFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  int fd_;  // guarded by the base's mutex_
};

}  // namespace modlog

#endif  // MODLOG_API_SERVER_LOG_FILE_H_
