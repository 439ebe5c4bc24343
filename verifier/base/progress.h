#ifndef MODLOG_VERIFIER_BASE_PROGRESS_H_
#define MODLOG_VERIFIER_BASE_PROGRESS_H_

// A bar on standard error, where that is a terminal; nothing otherwise.
//
//   export [##########----------]  52 %  40,960 of 78,125 tiles, 3,413/s, 0:11
//   left
//
// Thread-safe.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/base/mutex.h"

namespace modlog {

class Progress {
 public:
  explicit Progress(std::string_view name = "", std::string_view unit = "");
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Set draws the bar, at most ten times a second.
  void Set(uint64_t done, uint64_t total);
  // Show is Set under a name of its own: with another one than before, rate and
  // time left are counted anew.
  void Show(std::string_view name, uint64_t done, uint64_t total);
  // Say writes a line to standard error, above the bar.
  void Say(std::string_view line);
  // Clear takes the bar away.
  void Clear();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void Draw(uint64_t done, uint64_t total)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ClearLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string unit_;
  const bool visible_;
  Mutex mutex_;
  std::string name_ ABSL_GUARDED_BY(mutex_);
  Time begin_ ABSL_GUARDED_BY(mutex_);
  bool drawn_ ABSL_GUARDED_BY(mutex_) = false;
  Time last_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_PROGRESS_H_
