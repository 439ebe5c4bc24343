#include "log/store/puid_index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/log/log_fixture.h"

namespace modlog::puid_index_test {
namespace {

Hash KeyOf(uint64_t i) { return Sha256(AsBytes(std::to_string(i))); }

class PuidIndexTest : public ::testing::Test {
 protected:
  void Open(uint64_t log_size) {
    index_.reset();
    auto index = PuidIndex::Open(
        {.directory = directory_.path() + "/index", .run_keys = 500}, log_size);
    ASSERT_TRUE(index) << index.error().message;
    index_ = *std::move(index);
  }
  void AddUpTo(uint64_t end) {
    std::vector<PuidRecord> records;
    for (uint64_t i = index_->covered(); i < end; ++i) {
      records.push_back({KeyOf(i), i});
      if (records.size() == 97 || i + 1 == end) {
        index_->Add(records, i + 1);
        records.clear();
      }
    }
  }
  void ExpectHolds(uint64_t end) {
    std::vector<Hash> keys;
    for (uint64_t i = 0; i < end + 1'000; ++i) keys.push_back(KeyOf(i));
    std::vector<uint64_t> found(keys.size());
    ASSERT_TRUE(index_->Find(keys, found));
    for (uint64_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(found[i], i < end ? i : PuidIndex::kAbsent) << i;
    }
  }
  size_t Files() const {
    size_t files = 0;
    for ([[maybe_unused]] const auto& item :
         std::filesystem::directory_iterator(directory_.path() + "/index")) {
      ++files;
    }
    return files;
  }

  ScratchDirectory directory_;
  std::unique_ptr<PuidIndex> index_;
};

TEST_F(PuidIndexTest, FindsEveryKeyThroughSpillsAndMerges) {
  // A retry would become a second entry once its key had left memory.
  Open(0);
  for (uint64_t end = 1'000; end <= 40'000; end += 3'000) {
    AddUpTo(end);
    ExpectHolds(end);
  }
}

TEST_F(PuidIndexTest, AReopenedIndexCoversAPrefixAndTakesTheRest) {
  // Keys between the last file and the crash would be forgotten.
  Open(0);
  AddUpTo(20'000);
  Open(20'000);
  EXPECT_GT(index_->covered(), 0u);
  EXPECT_LE(index_->covered(), 20'000u);
  AddUpTo(20'000);
  ExpectHolds(20'000);
}

TEST_F(PuidIndexTest, RunsBeyondTheLogAreDropped) {
  // Keys of entries that a rolled-back store lacks would answer for others.
  Open(0);
  AddUpTo(20'000);
  Open(700);
  EXPECT_LE(index_->covered(), 700u);
  AddUpTo(700);
  ExpectHolds(700);
}

TEST_F(PuidIndexTest, FilesStayFew) {
  // Every look-up would have to search a file for each few hundred entries.
  Open(0);
  AddUpTo(60'000);
  Open(60'000);
  EXPECT_LT(Files(), 60'000u / 500 + 1);
  ExpectHolds(index_->covered());
}

TEST(PuidRun, AFlippedByteAnywhereIsFound) {
  // A damaged file would hide a key, and its action could be logged twice.
  ScratchDirectory directory;
  uint64_t next = 0;
  std::vector<PuidRecord> records;
  for (uint64_t i = 0; i < 100; ++i) records.push_back({KeyOf(i), i});
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  const auto path = WritePuidRun(directory.path(), 0, 100, records.size(),
                                 [&]() -> std::optional<PuidRecord> {
                                   if (next == records.size())
                                     return std::nullopt;
                                   return records[next++];
                                 });
  ASSERT_TRUE(path);
  ASSERT_TRUE(PuidRun::Open(*path));
  const auto size = std::filesystem::file_size(*path);
  for (uint64_t offset = 0; offset < size; offset += 7) {
    FILE* file = std::fopen(path->c_str(), "r+b");
    std::fseek(file, static_cast<long>(offset), SEEK_SET);
    const int byte = std::fgetc(file);
    std::fseek(file, static_cast<long>(offset), SEEK_SET);
    std::fputc(byte ^ 4, file);
    std::fclose(file);
    EXPECT_FALSE(PuidRun::Open(*path)) << offset;
    file = std::fopen(path->c_str(), "r+b");
    std::fseek(file, static_cast<long>(offset), SEEK_SET);
    std::fputc(byte, file);
    std::fclose(file);
  }
}

TEST(PuidIndex, ADirectoryThatCannotBeReadIsAnErrorAndNoCrash) {
  // The program would end by an exception, without saying what is wrong.
  ScratchDirectory directory;
  const std::string index = directory.path() + "/index";
  std::filesystem::create_directory(index);
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(index, std::filesystem::perms::none);
  const uid_t user = ::geteuid();
  if (user == 0) {  // to whom no directory is closed
    ASSERT_EQ(::seteuid(65'534), 0);
  }
  const auto opened = PuidIndex::Open({.directory = index}, 10);
  ASSERT_EQ(::seteuid(user), 0);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnavailable);
}

TEST(PuidRun, RecordsThatEndEarlyLeaveNoFile) {
  // A merge given up half way would pass for a whole one.
  ScratchDirectory directory;
  EXPECT_FALSE(WritePuidRun(directory.path(), 0, 10, 10,
                            []() -> std::optional<PuidRecord> { return {}; }));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace modlog::puid_index_test
