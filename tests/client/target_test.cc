// If these fail, an address in figures is looked up as a name would be, and a
// call of a hundred fails on a machine without /etc/hosts.

#include "api/client/target.h"

#include <gtest/gtest.h>

namespace modlog::target_test {
namespace {

TEST(ChannelTarget, AnAddressInFiguresSaysThatItIsOne) {
  EXPECT_EQ(ChannelTarget("127.0.0.1:50051"), "ipv4:127.0.0.1:50051");
  EXPECT_EQ(ChannelTarget("192.0.2.7:0"), "ipv4:192.0.2.7:0");
  EXPECT_EQ(ChannelTarget("[::1]:50051"), "ipv6:[::1]:50051");
  EXPECT_EQ(ChannelTarget("[2001:db8::7]:65535"), "ipv6:[2001:db8::7]:65535");
}

TEST(ChannelTarget, ANameIsLookedUpAsBefore) {
  for (const char* const name :
       {"localhost:50051", "log.example:50051", "127.0.0.1.example:1",
        "dns:///log.example:1", "dns:127.0.0.1:1", "ipv4:127.0.0.1:1",
        "unix:/run/log.sock", "127.0.0.1", "127.0.0.1:", "::1:50051",
        "[fe80::1%eth0]:50051", "127.0.0.1:65536", ""}) {
    EXPECT_EQ(ChannelTarget(name), name);
  }
}

}  // namespace
}  // namespace modlog::target_test
