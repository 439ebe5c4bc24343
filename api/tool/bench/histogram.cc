#include "api/tool/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace modlog {

void Histogram::Record(std::chrono::nanoseconds latency, uint64_t count) {
  auto ns = static_cast<uint64_t>(std::max<int64_t>(0, latency.count()));
  counts_[BucketOf(ns)] += count;
  total_ += count;
  max_ns_ = std::max(max_ns_, ns);
}

double Histogram::QuantileMs(double share) const {
  if (total_ == 0) return 0;
  auto rank =
      static_cast<uint64_t>(std::ceil(share * static_cast<double>(total_)));
  rank = std::clamp<uint64_t>(rank, 1, total_);
  uint64_t seen = 0;
  size_t bucket = 0;
  while ((seen += counts_[bucket]) < rank) ++bucket;
  return static_cast<double>(std::min(UpperEdge(bucket), max_ns_)) / 1e6;
}

// Below 2^6 each value has its own bucket; above, the six bits after the
// highest choose among 64 buckets for each power of two.
size_t Histogram::BucketOf(uint64_t ns) {
  int shift = std::max(0, static_cast<int>(std::bit_width(ns)) - 1 - kSubBits);
  return (static_cast<size_t>(shift) << kSubBits) +
         static_cast<size_t>(ns >> shift);
}

uint64_t Histogram::UpperEdge(size_t bucket) {
  if (bucket < (size_t{2} << kSubBits)) return bucket;
  size_t shift = (bucket >> kSubBits) - 1;
  uint64_t mantissa = bucket - (shift << kSubBits);
  return (mantissa << shift) + ((uint64_t{1} << shift) - 1);
}

}  // namespace modlog
