#include "tests/programs/programs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/eventually.h"

namespace modlog {
namespace {

// posix_spawn wants pointers to characters that it does not change.
std::vector<char*> Pointers(std::vector<std::string>* words) {
  std::vector<char*> pointers;
  for (std::string& word : *words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "modlog-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

std::string BinaryPath(const std::string& name) {
  return std::string(MODLOG_BIN_DIR) + "/" + name;
}

Program::Program(const std::string& name,
                 const std::vector<std::string>& arguments) {
  signal(SIGPIPE, SIG_IGN);  // of a program that ended while we write to it
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  std::vector<std::string> words = {name.starts_with('/') ? name
                                                          : BinaryPath(name)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO,
                                   (folder_ / "out").c_str(),
                                   O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO,
                                   (folder_ / "err").c_str(),
                                   O_WRONLY | O_CREAT, 0600);
  EXPECT_EQ(posix_spawn(&pid_, words[0].c_str(), &files, nullptr,
                        Pointers(&words).data(), environ),
            0)
      << words[0];
  posix_spawn_file_actions_destroy(&files);
  close(ends[0]);
  input_ = ends[1];
}

Program::~Program() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

void Program::Write(const std::string& text) const {
  size_t written = 0;
  while (written < text.size()) {
    ssize_t more = write(input_, text.data() + written, text.size() - written);
    if (more <= 0) return;
    written += static_cast<size_t>(more);
  }
}

void Program::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

void Program::Signal(int signal) const { kill(pid_, signal); }

std::string Program::WaitForOutput(const std::string& part) const {
  auto end = std::chrono::steady_clock::now() + kTestPatience;
  std::string out;
  while (std::chrono::steady_clock::now() < end) {
    siginfo_t ended = {};
    waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    out = ReadFile(folder_ / "out");
    if (out.find(part) != std::string::npos || ended.si_pid != 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return out;
}

std::string Program::ErrorsSoFar() const { return ReadFile(folder_ / "err"); }

Outcome Program::Wait() {
  CloseInput();
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  Outcome outcome;
  outcome.status =
      WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  outcome.out = ReadFile(folder_ / "out");
  outcome.err = ReadFile(folder_ / "err");
  return outcome;
}

Outcome RunProgram(const std::string& name,
                   const std::vector<std::string>& arguments,
                   const std::string& input) {
  Program program(name, arguments);
  program.Write(input);
  return program.Wait();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream data;
  data << file.rdbuf();
  return data.str();
}

void WriteFile(const std::string& path, const std::string& data) {
  std::filesystem::create_directories(
      std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << data;
}

}  // namespace modlog
