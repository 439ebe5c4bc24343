#ifndef MODLOG_TESTS_KEYS_KEYED_LOG_H_
#define MODLOG_TESTS_KEYS_KEYED_LOG_H_

// A real modlogd on loopback that is told where its key is, and the programs
// that talk to it.

#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/programs.h"

namespace modlog {

using Words = std::vector<std::string>;

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string ActionLine(const std::string& puid) {
  return R"({"platform":"example","action":{"puid":")" + puid +
         R"(","kind":"KIND_ACTION","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT","category":"CATEGORY_VIOLENCE",)"
         R"("application_date":20000,"subject_kind":"SUBJECT_KIND_ITEM"}})"
         "\n";
}

class KeyedLog {
 public:
  static Words Arguments(const std::string& data_dir, const Words& more) {
    Words words = {"--data-dir",  data_dir,        "--grpc-listen",
                   "127.0.0.1:0", "--http-listen", "127.0.0.1:0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  KeyedLog(std::string data_dir, const Words& more = {})
      : data_dir_(std::move(data_dir)),
        server_("modlogd", Arguments(data_dir_, more)) {
    std::istringstream words(server_.WaitForOutput("\n"));
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (equals == std::string::npos) continue;
      facts_[word.substr(0, equals)] = word.substr(equals + 1);
    }
    EXPECT_TRUE(facts_.contains("vkey")) << server_.Wait().err;
  }

  std::string vkey() const { return facts_.at("vkey"); }
  std::string url() const { return "http://" + facts_.at("http") + "/"; }
  std::string grpc() const { return facts_.at("grpc"); }
  std::string policy() const { return data_dir_ + "/log.policy"; }

  Outcome Modlog(const Words& words, const std::string& input = "") const {
    Words all = {"--server", facts_.at("grpc"), "--token-file",
                 data_dir_ + "/operator.token"};
    all.insert(all.end(), words.begin(), words.end());
    return RunProgram("modlog", all, input);
  }
  Outcome Append(const std::string& puid) const {
    return Modlog({"append", "-"}, ActionLine(puid));
  }
  Outcome Audit(const Words& more = {"--first-use"}) const {
    Words words = {"audit", url(), "--policy", policy()};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram("modlog-verify", words);
  }
  Outcome Stop(int signal = SIGTERM) {
    server_.Signal(signal);
    return server_.Wait();
  }
  // For a log that ends by itself.
  Outcome Wait() { return server_.Wait(); }

 private:
  const std::string data_dir_;
  Program server_;
  std::map<std::string, std::string> facts_;
};

// A start that fails, with one line that says why.
inline void ExpectNoStart(const std::string& data_dir, const Words& more,
                          int status, const std::string& says) {
  const Outcome outcome =
      RunProgram("modlogd", KeyedLog::Arguments(data_dir, more));
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(Contains(outcome.err, says)) << outcome.err;
}

}  // namespace modlog

#endif  // MODLOG_TESTS_KEYS_KEYED_LOG_H_
