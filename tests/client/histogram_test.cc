// If these fail, the published latencies are not those that were measured.

#include "api/tool/bench/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace modlog::histogram_test {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, AnEmptyOneSaysZero) {
  EXPECT_EQ(Histogram().QuantileMs(0.5), 0);
}

TEST(Histogram, QuantilesAreThoseOfASortedListWithinTheBucket) {
  Histogram histogram;
  std::vector<int64_t> all;
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    // Over ten powers of ten.
    auto ns = static_cast<int64_t>(
        std::exp(static_cast<double>(random() % 23'000) / 1'000));
    all.push_back(ns);
    histogram.Record(nanoseconds(ns), 1);
  }
  std::sort(all.begin(), all.end());
  for (double share : {0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    auto rank =
        static_cast<size_t>(std::ceil(share * static_cast<double>(all.size())));
    double exact = static_cast<double>(all[rank - 1]) / 1e6;
    EXPECT_GE(histogram.QuantileMs(share), exact) << share;
    EXPECT_LE(histogram.QuantileMs(share), exact * 1.016) << share;
  }
  EXPECT_EQ(histogram.MaxMs(), static_cast<double>(all.back()) / 1e6);
}

TEST(Histogram, AMessageCountsForEachOfItsEntries) {
  Histogram histogram;
  histogram.Record(nanoseconds(1'000'000), 1'023);
  histogram.Record(nanoseconds(9'000'000), 1);
  EXPECT_LT(histogram.QuantileMs(0.99), 1.1);
  EXPECT_EQ(histogram.QuantileMs(1.0), 9.0);
}

TEST(Histogram, NoLatencyIsOutOfItsRange) {
  Histogram histogram;
  histogram.Record(nanoseconds::max(), 1);
  histogram.Record(nanoseconds(-5), 1);
  EXPECT_EQ(histogram.QuantileMs(0.5), 0);
  EXPECT_GT(histogram.QuantileMs(1.0), 9e12);
}

}  // namespace
}  // namespace modlog::histogram_test
