// If these fail, a person's entries get numbers with a gap, and the first
// number that no entry bears hides those behind it; or a retry conflicts.

#include "api/tool/handles/handle_numbers.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/programs/programs.h"

namespace modlog::handle_numbers_test {
namespace {

HandleKey KeyOf(char byte = 'k') {
  return {"log.example/x", "example", 1,
          *VrfPrivateKey::FromSecret(AsBytes(std::string(32, byte)))};
}

class HandleNumbersTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(WriteHandleKey(directory_, KeyOf()));
    ASSERT_TRUE(HandleNumbers::Create(directory_, 1));
    Open();
  }
  void Open() {
    numbers_.reset();
    auto opened =
        HandleNumbers::Open(directory_, KeyOf(), HandleNumbers::Use::kWrite);
    ASSERT_TRUE(opened) << opened.error().message;
    numbers_.emplace(*std::move(opened));
  }
  static HandleNumbers::Record Tags(const std::string& account,
                                    const std::string& puid) {
    return HandleNumbers::TagsOf(KeyOf(), account, puid);
  }
  uint32_t Number(const std::string& account, const std::string& puid) {
    const auto record = Tags(account, puid);
    if (const auto known = numbers_->Find(record)) return *known;
    return *numbers_->Assign(record);
  }
  void Release(const std::string& account, const std::string& puid) {
    EXPECT_TRUE(numbers_->Release(Tags(account, puid)));
  }
  uint32_t Last(const std::string& account) {
    return numbers_->Last(Tags(account, "").account);
  }
  std::string Path() { return HandleNumbersPath(directory_, 1); }
  std::string ErrorOfOpening() {
    numbers_.reset();
    const auto opened =
        HandleNumbers::Open(directory_, KeyOf(), HandleNumbers::Use::kWrite);
    return opened ? "opened" : opened.error().message;
  }

  TemporaryFolder folder_;
  const std::string directory_ = folder_ / "handles";
  std::optional<HandleNumbers> numbers_;
};

TEST_F(HandleNumbersTest, EachAccountCountsFromOneWithoutAGap) {
  EXPECT_EQ(Number("ann", "p1"), 1u);
  EXPECT_EQ(Number("bob", "p2"), 1u);
  EXPECT_EQ(Number("ann", "p3"), 2u);
  EXPECT_EQ(Number("ann", "p1"), 1u);  // again
  EXPECT_EQ(Number("bob", "p1"), 2u);  // of another account it is another
  EXPECT_EQ(Last("ann"), 2u);
  EXPECT_EQ(Last("eve"), 0u);
}

TEST_F(HandleNumbersTest, WhatWasGivenIsKnownAfterARestart) {
  Number("ann", "p1");
  Number("ann", "p2");
  Release("ann", "p1");
  ASSERT_TRUE(numbers_->Sync());
  Open();
  EXPECT_EQ(Number("ann", "p2"), 2u);
  EXPECT_EQ(Number("ann", "p3"), 1u);  // the one that was given back
  EXPECT_EQ(Number("ann", "p1"), 3u);
  Open();
  EXPECT_EQ(Number("ann", "p1"), 3u);
}

TEST_F(HandleNumbersTest, NumbersGivenBackAreGivenAgainTheLowestFirst) {
  for (int i = 1; i <= 5; ++i) Number("ann", "p" + std::to_string(i));
  Release("ann", "p4");
  Release("ann", "p2");
  EXPECT_EQ(Number("ann", "q1"), 2u);
  EXPECT_EQ(Number("ann", "q2"), 4u);
  EXPECT_EQ(Number("ann", "q3"), 6u);
  Release("ann", "q3");
  Release("ann", "p5");
  EXPECT_EQ(Last("ann"), 4u);
  EXPECT_EQ(Number("ann", "q4"), 5u);
  Release("ann", "never-given");
  Open();
  EXPECT_EQ(Last("ann"), 5u);
}

TEST_F(HandleNumbersTest, ATornEndIsCutOffAndWhatIsBeforeItStands) {
  Number("ann", "p1");
  Number("ann", "p2");
  numbers_.reset();
  const std::string whole = ReadFile(Path());
  ASSERT_EQ(whole.size(), 74u);
  for (size_t size = 38; size < 74; ++size) {
    WriteFile(Path(), whole.substr(0, size));
    Open();
    EXPECT_EQ(Number("ann", "p1"), 1u);
    EXPECT_EQ(Number("ann", "p9"), 2u);
  }
}

TEST_F(HandleNumbersTest, ADamagedFileIsSaidToBeOne) {
  Number("ann", "p1");
  Number("ann", "p2");
  numbers_.reset();
  const std::string good = ReadFile(Path());
  const auto with = [&](size_t at, char byte) {
    std::string bad = good;
    bad[at] = byte;
    WriteFile(Path(), bad);
    return ErrorOfOpening();
  };
  for (const auto& [at, byte] : {std::pair<size_t, char>{0, 3},
                                 {0, 2},
                                 {36, 2},  // 1 is left out
                                 {36, 0},
                                 {73, 3},  // 2 is left out
                                 {70, '\x7f'}}) {
    EXPECT_TRUE(with(at, byte).find("is damaged") != std::string::npos)
        << at << " " << with(at, byte);
  }
}

TEST_F(HandleNumbersTest, ALostFileIsNotBegunAnew) {
  Number("ann", "p1");
  numbers_.reset();
  std::filesystem::remove(Path());
  EXPECT_TRUE(ErrorOfOpening().find("is missing: restore it") !=
              std::string::npos);
  EXPECT_TRUE(HandleNumbers::Create(directory_, 1));
  EXPECT_TRUE(HandleNumbers::Create(directory_, 1));  // keeps what is there
  Open();
}

TEST_F(HandleNumbersTest, TwoDoNotNumberAtOnce) {
  const auto second =
      HandleNumbers::Open(directory_, KeyOf(), HandleNumbers::Use::kWrite);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  Number("ann", "p1");
  const auto reader =
      HandleNumbers::Open(directory_, KeyOf(), HandleNumbers::Use::kRead);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->Last(Tags("ann", "").account), 1u);
}

TEST_F(HandleNumbersTest, TheFileNamesNobodyAndIsItsOwnersAlone) {
  Number("acct:ann@example", "p1");
  const std::string bytes = ReadFile(Path());
  EXPECT_EQ(bytes.find("ann"), std::string::npos);
  EXPECT_EQ(bytes.find("p1"), std::string::npos);
  struct stat facts = {};
  ASSERT_EQ(stat(Path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  ASSERT_EQ(chmod(Path().c_str(), 0644), 0);
  EXPECT_NE(ErrorOfOpening(), "opened");
}

TEST_F(HandleNumbersTest, AKeyFileIsOfItsLogPlatformAndNumber) {
  const auto read = [&](std::string_view origin, std::string_view platform,
                        uint32_t number) -> std::string {
    const auto key = ReadHandleKey(directory_, origin, platform, number);
    if (!key) return std::string(CodeName(key.error().code));
    return *key ? "read" : "none";
  };
  EXPECT_EQ(read("log.example/x", "example", 1), "read");
  EXPECT_EQ(read("log.example/x", "example", 2), "none");
  EXPECT_EQ(read("log.example/y", "example", 1), "conflict");
  EXPECT_EQ(read("log.example/x", "another", 1), "conflict");
  const std::string path = HandleKeyPath(directory_, 1);
  const std::string good = ReadFile(path);
  for (const std::string& bad :
       {std::string(), good + "\n", good.substr(0, good.size() - 1), "x" + good,
        good.substr(0, good.size() - 65) + std::string(64, '0') + "\n"}) {
    WriteFile(path, bad);
    EXPECT_EQ(read("log.example/x", "example", 1), "malformed") << bad;
  }
  WriteFile(path, good);
  EXPECT_EQ(WriteHandleKey(directory_, KeyOf('l')).error().code,
            Code::kAlreadyExists);
}

TEST_F(HandleNumbersTest, ADestroyedKeyLeavesNothingInTheFolder) {
  Number("ann", "p1");
  numbers_.reset();
  ASSERT_TRUE(DestroyHandleKey(directory_, 1));
  EXPECT_EQ(ReadFile(HandleKeyPath(directory_, 1)), "");
  EXPECT_EQ(ReadFile(Path()), "");
  EXPECT_TRUE(DestroyHandleKey(directory_, 1));  // again
  EXPECT_TRUE(DestroyHandleKey(folder_ / "no-such-folder", 1));
}

}  // namespace
}  // namespace modlog::handle_numbers_test
