// If this failed, connections could take more descriptors than there are for
// them, and so take from the store what it needs to write.

#include "api/server/connection_shares.h"

#include <gtest/gtest.h>

#include "api/server/descriptors.h"
#include "api/server/server.h"

namespace modlog::connection_shares_test {
namespace {

void ExpectSound(const ConnectionShares& shares, uint64_t available) {
  EXPECT_LE(shares.grpc.total + shares.http.total, available);
  for (const ConnectionLimits& port : {shares.grpc, shares.http}) {
    EXPECT_GE(port.total, kConnectionsMin);
    EXPECT_LE(port.per_peer, port.total);
    EXPECT_GE(port.per_peer, 1u);
  }
}

TEST(ConnectionSharesTest, NeverMoreThanThereIs) {
  for (uint64_t available = kConnectionDescriptorsMin; available < 3'000;
       ++available) {
    const auto usual = ShareConnections(available, {});
    ASSERT_TRUE(usual.has_value()) << available;
    ExpectSound(*usual, available);
    const auto asked = ShareConnections(available, {.http = 20});
    ASSERT_TRUE(asked.has_value()) << available;
    ExpectSound(*asked, available);
    EXPECT_EQ(asked->http.total, 20u);
  }
}

TEST(ConnectionSharesTest, TheUsualLimitsWhereThereIsRoom) {
  const auto shares = ShareConnections(100'000, {});
  ASSERT_TRUE(shares.has_value());
  EXPECT_EQ(shares->grpc.total, kGrpcConnections.total);
  EXPECT_EQ(shares->grpc.per_peer, kGrpcConnections.per_peer);
  EXPECT_EQ(shares->http.total, kHttpConnections.total);
  EXPECT_EQ(shares->http.per_peer, kHttpConnections.per_peer);
}

TEST(ConnectionSharesTest, WhatWasAskedForIsGivenOrRefused) {
  const auto given = ShareConnections(
      1'000, {.grpc = 900, .grpc_per_peer = 2'000, .http = 90});
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->grpc.total, 900u);
  EXPECT_EQ(given->grpc.per_peer, 900u);
  EXPECT_EQ(given->http.total, 90u);
  const auto refused = ShareConnections(1'000, {.grpc = 995});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_NE(refused.error().message.find("1000"), std::string::npos);
}

}  // namespace
}  // namespace modlog::connection_shares_test
