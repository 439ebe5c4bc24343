#ifndef MODLOG_TESTS_AUDIT_CHILD_H_
#define MODLOG_TESTS_AUDIT_CHILD_H_

// Programs that a test runs: to their end, or as a server that is stopped, by
// its process id, when the test is over.

#include <sys/types.h>

#include <string>
#include <vector>

namespace modlog {

struct Ran {
  int status = -1;  // exit status; 128 + n where signal n ended it
  std::string out;
  std::string error;
};

// RunProgram runs a program with `input` on its standard input.
Ran RunProgram(const std::vector<std::string>& arguments,
               const std::string& input = "");

class Child {
 public:
  // Starts a program; FirstLine waits for what it prints first.
  explicit Child(const std::vector<std::string>& arguments);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::string FirstLine() const;
  pid_t pid() const { return pid_; }
  int Wait();  // exit status, as in Ran

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

// HasPython: whether there is a python3 to serve files with.
bool HasPython();

}  // namespace modlog

#endif  // MODLOG_TESTS_AUDIT_CHILD_H_
