#include "tests/crash/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"

namespace modlog {
namespace {

constexpr int kReadyMilliseconds = 240'000;

std::string LastLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::string last;
  while (std::getline(file, line)) last = line;
  return last;
}

// What the ready line says after a name.
std::string WordAfter(const std::string& name, const std::string& line) {
  const size_t at = line.find(" " + name);
  if (at == std::string::npos) return "";
  const size_t begin = at + 1 + name.size();
  return line.substr(begin, line.find(' ', begin) - begin);
}

// The child's side of fork: only calls that are safe after it.
[[noreturn]] void Exec(const char* const* argv, const char* const* environment,
                       int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execve(argv[0], const_cast<char* const*>(argv),
           const_cast<char* const*>(environment));
  ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::Launch(
    const ServerCommand& command) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) {
    return Fail(Code::kUnavailable, "no pipe");
  }
  const int err = ::open(command.output.c_str(),
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string failpoints =
      absl::StrCat("MODLOG_FAILPOINT=", command.failpoints);
  const char* const argv[] = {
      command.program.c_str(), "--data-dir",  command.data_dir.c_str(),
      "--grpc-listen",         "127.0.0.1:0", "--http-listen",
      "127.0.0.1:0",           nullptr};
  const char* const environment[] = {failpoints.c_str(), nullptr};
  const pid_t pid = ::fork();
  if (pid == 0) Exec(argv, environment, pipe[1], err);
  ::close(pipe[1]);
  if (err >= 0) ::close(err);
  if (pid < 0) {
    ::close(pipe[0]);
    return Fail(Code::kUnavailable, "cannot fork");
  }
  return std::unique_ptr<ServerProcess>(
      new ServerProcess(pid, pipe[0], command.output));
}

ServerProcess::~ServerProcess() {
  Kill();
  ::close(out_);
}

Result<void> ServerProcess::AwaitReady() {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    pollfd waiting = {.fd = out_, .events = POLLIN, .revents = 0};
    char buffer[512];
    const bool some = ::poll(&waiting, 1, kReadyMilliseconds) == 1;
    const ssize_t count = some ? ::read(out_, buffer, sizeof buffer) : 0;
    if (count <= 0) {
      return Fail(Code::kCorrupt, absl::StrCat("the log does not come back: ",
                                               LastLine(output_)));
    }
    text.append(buffer, static_cast<size_t>(count));
  }
  text.resize(text.find('\n'));
  grpc_ = WordAfter("grpc=", text);
  http_ = WordAfter("http=", text);
  vkey_ = WordAfter("vkey=", text);
  return {};
}

void ServerProcess::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  Reaped(status);
}

bool ServerProcess::EndsWithin(double seconds) {
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (pid_ >= 0) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      Reaped(status);
      break;
    }
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void ServerProcess::Reaped(int status) {
  pid_ = -1;
  if (WIFEXITED(status)) exit_status_ = WEXITSTATUS(status);
}

}  // namespace modlog
