#ifndef MODLOG_API_TOOL_BENCH_HISTOGRAM_H_
#define MODLOG_API_TOOL_BENCH_HISTOGRAM_H_

// Latencies in bounded memory: buckets that are at most 1/64 wide of what they
// hold, so a quantile is off by less than 1.6 %. Not thread-safe.

#include <array>
#include <chrono>
#include <cstdint>

namespace modlog {

class Histogram {
 public:
  // Record adds `count` times the same latency.
  void Record(std::chrono::nanoseconds latency, uint64_t count);

  // QuantileMs returns the latency that a share of all, 0..1, do not exceed:
  // the upper edge of its bucket. 0 for an empty histogram.
  double QuantileMs(double share) const;
  double MaxMs() const { return static_cast<double>(max_ns_) / 1e6; }

 private:
  static constexpr int kSubBits = 6;
  static size_t BucketOf(uint64_t ns);
  static uint64_t UpperEdge(size_t bucket);

  std::array<uint64_t, (64 - kSubBits + 1) << kSubBits> counts_ = {};
  uint64_t total_ = 0;
  uint64_t max_ns_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_BENCH_HISTOGRAM_H_
