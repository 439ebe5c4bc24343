// If these fail, connections that nobody uses keep everybody out, or the wrong
// ones are ended for who comes.

#include "api/server/connection_table.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "verifier/base/address.h"

namespace modlog::connection_table_test {
namespace {

// Both ends of a connection over loopback.
struct Pair {
  Socket ours;
  Socket theirs;
};

class ConnectionTableTest : public testing::Test {
 protected:
  Pair Connect() {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(address_.port);
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    Socket theirs(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(
        connect(theirs.fd(), reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    pollfd wait = {.fd = listening_.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&wait, 1, 30'000), 1);
    Socket ours(accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    EXPECT_GE(ours.fd(), 0);
    return {std::move(ours), std::move(theirs)};
  }

  // The peer has sent something, and it has arrived.
  static void Use(const Pair& pair) {
    EXPECT_EQ(send(pair.theirs.fd(), "x", 1, MSG_NOSIGNAL), 1);
    pollfd wait = {.fd = pair.ours.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&wait, 1, 30'000), 1);
  }

  static bool IsEnded(const Pair& pair) {
    char byte;
    return recv(pair.theirs.fd(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  ListenAddress address_ = {.host = "127.0.0.1"};
  Socket listening_ = *Listen(&address_);
};

TEST_F(ConnectionTableTest, WhatWasClosedByWhoServesItMakesRoom) {
  ConnectionTable table({.total = 2, .per_peer = 2});
  auto first = std::make_unique<Pair>(Connect());
  const Pair second = Connect();
  table.Add(first->ours.fd(), "a");
  table.Add(second.ours.fd(), "a");
  EXPECT_FALSE(table.HasRoom("b"));
  first.reset();
  EXPECT_TRUE(table.HasRoom("b"));
  EXPECT_EQ(table.Count(), 1u);
}

// A number that is used again must not be taken for the connection before it.
TEST_F(ConnectionTableTest, AReusedDescriptorIsAnotherConnection) {
  ConnectionTable table({.total = 1, .per_peer = 1});
  auto first = std::make_unique<Pair>(Connect());
  const Pair second = Connect();
  const int number = first->ours.fd();
  table.Add(number, "a");
  ASSERT_EQ(dup2(second.ours.fd(), number), number);
  EXPECT_TRUE(table.HasRoom("a"));
  table.Add(number, "b");
  EXPECT_EQ(table.Count(), 1u);
  EXPECT_FALSE(table.HasRoom("c"));
}

TEST_F(ConnectionTableTest, WhoNeverSentAnythingGoesFirst) {
  ConnectionTable table({.total = 3, .per_peer = 3});
  const Pair busy = Connect();
  const Pair silent = Connect();
  const Pair other = Connect();
  for (const Pair* pair : {&busy, &silent, &other}) {
    table.Add(pair->ours.fd(), "a");
  }
  Use(busy);
  Use(other);
  EXPECT_TRUE(table.EndQuietest("a"));
  EXPECT_TRUE(IsEnded(silent));
  EXPECT_FALSE(IsEnded(busy));
  EXPECT_FALSE(IsEnded(other));
  // Until it is closed it counts, and is not chosen again.
  EXPECT_FALSE(table.HasRoom("a"));
  EXPECT_TRUE(table.EndQuietest("a"));
  EXPECT_TRUE(table.EndQuietest("a"));
  EXPECT_FALSE(table.EndQuietest("a"));
}

// One address must not be able to push another out.
TEST_F(ConnectionTableTest, APeerWithItsShareFullMakesRoomAmongItsOwn) {
  ConnectionTable table({.total = 9, .per_peer = 2});
  const Pair silent = Connect();
  const Pair first = Connect();
  const Pair second = Connect();
  table.Add(silent.ours.fd(), "other");
  table.Add(first.ours.fd(), "a");
  table.Add(second.ours.fd(), "a");
  Use(first);
  Use(second);
  EXPECT_TRUE(table.HasRoom("other"));
  EXPECT_FALSE(table.HasRoom("a"));
  EXPECT_TRUE(table.EndQuietest("a"));
  EXPECT_FALSE(IsEnded(silent));
  EXPECT_TRUE(IsEnded(first) || IsEnded(second));
}

TEST_F(ConnectionTableTest, EndAllEndsAll) {
  ConnectionTable table({.total = 2, .per_peer = 2});
  const Pair first = Connect();
  const Pair second = Connect();
  table.Add(first.ours.fd(), "a");
  table.Add(second.ours.fd(), "b");
  table.EndAll();
  EXPECT_TRUE(IsEnded(first));
  EXPECT_TRUE(IsEnded(second));
}

std::string PeerOfV6(const char* text) {
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
  return PeerOf(reinterpret_cast<sockaddr*>(&address));
}

// Who has a /64 has 2^64 addresses.
TEST(PeerTest, IsAnIpv4AddressOrASiteOfIpv6) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
  const std::string bytes("\xC0\x00\x02\x07", 4);
  EXPECT_EQ(PeerOf(reinterpret_cast<sockaddr*>(&v4)), bytes);
  EXPECT_EQ(PeerOfV6("::ffff:192.0.2.7"), bytes);
  EXPECT_EQ(PeerOfV6("2001:db8::1"), PeerOfV6("2001:db8::ffff:0:1"));
  EXPECT_NE(PeerOfV6("2001:db8::1"), PeerOfV6("2001:db8:0:1::1"));
}

}  // namespace
}  // namespace modlog::connection_table_test
