#ifndef MODLOG_API_CLIENT_PROGRESS_H_
#define MODLOG_API_CLIENT_PROGRESS_H_

// A bar on standard error, where that is a terminal; nothing otherwise.
//
//   export [##########----------]  52 %  40,960 of 78,125 tiles  12 s
//
// Thread-safe.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace modlog {

class Progress {
 public:
  Progress(std::string_view name, std::string_view unit);
  ~Progress() { Clear(); }

  // Set draws the bar, at most ten times a second.
  void Set(uint64_t done, uint64_t total);
  // Say writes a line to standard error, above the bar.
  void Say(std::string_view line);
  // Clear takes the bar away.
  void Clear();

 private:
  void ClearLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const std::string unit_;
  const bool visible_;
  const std::chrono::steady_clock::time_point started_;
  absl::Mutex mutex_;
  bool drawn_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point last_ ABSL_GUARDED_BY(mutex_);
};

// WithCommas formats 40960 as "40,960".
std::string WithCommas(uint64_t number);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_PROGRESS_H_
