#ifndef MODLOG_VERIFIER_BASE_PATIENCE_H_
#define MODLOG_VERIFIER_BASE_PATIENCE_H_

// How long one waits for somebody who sends much, and slowly. A deadline for
// all of it would end an honest audit of a large log; one for each file lets
// whoever drips them hold it for ever. So a waiting time is granted that
// shrinks while one waits and grows with what arrives, up to where it began:
// whoever keeps up the least speed may take as long as it takes, and nobody
// else. Pure: the clock is the caller's. Not thread-safe.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace modlog {

struct PatienceTerms {
  std::chrono::milliseconds at_most = std::chrono::seconds(60);
  // What each file that arrived whole, and so many bytes, give back.
  std::chrono::milliseconds a_file = std::chrono::seconds(1);
  uint64_t bytes_a_second = 1'000;
};

class Patience {
 public:
  explicit Patience(PatienceTerms terms)
      : terms_(terms), left_(Clock(terms.at_most)) {}

  void Waited(std::chrono::nanoseconds time) {
    left_ -= time;
    waited_ += time;
  }
  void Got(uint64_t bytes) {
    bytes_ += bytes;
    // Of few bytes at a time nothing is lost: nanoseconds are counted.
    Give(Clock(static_cast<int64_t>(std::min<uint64_t>(bytes, 1'000'000'000) *
                                    1'000'000'000 / terms_.bytes_a_second)));
  }
  void GotFile() { Give(terms_.a_file); }

  bool IsOver() const { return left_ <= Clock::zero(); }

  // What came in, while one waited, since nothing was owed.
  uint64_t bytes() const { return bytes_; }
  std::chrono::nanoseconds waited() const { return waited_; }

 private:
  using Clock = std::chrono::nanoseconds;

  void Give(Clock time) {
    left_ += time;
    if (left_ < Clock(terms_.at_most)) return;
    left_ = terms_.at_most;
    bytes_ = 0;
    waited_ = Clock::zero();
  }

  const PatienceTerms terms_;
  Clock left_;
  uint64_t bytes_ = 0;
  Clock waited_ = Clock::zero();
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_PATIENCE_H_
