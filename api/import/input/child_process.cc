#include "api/import/input/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "verifier/core/bytes.h"

extern char** environ;

namespace modlog {
namespace {

constexpr size_t kErrorShownMax = 300;

std::unexpected<Error> SystemError(const std::string& what) {
  return Fail(Code::kUnavailable, what + ": " + std::strerror(errno));
}

std::vector<std::string> Environment(
    const std::vector<std::pair<std::string, std::string>>& changes) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool changed = std::ranges::any_of(
        changes, [name](const auto& change) { return change.first == name; });
    if (!changed) environment.emplace_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) environment.push_back(name + "=" + value);
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& text : *strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

void CloseFd(int* fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

}  // namespace

Result<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& arguments,
    const std::vector<std::pair<std::string, std::string>>& environment) {
  ChildProcess child;
  child.name_ = arguments.front();
  // Of a socket, unlike a pipe, a write to nobody is an error and no signal.
  int input[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) {
    return SystemError("socketpair");
  }
  child.input_ = input[0];
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) {
    close(input[1]);
    return SystemError("pipe");
  }
  child.output_ = output[0];
  child.errors_ = memfd_create("errors", MFD_CLOEXEC);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  if (child.errors_ >= 0) {
    posix_spawn_file_actions_adddup2(&actions, child.errors_, STDERR_FILENO);
  }
  std::vector<std::string> words = arguments;
  std::vector<std::string> variables = Environment(environment);
  const int failed =
      posix_spawnp(&child.pid_, child.name_.c_str(), &actions, nullptr,
                   Pointers(&words).data(), Pointers(&variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(input[1]);
  close(output[1]);
  if (failed != 0) {
    child.pid_ = -1;
    errno = failed;
    return SystemError("cannot run " + child.name_);
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : name_(std::move(other.name_)),
      pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)) {}

ChildProcess::~ChildProcess() {
  CloseFd(&input_);
  CloseFd(&output_);
  CloseFd(&errors_);
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> ChildProcess::Write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t size = send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError("cannot write to " + name_);
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return {};
}

Result<size_t> ChildProcess::Read(std::span<char> out) const {
  for (;;) {
    const ssize_t size = read(output_, out.data(), out.size());
    if (size >= 0) return static_cast<size_t>(size);
    if (errno != EINTR) return SystemError("cannot read from " + name_);
  }
}

std::string ChildProcess::FirstError() const {
  std::array<char, kErrorShownMax> text = {};
  const ssize_t size = pread(errors_, text.data(), text.size(), 0);
  std::string line(text.data(), size < 0 ? 0 : static_cast<size_t>(size));
  line.resize(std::min(line.find('\n'), line.size()));
  std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

Result<void> ChildProcess::Wait() {
  CloseFd(&input_);
  int status = 0;
  pid_t done = 0;
  do {
    done = waitpid(pid_, &status, 0);
  } while (done < 0 && errno == EINTR);
  pid_ = -1;
  if (done >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  std::string reason = FirstError();
  if (reason.empty()) reason = "it ended without a word";
  return Fail(Code::kUnavailable, name_ + ": " + reason);
}

}  // namespace modlog
