// If these fail, two checkpoints that contradict each other pass for one
// history, or an honest log is called a forked one.

#include "verifier/watch/comparison.h"

#include <gtest/gtest.h>

#include "tests/watch/watched_log.h"
#include "verifier/core/checkpoint.h"
#include "verifier/evidence/fork.h"

namespace modlog::comparison_test {
namespace {

Agreement Agree(const TreeHead& one, const TreeHead& other, Source* source) {
  Source* const sources[] = {source};
  return Compare(one, other, sources).agreement;
}

TEST(Comparison, EveryPairOfSizesOfOneLogGoesTogether) {
  const SmallLog log = SmallLog::OfSize(70);
  for (uint64_t larger = 0; larger <= 70; larger += 7) {
    SmallLog shown = log;
    shown.entries.resize(larger);
    FilesSource source(shown.MakeFiles());
    for (uint64_t smaller = 0; smaller <= larger; ++smaller) {
      const TreeHead one = log.HeadAt(smaller);
      const TreeHead other = log.HeadAt(larger);
      const Agreement want =
          smaller == larger ? Agreement::kSame : Agreement::kTogether;
      EXPECT_EQ(Agree(one, other, &source), want) << smaller << " " << larger;
      EXPECT_EQ(Agree(other, one, &source), want) << smaller << " " << larger;
    }
  }
}

TEST(Comparison, EveryForkIsOneAndItsProofIsEvidence) {
  const SmallLog log = SmallLog::OfSize(40);
  FilesSource source(log.MakeFiles());
  Source* const sources[] = {&source};
  for (uint64_t from = 0; from < 40; from += 3) {
    const SmallLog other = Forked(40, from);
    for (uint64_t smaller = from + 1; smaller <= 40; ++smaller) {
      const Comparison found =
          Compare(other.HeadAt(smaller), log.Head(), sources);
      ASSERT_EQ(found.agreement, Agreement::kFork) << from << " " << smaller;
      const ForkReport report = JudgeFork(
          FormatContradiction({.what = "",
                               .contradiction = "",
                               .origin = kSmallOrigin,
                               .size_before = smaller,
                               .size_now = 40,
                               .note_before = other.CheckpointAt(smaller),
                               .note_now = log.Checkpoint(),
                               .proof = found.proof}),
          SmallPolicy());
      EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
    }
    // Before the fork both are one.
    EXPECT_EQ(Agree(other.HeadAt(from), log.Head(), &source),
              Agreement::kTogether);
  }
}

class CountedSource : public FilesSource {
 public:
  using FilesSource::FilesSource;
  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    ++fetches[path];
    return FilesSource::Fetch(path, size_max, out);
  }
  std::map<std::string, int> fetches;
};

// Each may take as long as a peer likes.
TEST(Comparison, NoTileIsFetchedTwice) {
  const SmallLog log = SmallLog::OfSize(767);
  for (const bool is_there : {true, false}) {
    CountedSource source(is_there ? log.MakeFiles() : Files{});
    Source* const sources[] = {&source};
    for (const uint64_t smaller : {255u, 383u, 766u}) {
      source.fetches.clear();
      EXPECT_EQ(Compare(log.HeadAt(smaller), log.Head(), sources).agreement,
                is_there ? Agreement::kTogether : Agreement::kUnknown);
      for (const auto& [path, count] : source.fetches) {
        EXPECT_EQ(count, 1) << path;
      }
    }
  }
}

TEST(Comparison, TilesThatDoNotLeadToTheSignedRootTellNothing) {
  const SmallLog log = SmallLog::OfSize(300);
  Files files = log.MakeFiles();
  for (auto& [path, bytes] : files) {
    if (path.starts_with("tile/0/")) bytes[5] ^= 1;
    if (path.starts_with("tile/1/")) bytes[5] ^= 1;
  }
  FilesSource wrong(files);
  FilesSource right(log.MakeFiles());
  FilesSource empty({});
  const TreeHead smaller = log.HeadAt(100);
  EXPECT_EQ(Agree(smaller, log.Head(), &wrong), Agreement::kUnknown);
  EXPECT_EQ(Agree(smaller, log.Head(), &empty), Agreement::kUnknown);
  EXPECT_EQ(Compare(smaller, log.Head(), {}).agreement, Agreement::kUnknown);
  Source* const all[] = {&empty, &wrong, &right};
  EXPECT_EQ(Compare(smaller, log.Head(), all).agreement, Agreement::kTogether);
}

}  // namespace
}  // namespace modlog::comparison_test
