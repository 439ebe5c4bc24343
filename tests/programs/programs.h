#ifndef MODLOG_TESTS_PROGRAMS_PROGRAMS_H_
#define MODLOG_TESTS_PROGRAMS_PROGRAMS_H_

// Runs the real programs: to their end, or beside the test.

#include <sys/types.h>

#include <string>
#include <vector>

namespace modlog {

// A folder under the system's temporary one, removed with all in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

struct Outcome {
  int status = -1;  // exit status; 128 + the signal that ended it
  std::string out;
  std::string err;
};

// BinaryPath: where one of this build's programs is.
std::string BinaryPath(const std::string& name);

// A program that runs: standard input is a pipe, output and errors go to files.
class Program {
 public:
  // `name` is one of this build's programs, or a path from the root on.
  Program(const std::string& name, const std::vector<std::string>& arguments);
  ~Program();  // kills what still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void Write(const std::string& text) const;
  void CloseInput();
  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // WaitForOutput returns what was printed once it holds `part`, or after
  // kTestPatience or the program's end what there is.
  std::string WaitForOutput(const std::string& part) const;
  std::string ErrorsSoFar() const;
  Outcome Wait();

 private:
  TemporaryFolder folder_;
  pid_t pid_ = -1;
  int input_ = -1;
};

// RunProgram runs a program to its end, with `input` as standard input.
Outcome RunProgram(const std::string& name,
                   const std::vector<std::string>& arguments,
                   const std::string& input = "");

std::string ReadFile(const std::string& path);
// WriteFile makes the folders above the file, too.
void WriteFile(const std::string& path, const std::string& data);

}  // namespace modlog

#endif  // MODLOG_TESTS_PROGRAMS_PROGRAMS_H_
