#include "verifier/witness/rate.h"

#include <algorithm>

namespace modlog {

bool Rate::Take(double per_second, Time now) {
  if (per_second <= 0) return true;
  const std::chrono::duration<double> passed = now - filled_;
  const double most = std::max(1.0, 2 * per_second);
  left_ = filled_ == Time()
              ? most
              : std::min(most, left_ + passed.count() * per_second);
  filled_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

}  // namespace modlog
