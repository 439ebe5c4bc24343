#include "tests/audit/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/audit/small_log.h"

namespace modlog {
namespace {

// Redirections of a child's standard streams; -1 leaves one as it is.
struct Streams {
  int in = -1;
  int out = -1;
  int error = -1;
};

pid_t Spawn(const std::vector<std::string>& arguments, Streams streams) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int targets[] = {streams.in, streams.out, streams.error};
  for (int fd = 0; fd < 3; ++fd) {
    if (targets[fd] >= 0) {
      posix_spawn_file_actions_adddup2(&actions, targets[fd], fd);
    }
  }
  pid_t pid = -1;
  if (posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ) !=
      0) {
    ADD_FAILURE() << "cannot run " << arguments[0];
    pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

int ExitStatus(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int OpenFile(const std::string& path, int flags) {
  return open(path.c_str(), flags | O_CLOEXEC, 0600);
}

}  // namespace

Ran RunProgram(const std::vector<std::string>& arguments,
               const std::string& input) {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.Path("in"), input);
  const Streams streams = {
      OpenFile(directory.Path("in"), O_RDONLY),
      OpenFile(directory.Path("out"), O_WRONLY | O_CREAT),
      OpenFile(directory.Path("error"), O_WRONLY | O_CREAT)};
  Ran ran;
  ran.status = ExitStatus(Spawn(arguments, streams));
  for (const int fd : {streams.in, streams.out, streams.error}) close(fd);
  ran.out = ReadWholeFile(directory.Path("out"));
  ran.error = ReadWholeFile(directory.Path("error"));
  return ran;
}

Child::Child(const std::vector<std::string>& arguments) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
  pid_ = Spawn(arguments, {.out = ends[1]});
  close(ends[1]);
  out_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
  close(out_);
}

std::string Child::FirstLine() const {
  std::string line;
  char c = 0;
  while (read(out_, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

int Child::Wait() {
  const int status = ExitStatus(pid_);
  pid_ = -1;
  return status;
}

bool HasPython() {
  static const bool has =
      RunProgram({"/bin/sh", "-c", "command -v python3"}).status == 0;
  return has;
}

}  // namespace modlog
