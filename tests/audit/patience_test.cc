// If these fail, a log that drips holds whoever judges it for ever, or an
// honest one on a slow line is given up.

#include "verifier/base/patience.h"

#include <gtest/gtest.h>

namespace modlog::patience_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PatienceTerms kTerms = {
    .at_most = seconds(60), .a_file = seconds(1), .bytes_a_second = 1'000};

TEST(PatienceTest, SilenceEndsIt) {
  Patience patience(kTerms);
  patience.Waited(milliseconds(59'999));
  EXPECT_FALSE(patience.IsOver());
  patience.Waited(milliseconds(1));
  EXPECT_TRUE(patience.IsOver());
}

TEST(PatienceTest, WhoKeepsTheLeastSpeedMayTakeAsLongAsItTakes) {
  Patience patience(kTerms);
  for (int day = 0; day < 10'000; ++day) {
    patience.Waited(seconds(10));
    patience.Got(10'000);
    ASSERT_FALSE(patience.IsOver()) << day;
  }
}

TEST(PatienceTest, ADripEndsItWhateverItsRhythm) {
  for (const int every_s : {1, 10, 29, 59}) {
    Patience patience(kTerms);
    int64_t waited_s = 0;
    while (!patience.IsOver() && waited_s < 1'000'000) {
      patience.Waited(seconds(every_s));
      patience.Got(static_cast<uint64_t>(every_s) * 900);  // nearly enough
      waited_s += every_s;
    }
    EXPECT_LE(waited_s, 700) << every_s;
  }
}

TEST(PatienceTest, ManySmallFilesAreNoDrip) {
  Patience patience(kTerms);
  for (int i = 0; i < 1'000; ++i) {
    patience.Waited(seconds(1));
    patience.Got(32);
    patience.GotFile();
    ASSERT_FALSE(patience.IsOver());
  }
}

// A fast beginning buys no long silence.
TEST(PatienceTest, NothingIsSavedUp) {
  Patience patience(kTerms);
  patience.Got(1'000'000'000'000);
  EXPECT_EQ(patience.bytes(), 0u);
  patience.Waited(seconds(60));
  EXPECT_TRUE(patience.IsOver());
}

}  // namespace
}  // namespace modlog::patience_test
