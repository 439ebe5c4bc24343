// If this failed, outsiders' connections could take from the store what it
// needs to write, and stop the log.

#include "api/server/descriptors.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace modlog::descriptors_test {
namespace {

// Every share has its least, and together they never exceed what there is.
TEST(DescriptorsTest, NoShareIsTakenTwice) {
  for (const size_t witnesses : {size_t{0}, size_t{1}, size_t{32}}) {
    uint64_t served = 0;
    for (uint64_t limit = 0; limit < 70'000; limit += limit < 1'100 ? 1 : 97) {
      const auto shares = ShareDescriptors(limit, witnesses);
      if (!shares) {
        EXPECT_EQ(served, 0) << limit << ": refused where less is enough";
        EXPECT_EQ(shares.error().code, Code::kExhausted);
        continue;
      }
      ++served;
      EXPECT_EQ(shares->limit, limit);
      EXPECT_EQ(shares->reserve + shares->store + shares->connections, limit);
      EXPECT_GE(shares->reserve, kDescriptorsReserve + 4 * witnesses);
      EXPECT_GE(shares->store, kStoreDescriptorsMin);
      EXPECT_LE(shares->store, kStoreDescriptorsMax);
      EXPECT_GE(shares->connections, kConnectionDescriptorsMin);
    }
    EXPECT_GT(served, 0);
  }
}

// Who starts with too few must be told how many, and how to get them.
TEST(DescriptorsTest, TooFewAreRefusedWithTheRemedy) {
  const auto shares = ShareDescriptors(60, 0);
  ASSERT_FALSE(shares);
  const std::string& message = shares.error().message;
  for (const char* part : {"60", "160", "ulimit -n", "LimitNOFILE="}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

// The usual limits must do: 256 of old systems, 1,024 of today's.
TEST(DescriptorsTest, TheUsualLimitsAreEnough) {
  ASSERT_TRUE(ShareDescriptors(256, 2));
  const auto shares = ShareDescriptors(1'024, 3);
  ASSERT_TRUE(shares);
  EXPECT_EQ(shares->store, 256);
  EXPECT_EQ(shares->connections, 660);
}

// A soft limit is a default and no wish of the operator's.
TEST(DescriptorsTest, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  const auto limit = RaiseDescriptorLimit();
  ASSERT_TRUE(limit) << limit.error().message;
  EXPECT_EQ(*limit, std::min<uint64_t>(before.rlim_max, kDescriptorsMax));
  rlimit after{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_GE(after.rlim_cur, *limit);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace modlog::descriptors_test
