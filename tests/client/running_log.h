#ifndef MODLOG_TESTS_CLIENT_RUNNING_LOG_H_
#define MODLOG_TESTS_CLIENT_RUNNING_LOG_H_

// A real modlogd on loopback, and the programs that talk to it.

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/programs.h"

namespace modlog {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A log that runs, in a folder of its own.
class RunningLog {
 public:
  explicit RunningLog(const Words& options = {})
      : server_("modlogd", Started(folder_ / "data", options)) {
    std::string out = server_.WaitForOutput("\n");
    size_t at = out.find("grpc=");
    EXPECT_NE(at, std::string::npos) << server_.Wait().err;
    grpc_ = out.substr(at + 5, out.find(' ', at) - at - 5);
  }

  void Signal(int signal) const { server_.Signal(signal); }
  std::string data_dir() const { return folder_ / "data"; }
  std::string policy() const { return folder_ / "data/log.policy"; }
  std::string operator_token() const { return folder_ / "data/operator.token"; }

  Words With(Words words) const {
    words.insert(words.begin(), {"--server", grpc_});
    return words;
  }
  Outcome Modlog(const Words& words, const std::string& input = "") const {
    return RunProgram("modlog", With(words), input);
  }
  uint64_t Size() const {
    return Json::parse(Modlog({"status", "--json"}).out)["signed"]["size"];
  }

 private:
  static Words Started(const std::string& data_dir, const Words& options) {
    Words words = {"--data-dir",  data_dir,        "--grpc-listen",
                   "127.0.0.1:0", "--http-listen", "127.0.0.1:0"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }

  TemporaryFolder folder_;
  Program server_;
  std::string grpc_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CLIENT_RUNNING_LOG_H_
