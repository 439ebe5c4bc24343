#ifndef MODLOG_VERIFIER_AUDIT_PROGRESS_H_
#define MODLOG_VERIFIER_AUDIT_PROGRESS_H_

// A line on standard error that says how far an audit is, where that is a
// terminal; nothing otherwise. Not thread-safe.

#include <chrono>
#include <cstdint>
#include <string>

namespace modlog {

class Progress {
 public:
  Progress();
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Show may be called as often as one likes: at most 5 lines a second are
  // written.
  void Show(const std::string& what, uint64_t done, uint64_t total);
  void Clear();

 private:
  using Time = std::chrono::steady_clock::time_point;

  const bool terminal_;
  bool shown_ = false;
  const Time begin_;
  Time next_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_PROGRESS_H_
