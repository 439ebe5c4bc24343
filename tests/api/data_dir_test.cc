// If this failed, a log could lose its key, show it to others, or sign two
// histories from one directory.

#include "api/server/data_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/api/test_support.h"

namespace modlog::data_dir_test {
namespace {

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

mode_t ModeOf(const std::string& path) {
  struct stat facts = {};
  EXPECT_EQ(stat(path.c_str(), &facts), 0) << path;
  return facts.st_mode & 07777;
}

class DataDirTest : public ::testing::Test {
 protected:
  std::string path() const { return dir_.path() + "/new/log"; }
  DataDir Open() {
    auto directory = DataDir::Open(path());
    MODLOG_CHECK(directory.has_value(), "the directory opens");
    return *std::move(directory);
  }
  void ExpectError(const Result<SignerKey>& key, Code code,
                   std::string_view says) {
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().code, code);
    EXPECT_NE(key.error().message.find(says), std::string::npos)
        << key.error().message;
  }

  TempDir dir_;
};

TEST_F(DataDirTest, AFirstStartMakesAKeyThatTheNextStartFinds) {
  const DataDir directory = Open();
  EXPECT_EQ(ModeOf(path()), 0700u);
  const auto first = directory.LoadOrMakeKey(std::nullopt, "a.example/log");
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->verifier.name, "a.example/log");
  EXPECT_EQ(ModeOf(directory.KeyPath()), 0600u);
  EXPECT_EQ(ReadAll(directory.KeyPath()), FormatSignerKey(*first) + "\n");
  const auto second = directory.LoadOrMakeKey(std::nullopt, "b.example/log");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(FormatSignerKey(*second), FormatSignerKey(*first));
}

TEST_F(DataDirTest, ATrailingSlashIsTheSameDirectory) {
  const auto directory = DataDir::Open(path() + "/");
  ASSERT_TRUE(directory.has_value());
  EXPECT_EQ(directory->path(), path());
  EXPECT_EQ(ModeOf(path()), 0700u);
}

TEST_F(DataDirTest, AKeyThatOthersMayReadIsRefused) {
  const DataDir directory = Open();
  ASSERT_TRUE(directory.LoadOrMakeKey(std::nullopt, "a").has_value());
  for (const mode_t mode : {0640u, 0604u, 0660u, 0644u, 0601u}) {
    ASSERT_EQ(chmod(directory.KeyPath().c_str(), mode), 0);
    ExpectError(directory.LoadOrMakeKey(std::nullopt, "a"), Code::kForbidden,
                "chmod 600");
  }
  ASSERT_EQ(chmod(directory.KeyPath().c_str(), 0400), 0);
  EXPECT_TRUE(directory.LoadOrMakeKey(std::nullopt, "a").has_value());
}

TEST_F(DataDirTest, AnotherOriginThanTheKeysIsRefused) {
  const DataDir directory = Open();
  ASSERT_TRUE(directory.LoadOrMakeKey("a.example/log", "x").has_value());
  EXPECT_TRUE(directory.LoadOrMakeKey("a.example/log", "x").has_value());
  ExpectError(directory.LoadOrMakeKey("b.example/log", "x"), Code::kConflict,
              "leave --origin out");
}

TEST_F(DataDirTest, ALogWhoseKeyIsGoneGetsNoNewOne) {
  const DataDir directory = Open();
  std::filesystem::create_directory(directory.DbPath());
  ExpectError(directory.LoadOrMakeKey(std::nullopt, "a"), Code::kNotFound,
              "restore the key");
  EXPECT_FALSE(std::filesystem::exists(directory.KeyPath()));
}

TEST_F(DataDirTest, ADamagedKeyIsNamedAndNotReplaced) {
  const DataDir directory = Open();
  std::ofstream(directory.KeyPath()) << "PRIVATE+KEY+a+00000000+AAAA\n";
  ASSERT_EQ(chmod(directory.KeyPath().c_str(), 0600), 0);
  const auto key = directory.LoadOrMakeKey(std::nullopt, "a");
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(key.error().message.find(directory.KeyPath()), std::string::npos);
  EXPECT_EQ(key.error().message.find("AAAA"), std::string::npos)
      << "no secret in a message";
}

TEST_F(DataDirTest, AnUnusableOriginIsRefusedBeforeThereIsAKey) {
  const DataDir directory = Open();
  for (const char* origin : {"", "a b", "a+b", "a\nb"}) {
    EXPECT_FALSE(directory.LoadOrMakeKey(origin, "x").has_value()) << origin;
  }
  EXPECT_FALSE(std::filesystem::exists(directory.KeyPath()));
}

TEST_F(DataDirTest, WhatAnInterruptedFirstStartLeftIsNoKey) {
  const DataDir directory = Open();
  std::ofstream(directory.KeyPath() + ".new") << "PRIVATE+KEY+half";
  const auto key = directory.LoadOrMakeKey(std::nullopt, "a");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(ReadAll(directory.KeyPath()), FormatSignerKey(*key) + "\n");
  EXPECT_FALSE(std::filesystem::exists(directory.KeyPath() + ".new"));
}

TEST_F(DataDirTest, ASecondHolderIsToldWhoHasTheDirectory) {
  {
    const DataDir first = Open();
    const auto second = DataDir::Open(path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::kUnavailable);
    EXPECT_NE(second.error().message.find("process " +
                                          std::to_string(getpid()) + ":"),
              std::string::npos)
        << second.error().message;
  }
  EXPECT_TRUE(DataDir::Open(path()).has_value());
}

TEST_F(DataDirTest, AFileInTheWayIsNamed) {
  std::ofstream(dir_.path() + "/file") << "x";
  const auto directory = DataDir::Open(dir_.path() + "/file");
  ASSERT_FALSE(directory.has_value());
  EXPECT_NE(directory.error().message.find("not a directory"),
            std::string::npos);
  EXPECT_FALSE(DataDir::Open(dir_.path() + "/file/below").has_value());
}

TEST_F(DataDirTest, ThePolicyIsOneThatVerifiersRead) {
  const DataDir directory = Open();
  const auto key = directory.LoadOrMakeKey(std::nullopt, "a.example/log");
  ASSERT_TRUE(key.has_value());
  for (const char* url : {"http://127.0.0.1:1/", "http://127.0.0.1:2/"}) {
    Policy written;
    written.logs = {{key->verifier, url}};
    ASSERT_TRUE(directory.WritePolicy(written).has_value());
    const auto policy = ParsePolicy(ReadAll(directory.PolicyPath()));
    ASSERT_TRUE(policy.has_value()) << policy.error().message;
    ASSERT_EQ(policy->logs.size(), 1u);
    EXPECT_EQ(policy->logs[0].key.name, "a.example/log");
    EXPECT_EQ(policy->logs[0].url, url);
    EXPECT_TRUE(policy->quorum_none);
  }
}

}  // namespace
}  // namespace modlog::data_dir_test
