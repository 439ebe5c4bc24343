// If this failed, modlogd would run with something other than it was told.

#include "api/server/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/api/test_support.h"

namespace modlog::config_test {
namespace {

TEST(ListenAddressTest, WhatParsesFormatsBack) {
  for (const char* text :
       {"127.0.0.1:50051", "0.0.0.0:0", "[::1]:8080", "[2001:db8::1]:65535"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(FormatAddress(*address), text);
  }
  EXPECT_EQ(FormatAddress(*ParseListenAddress("localhost:1")), "127.0.0.1:1");
}

TEST(ListenAddressTest, OtherSpellingsAreRefused) {
  for (const char* text :
       {"", "127.0.0.1", ":50051", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:08", "127.0.0.1:-1", "127.1:80", "::1:80", "[::1]",
        "[127.0.0.1]:80", "example.org:80", "[::1:80", "127.0.0.1:80 "}) {
    EXPECT_FALSE(ParseListenAddress(text).has_value()) << text;
  }
}

TEST(ListenAddressTest, LoopbackIsOnlyLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1"}) {
    EXPECT_TRUE(IsLoopback(*ParseListenAddress(text))) << text;
  }
  for (const char* text : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[::2]:1",
                           "[::ffff:10.0.0.1]:1"}) {
    EXPECT_FALSE(IsLoopback(*ParseListenAddress(text))) << text;
  }
}

TEST(SettingsTest, AllAreRead) {
  const auto settings = ParseSettings(
      "# a comment\ndata_dir = '/d'\norigin = \"o\"\nkey = '/k'\n"
      "grpc_listen = '127.0.0.1:1'\nhttp_listen = '127.0.0.1:2'\n");
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->data_dir, "/d");
  EXPECT_EQ(settings->origin, "o");
  EXPECT_EQ(settings->key, "/k");
  EXPECT_EQ(settings->grpc_listen, "127.0.0.1:1");
  EXPECT_EQ(settings->http_listen, "127.0.0.1:2");
}

TEST(SettingsTest, WhatIsNotUnderstoodIsNamed) {
  const auto expect_error = [](std::string_view toml, std::string_view names) {
    const auto settings = ParseSettings(toml);
    ASSERT_FALSE(settings.has_value()) << toml;
    EXPECT_NE(settings.error().message.find(names), std::string::npos)
        << settings.error().message;
  };
  expect_error("data_dir = '/d'\ndatadir = '/d'\n",
               "line 2: unknown key \"datadir\"");
  expect_error("data-dir = '/d'\n", "\"data-dir\"");
  expect_error("origin = 5\n", "origin must be text");
  expect_error("[server]\norigin = 'o'\n", "\"server\"");
  expect_error("origin = \n", "line 1");
  expect_error("origin = 'a'\norigin = 'b'\n", "line 2");
}

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& toml) {
    const std::string path = dir_.path() + "/modlogd.toml";
    std::ofstream(path) << toml;
    return path;
  }
  TempDir dir_;
};

TEST_F(ConfigTest, WithoutAnythingTheDefaultsHold) {
  const auto config = MakeConfig({}, std::nullopt);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->data_dir, "./modlog-data");
  EXPECT_FALSE(config->origin.has_value());
  EXPECT_EQ(FormatAddress(config->grpc_listen), "127.0.0.1:50051");
  EXPECT_EQ(FormatAddress(config->http_listen), "127.0.0.1:8080");
}

TEST_F(ConfigTest, FlagsWinOverTheFile) {
  const std::string path = Write("data_dir = '/file'\norigin = 'file'\n");
  const auto config = MakeConfig({.data_dir = "/flag"}, path);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->data_dir, "/flag");
  EXPECT_EQ(config->origin, "file");
}

TEST_F(ConfigTest, WitnessesComeFromThePolicy) {
  constexpr char kWitness[] =
      "witness w1 witness.example/w1+20324abe+"
      "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
  const std::string path = dir_.path() + "/policy";
  const auto with = [&](const std::string& text) {
    std::ofstream(path) << text;
    return MakeConfig({.policy = path, .witness_mode = "fail-open"},
                      std::nullopt);
  };
  const auto config =
      with(std::string(kWitness) + " https://w.example/\nquorum w1\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  ASSERT_TRUE(config->policy.has_value());
  EXPECT_EQ(config->policy->witnesses.size(), 1u);
  EXPECT_FALSE(config->rounds.hold_back);

  EXPECT_FALSE(with("quorum none\n")->policy.has_value());
  const auto no_address = with(std::string(kWitness) + "\nquorum w1\n");
  ASSERT_FALSE(no_address.has_value());
  EXPECT_NE(no_address.error().message.find("fewer than the quorum needs"),
            std::string::npos);
  const auto file = with(std::string(kWitness) + " file:///x\nquorum w1\n");
  ASSERT_FALSE(file.has_value());
  EXPECT_NE(file.error().message.find("must begin with https://"),
            std::string::npos);
  EXPECT_FALSE(with("nonsense\n").has_value());
}

TEST_F(ConfigTest, WhatWitnessesAreAskedHasItsLimits) {
  EXPECT_TRUE(MakeConfig({}, std::nullopt)->rounds.hold_back);
  EXPECT_EQ(MakeConfig({.witness_interval_ms = "50"}, std::nullopt)
                ->rounds.interval_ms,
            50);
  for (const char* bad : {"", "9", "-1", "60001", "1s", "050"}) {
    EXPECT_FALSE(MakeConfig({.witness_interval_ms = bad}, std::nullopt)) << bad;
  }
  EXPECT_FALSE(MakeConfig({.witness_mode = "maybe"}, std::nullopt));
}

// A limit that is not understood is no limit.
TEST_F(ConfigTest, ConnectionsAreNumbersThatAPortCanLiveWith) {
  const std::string path = Write(
      "grpc_connections = '100'\nhttp_connections = '200'\n"
      "http_connections_per_peer = '8'\n");
  const auto config = MakeConfig({.grpc_connections = "300"}, path);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->connections.grpc, 300u);
  EXPECT_EQ(config->connections.http, 200u);
  EXPECT_EQ(config->connections.http_per_peer, 8u);
  EXPECT_EQ(config->connections.grpc_per_peer, std::nullopt);
  for (const char* bad : {"", "0", "7", "-1", "1000001", "1k", "010"}) {
    const auto refused = MakeConfig({.grpc_connections = bad}, std::nullopt);
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().message.find("grpc-connections: want"), 0u);
  }
}

TEST_F(ConfigTest, EmptyNamesAreRefused) {
  EXPECT_FALSE(MakeConfig({.not_older_than = ""}, std::nullopt));
  EXPECT_FALSE(MakeConfig({.log_file = ""}, std::nullopt));
  EXPECT_EQ(
      MakeConfig({}, Write("not_older_than = 'https://x/'\n"))->not_older_than,
      "https://x/");
}

TEST_F(ConfigTest, TheTimeOfTheDaysErasuresIsATimeOfDay) {
  // Erasures would run in the busiest hour, or never.
  EXPECT_EQ(MakeConfig({}, std::nullopt)->erase_at_ms, 3 * 3'600'000);
  const std::string path = Write("erase_at = '23:59'\n");
  EXPECT_EQ(MakeConfig({}, path)->erase_at_ms, 86'340'000);
  EXPECT_EQ(MakeConfig({.erase_at = "00:00"}, path)->erase_at_ms, 0);
  for (const char* bad : {"", "3:00", "24:00", "12:60", "12.30", "12:3x",
                          "-1:00", "12:300", "03:00 "}) {
    const auto refused = MakeConfig({.erase_at = bad}, std::nullopt);
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().message.find("erase-at: want"), 0u);
  }
}

TEST_F(ConfigTest, AMissingFileIsAnError) {
  const auto config = MakeConfig({}, dir_.path() + "/missing.toml");
  ASSERT_FALSE(config.has_value());
  EXPECT_NE(config.error().message.find("missing.toml"), std::string::npos);
  EXPECT_FALSE(MakeConfig({}, dir_.path()).has_value());  // a directory
}

// A token would cross the network in the clear.
TEST_F(ConfigTest, GrpcListensOnLoopbackOnly) {
  for (const char* address : {"0.0.0.0:50051", "[::]:50051", "10.0.0.1:0"}) {
    const auto config = MakeConfig({.grpc_listen = address}, std::nullopt);
    ASSERT_FALSE(config.has_value()) << address;
    EXPECT_EQ(config.error().code, Code::kForbidden);
    EXPECT_NE(config.error().message.find("not a loopback address"),
              std::string::npos);
    EXPECT_TRUE(MakeConfig({.http_listen = address}, std::nullopt).has_value());
  }
}

}  // namespace
}  // namespace modlog::config_test
