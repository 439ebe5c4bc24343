// If this failed, a key could be replaced by another, or be half a key after a
// kill: what it signed could not be continued.

#include "verifier/base/durable_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <string>

namespace modlog::durable_file_test {
namespace {

class NewFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/new-file-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/key"; }
  // Nothing but the file itself: a draft would be a second copy of a secret.
  bool IsAlone() const {
    const std::filesystem::directory_iterator files(folder_);
    return std::distance(begin(files), end(files)) == 1;
  }

  std::string folder_;
};

TEST_F(NewFileTest, IsWrittenOnceAndNeverReplaced) {
  ASSERT_TRUE(WriteNewFileDurably(path(), "first\n", 0600));
  struct stat facts = {};
  ASSERT_EQ(stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  EXPECT_TRUE(IsAlone());

  const auto again = WriteNewFileDurably(path(), "second\n", 0600);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
  EXPECT_EQ(**ReadSecretFile(path(), 100), "first\n");
  EXPECT_TRUE(IsAlone());
}

TEST_F(NewFileTest, ALinkThatLeadsNowhereIsNotFollowed) {
  std::filesystem::create_symlink(folder_ + "/elsewhere", path());
  EXPECT_FALSE(WriteNewFileDurably(path(), "key\n", 0600));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/elsewhere"));
}

TEST_F(NewFileTest, WhereItCannotBeWrittenNothingIsLeft) {
  const auto failed =
      WriteNewFileDurably(folder_ + "/missing/key", "key\n", 0600);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace modlog::durable_file_test
