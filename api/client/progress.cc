#include "api/client/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace modlog {
namespace {

constexpr int kWidth = 30;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string_view name, std::string_view unit)
    : name_(name),
      unit_(unit),
      visible_(isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()) {}

void Progress::Set(uint64_t done, uint64_t total) {
  if (!visible_ || total == 0) return;
  auto now = std::chrono::steady_clock::now();
  absl::MutexLock lock(&mutex_);
  if (done < total && now - last_ < kInterval) return;
  last_ = now;
  drawn_ = true;
  double part =
      std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  auto filled = static_cast<size_t>(part * kWidth);
  auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
  absl::FPrintF(stderr, "\r%s [%s%s] %3d %%  %s of %s %s  %d s\x1b[K", name_,
                std::string(filled, '#'), std::string(kWidth - filled, '-'),
                static_cast<int>(part * 100), WithCommas(done),
                WithCommas(total), unit_, seconds);
  std::fflush(stderr);
}

void Progress::Say(std::string_view line) {
  absl::MutexLock lock(&mutex_);
  ClearLocked();
  absl::FPrintF(stderr, "%s\n", line);
}

void Progress::Clear() {
  absl::MutexLock lock(&mutex_);
  ClearLocked();
}

void Progress::ClearLocked() {
  if (!drawn_) return;
  drawn_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

std::string WithCommas(uint64_t number) {
  std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace modlog
