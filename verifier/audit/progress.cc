#include "verifier/audit/progress.h"

#include <unistd.h>

#include <cstdio>

#include "verifier/words.h"

namespace modlog {
namespace {

constexpr std::chrono::milliseconds kBetweenLines(200);

std::string Minutes(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds);
  const std::string rest = std::to_string(100 + whole % 60).substr(1);
  return Grouped(whole / 60) + ":" + rest;
}

}  // namespace

Progress::Progress()
    : terminal_(isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()),
      next_(begin_ + kBetweenLines) {}

void Progress::Show(const std::string& what, uint64_t done, uint64_t total) {
  if (!terminal_) return;
  const Time now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + kBetweenLines;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double rate = static_cast<double>(done) / seconds;
  std::string line = what + " " + Grouped(done) + " of " + Grouped(total) +
                     ", " + Grouped(static_cast<uint64_t>(rate)) + "/s";
  if (done > 0 && done < total) {
    line += ", " + Minutes(static_cast<double>(total - done) / rate) + " left";
  }
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void Progress::Clear() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace modlog
