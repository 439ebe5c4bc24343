#ifndef MODLOG_TESTS_WITNESS_RUNNING_WITNESS_H_
#define MODLOG_TESTS_WITNESS_RUNNING_WITNESS_H_

// A real modlog-witness on loopback.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/witness/http.h"
#include "tests/witness/signed_log.h"
#include "verifier/core/note.h"

namespace modlog {

class RunningWitness {
 public:
  using Words = std::vector<std::string>;

  static Words Arguments(const std::string& data_dir,
                         const std::vector<std::string>& vkeys,
                         const Words& more = {}) {
    Words words = {"--data-dir",  data_dir, "--listen",
                   "127.0.0.1:0", "--name", "witness.test/1"};
    for (const std::string& vkey : vkeys) {
      words.insert(words.end(), {"--log", vkey});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  explicit RunningWitness(const Words& arguments,
                          const std::string& program = "modlog-witness")
      : program_(program, arguments) {
    const std::string out = program_.WaitForOutput("\n");
    address_ = After("http=", out);
    vkey_ = After("vkey=", out);
    EXPECT_NE(address_, "") << program_.Wait().err;
  }

  const std::string& address() const { return address_; }
  const std::string& vkey() const { return vkey_; }
  Program& program() { return program_; }

  HttpAnswer Add(const std::string& body) const {
    return Post(address_, "/add-checkpoint", body);
  }
  int StatusOf(const std::string& body) const { return Add(body).status; }
  HttpAnswer Latest(const SignedLog& log) const {
    return Get(address_, "/" + log.origin_hash() + "/checkpoint");
  }
  // What it says it has cosigned of a log last.
  uint64_t SizeOf(const SignedLog& log) const {
    const auto note = ParseNote(Latest(log).body);
    return note ? ParseCheckpoint(note->text).value().tree.size : 0;
  }
  // The time of a cosignature by this witness in an answer of status 200.
  uint64_t CosignedAt(const std::string& text, const std::string& lines) const {
    const VerifierKey key = ParseVerifierKey(vkey_).value();
    const auto opened = OpenNote(text + "\n" + lines, std::span(&key, 1));
    EXPECT_TRUE(opened) << lines;
    return opened ? opened->verified.front().time_s : 0;
  }

 private:
  static std::string After(const std::string& name, const std::string& out) {
    const size_t at = out.find(name);
    if (at == std::string::npos) return "";
    const size_t begin = at + name.size();
    return out.substr(begin, out.find_first_of(" \n", begin) - begin);
  }

  Program program_;
  std::string address_;
  std::string vkey_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_WITNESS_RUNNING_WITNESS_H_
