// If this fails, an import would be repeated under other names, or a stranger
// could tell which entry of the log stands for which document.

#include "api/import/platform_secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace modlog::platform_secret_test {
namespace {

class PlatformSecretTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/modlog-secret-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return folder_ + "/a/b/platform.secret"; }
  void Write(std::string_view text, mode_t mode = 0600) {
    std::filesystem::create_directories(folder_ + "/a/b");
    std::ofstream(Path(), std::ios::binary) << text;
    ASSERT_EQ(chmod(Path().c_str(), mode), 0);
  }
  Code CodeOfOpening() {
    const Result<OpenedSecret> opened = OpenPlatformSecret(Path());
    EXPECT_FALSE(opened.has_value());
    return opened.has_value() ? Code::kNotFound : opened.error().code;
  }
  mode_t ModeOf(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }

  std::string folder_;
};

constexpr std::string_view kDigits =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TEST_F(PlatformSecretTest, SecondImportUsesTheSecretOfTheFirst) {
  const Result<OpenedSecret> first = OpenPlatformSecret(Path());
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_TRUE(first->created);
  const Result<OpenedSecret> second = OpenPlatformSecret(Path());
  ASSERT_TRUE(second.has_value()) << second.error().message;
  EXPECT_FALSE(second->created);
  EXPECT_EQ(second->secret.bytes, first->secret.bytes);
}

TEST_F(PlatformSecretTest, TwoPlatformsDoNotShareASecret) {
  const Result<OpenedSecret> one = OpenPlatformSecret(folder_ + "/one");
  const Result<OpenedSecret> two = OpenPlatformSecret(folder_ + "/two");
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_NE(one->secret.bytes, two->secret.bytes);
}

TEST_F(PlatformSecretTest, OthersCannotReadIt) {
  const mode_t before = umask(0);
  ASSERT_TRUE(OpenPlatformSecret(Path()).has_value());
  umask(before);
  EXPECT_EQ(ModeOf(Path()), 0600U);
  EXPECT_EQ(ModeOf(folder_ + "/a"), 0700U);
  EXPECT_EQ(ModeOf(folder_ + "/a/b"), 0700U);
}

TEST_F(PlatformSecretTest, OneThatOthersCouldReadIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0644U}) {
    Write(std::string(kDigits) + "\n", mode);
    EXPECT_EQ(CodeOfOpening(), Code::kForbidden) << mode;
  }
  Write(std::string(kDigits) + "\n");
  EXPECT_TRUE(OpenPlatformSecret(Path()).has_value());
}

TEST_F(PlatformSecretTest, BytesAreThoseOfTheFile) {
  Write(std::string(kDigits) + "\n");
  const Result<OpenedSecret> opened = OpenPlatformSecret(Path());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(FormatHex(opened->secret.bytes), kDigits);
}

TEST_F(PlatformSecretTest, ADamagedFileIsNeitherUsedNorReplaced) {
  const std::string digits(kDigits);
  for (const std::string& text :
       {std::string(), digits, digits.substr(1) + "\n", digits + "0\n",
        digits + "\n\n", "A" + digits.substr(1) + "\n",
        "g" + digits.substr(1) + "\n", std::string(65, '\n')}) {
    Write(text);
    EXPECT_EQ(CodeOfOpening(), Code::kMalformed) << text;
    EXPECT_EQ(std::filesystem::file_size(Path()), text.size());
  }
}

TEST_F(PlatformSecretTest, AFolderInItsPlaceIsRefused) {
  std::filesystem::create_directories(Path());
  ASSERT_EQ(chmod(Path().c_str(), 0700), 0);
  EXPECT_EQ(CodeOfOpening(), Code::kMalformed);
}

TEST_F(PlatformSecretTest, AFileWhereAFolderIsNeededIsAnError) {
  std::ofstream(folder_ + "/a") << "in the way";
  EXPECT_EQ(CodeOfOpening(), Code::kUnavailable);
}

TEST_F(PlatformSecretTest, ImportsStartedAtOnceAgreeOnOneSecret) {
  constexpr int kThreads = 8;
  std::vector<Result<OpenedSecret>> opened(kThreads,
                                           Fail(Code::kNotFound, "not run"));
  std::atomic<int> ready = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        ++ready;
        while (ready < kThreads) std::this_thread::yield();
        opened[static_cast<size_t>(i)] = OpenPlatformSecret(Path());
      });
    }
  }
  int created = 0;
  for (const Result<OpenedSecret>& one : opened) {
    ASSERT_TRUE(one.has_value()) << one.error().message;
    EXPECT_EQ(one->secret.bytes, opened[0]->secret.bytes);
    created += one->created ? 1 : 0;
  }
  EXPECT_EQ(created, 1);
  // Nothing of the losers is left.
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder_ + "/a/b")) {
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(PlatformSecretTest, DefaultPlaceIsThePersonsOwnConfiguration) {
  setenv("XDG_CONFIG_HOME", "/config", 1);
  setenv("HOME", "/somewhere", 1);
  EXPECT_EQ(DefaultSecretPath("github"), "/config/modlog/github.secret");
  setenv("XDG_CONFIG_HOME", "relative", 1);  // the XDG rule: ignored
  EXPECT_EQ(DefaultSecretPath("github"),
            "/somewhere/.config/modlog/github.secret");
  unsetenv("XDG_CONFIG_HOME");
  unsetenv("HOME");
  ASSERT_FALSE(DefaultSecretPath("github").has_value());
  EXPECT_EQ(DefaultSecretPath("github").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace modlog::platform_secret_test
