#include "verifier/base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "verifier/base/words.h"

namespace modlog {
namespace {

using std::chrono::steady_clock;

constexpr int kWidth = 30;
constexpr std::chrono::milliseconds kInterval{100};

std::string Minutes(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds);
  const std::string rest = std::to_string(100 + whole % 60).substr(1);
  return Grouped(whole / 60) + ":" + rest;
}

}  // namespace

Progress::Progress(std::string_view name, std::string_view unit)
    : unit_(unit),
      visible_(isatty(STDERR_FILENO) == 1),
      name_(name),
      begin_(steady_clock::now()) {}

void Progress::Set(uint64_t done, uint64_t total) {
  if (!visible_ || total == 0) return;
  const MutexLock lock(&mutex_);
  Draw(done, total);
}

void Progress::Show(std::string_view name, uint64_t done, uint64_t total) {
  if (!visible_ || total == 0) return;
  const MutexLock lock(&mutex_);
  if (name != name_) {
    name_ = name;
    begin_ = steady_clock::now();
  }
  Draw(done, total);
}

void Progress::Draw(uint64_t done, uint64_t total) {
  const Time now = steady_clock::now();
  if (done < total && now - last_ < kInterval) return;
  last_ = now;
  drawn_ = true;
  const double part =
      std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<size_t>(part * kWidth);
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  std::string line = name_ + " [" + std::string(filled, '#') +
                     std::string(kWidth - filled, '-') + "] " +
                     std::to_string(static_cast<int>(part * 100)) + " %  " +
                     Grouped(done) + " of " + Grouped(total);
  if (!unit_.empty()) line += " " + unit_;
  if (seconds > 1 && done > 0) {
    const double rate = static_cast<double>(done) / seconds;
    line += ", " + Grouped(static_cast<uint64_t>(rate)) + "/s";
    if (done < total) {
      line +=
          ", " + Minutes(static_cast<double>(total - done) / rate) + " left";
    }
  }
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
}

void Progress::Say(std::string_view line) {
  const MutexLock lock(&mutex_);
  ClearLocked();
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void Progress::Clear() {
  const MutexLock lock(&mutex_);
  ClearLocked();
}

void Progress::ClearLocked() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace modlog
