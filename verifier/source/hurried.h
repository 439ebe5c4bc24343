#ifndef MODLOG_VERIFIER_SOURCE_HURRIED_H_
#define MODLOG_VERIFIER_SOURCE_HURRIED_H_

// A source all of whose answers must come by one time: for what a verdict that
// stands is explained or proved to others with. Whoever is found wrong must not
// hold the verdict back. Thread-safe as its source is.

#include <algorithm>
#include <chrono>
#include <string>

#include "verifier/source/source.h"

namespace modlog {

class Hurried : public Source {
 public:
  using Clock = std::chrono::steady_clock;

  // `source` must outlive it.
  Hurried(Source* source, Clock::time_point end) : source_(source), end_(end) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    return source_->FetchBefore(path, size_max, end_, out);
  }
  Result<void> FetchBefore(const std::string& path, size_t size_max,
                           Clock::time_point end, std::string* out) override {
    return source_->FetchBefore(path, size_max, std::min(end, end_), out);
  }
  void WillNeed(const std::string& path, size_t size_max) override {
    source_->WillNeed(path, size_max);
  }
  std::string name() const override { return source_->name(); }

 private:
  Source* const source_;
  const Clock::time_point end_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_HURRIED_H_
