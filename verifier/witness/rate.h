#ifndef MODLOG_VERIFIER_WITNESS_RATE_H_
#define MODLOG_VERIFIER_WITNESS_RATE_H_

// How often one log may be cosigned: so many a second, and bursts of twice
// that, at least one. Not thread-safe.

#include <chrono>

namespace modlog {

class Rate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Take takes one of `per_second`; false where there is none left now. 0 is no
  // limit.
  bool Take(double per_second, Time now);

 private:
  double left_ = 0;
  Time filled_;  // in the past at first: full
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_RATE_H_
