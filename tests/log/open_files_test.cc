// If this failed, a log would stop for ever once its files were more than the
// process may have open, whatever the disk has room for.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "log/store/puid_index.h"
#include "tests/log/log_fixture.h"

namespace modlog::open_files_test {
namespace {

constexpr size_t kPieceSize = 100'000;
constexpr uint64_t kPieces = 300;
constexpr RocksDbOptions kManySmallFiles = {.table_files = kTableFilesMin,
                                            .table_size = size_t{64} << 10};

// Files of a directory that this process has open.
size_t OpenIn(const std::string& directory, std::string_view suffix) {
  size_t open = 0;
  for (const auto& item :
       std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string path =
        std::filesystem::read_symlink(item.path(), gone).string();
    open += path.starts_with(directory) && path.ends_with(suffix);
  }
  return open;
}

size_t FilesIn(const std::string& directory, std::string_view suffix) {
  size_t files = 0;
  for (const auto& item : std::filesystem::directory_iterator(directory)) {
    files += item.path().string().ends_with(suffix);
  }
  return files;
}

// Allows this process `more` descriptors than it has open.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit few = before_;
    // The number of a descriptor counts, and all below the next one are taken.
    const int next = ::dup(STDERR_FILENO);
    ::close(next);
    few.rlim_cur = static_cast<rlim_t>(next) + more;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

class ManyFiles : public ::testing::Test {
 protected:
  std::string Db() const { return directory_.path() + "/db"; }
  void Open() {
    store_.reset();
    auto store = OpenRocksDbStore(Db(), kManySmallFiles);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
  }
  std::string PieceBytes(uint64_t piece) const {
    return std::string(kPieceSize, static_cast<char>('a' + piece % 26));
  }
  // One full bundle, of bytes that the store does not look into.
  void Write(uint64_t piece) {
    StoreBatch batch;
    batch.before = head_;
    head_.tree = {(piece + 1) * kTileWidth, HashLeaf({})};
    head_.logged_at_ms = static_cast<int64_t>(piece) + 1;
    batch.after = head_;
    batch.pieces.push_back({piece * kTileWidth, kTileWidth, PieceBytes(piece)});
    const CommitResult commit = store_->Commit(batch);
    ASSERT_EQ(commit.outcome, CommitOutcome::kCommitted)
        << commit.error.message;
  }
  void Read(uint64_t piece) {
    const uint64_t first = piece * kTileWidth;
    const auto pieces = store_->ReadPieces(first, first + 1);
    ASSERT_TRUE(pieces) << pieces.error().message;
    EXPECT_EQ(pieces->front().bytes, PieceBytes(piece));
  }

  ScratchDirectory directory_;
  StoredHead head_ = {{0, HashEmpty()}, 0};
  std::unique_ptr<Store> store_;
};

// As long as a table file cost a descriptor for ever, a log of 113 million
// entries was poisoned at the usual limit, and did not start with a lower one.
TEST_F(ManyFiles, OpenAndWorkWithFewDescriptors) {
  Open();
  for (uint64_t piece = 0; piece < kPieces; ++piece) Write(piece);
  store_.reset();
  const size_t files = FilesIn(Db(), ".sst");
  ASSERT_GT(files, 3 * kTableFilesMin);
  const FewDescriptors few(kTableFilesMin + 48);
  ASSERT_LT(size_t{kTableFilesMin} + 48, files);
  Open();
  for (uint64_t piece = 0; piece < kPieces; ++piece) {
    Read(piece);
    ASSERT_LE(OpenIn(Db(), ".sst"), size_t{kTableFilesMin} + 16) << piece;
  }
  for (uint64_t piece = kPieces; piece < kPieces + 50; ++piece) Write(piece);
  const auto purged = store_->PurgeEntries(0, 10 * kTileWidth);
  EXPECT_TRUE(purged) << purged.error().message;
  for (uint64_t piece = 0; piece < kPieces + 50; ++piece) Read(piece);
}

Hash KeyOf(uint64_t i) { return Sha256(AsBytes(std::to_string(i))); }

// While a large merge runs, runs pile up: the descriptors of a log under load
// would have no bound, and a look-up without one ends the log.
TEST(PuidRuns, AreKeptOpenUpToALimitAndFoundBeyondIt) {
  ScratchDirectory directory;
  const std::string path = directory.path() + "/index";
  constexpr uint64_t kKeys = 40'000;
  auto opened =
      PuidIndex::Open({.directory = path, .run_keys = 500, .open_runs = 0}, 0);
  ASSERT_TRUE(opened) << opened.error().message;
  const auto expect_all = [&](PuidIndex& index, uint64_t end) {
    std::vector<Hash> keys;
    for (uint64_t i = 0; i < end + 100; ++i) keys.push_back(KeyOf(i));
    std::vector<uint64_t> found(keys.size());
    const auto done = index.Find(keys, found);
    ASSERT_TRUE(done) << done.error().message;
    for (uint64_t i = 0; i < keys.size(); ++i) {
      ASSERT_EQ(found[i], i < end ? i : PuidIndex::kAbsent) << i;
    }
  };
  for (uint64_t i = 0; i < kKeys; ++i) {
    const PuidRecord record = {KeyOf(i), i};
    (*opened)->Add({&record, 1}, i + 1);
    // Also while runs are merged, and their files go.
    if (i % 4'001 == 0) expect_all(**opened, i + 1);
  }
  opened->reset();
  for (const int limit : {0, 1, 2, kOpenRunsMax}) {
    opened = PuidIndex::Open(
        {.directory = path, .run_keys = 500, .open_runs = limit}, kKeys);
    ASSERT_TRUE(opened) << opened.error().message;
    expect_all(**opened, (*opened)->covered());
    // One for the merge that may be running.
    EXPECT_LE(OpenIn(path, ".puids"), static_cast<size_t>(limit) + 1);
  }
}

}  // namespace
}  // namespace modlog::open_files_test
