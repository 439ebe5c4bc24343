// If these fail, a log that signs a large number, and serves nothing, ends who
// looks at it, or takes all memory of their machine.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/audit/child.h"
#include "tests/audit/small_log.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/tile.h"
#include "verifier/core/tlog_proof.h"
#include "verifier/evidence/contradiction.h"

namespace modlog::memory_program_test {
namespace {

constexpr uint64_t kSizes[] = {
    (1ull << 16) - 1, 1ull << 16, 1ull << 28, 1ull << 32, 1ull << 36,
    1ull << 40,       1ull << 45, 1ull << 50, 1ull << 62, kTreeSizeMax};

std::string SignedHead(const TreeHead& head) {
  const SignerKey key = SmallLogKey();
  return SignNote(FormatCheckpoint({kSmallOrigin, head}), {&key, 1});
}
TreeHead MadeUp(uint64_t size) { return {size, Sha256(AsBytes("made up"))}; }

class MemoryProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteWholeFile(Policy(), SmallPolicyText());
    if (Limited({"--version"}).status != 0) {
      GTEST_SKIP() << "built in a way that needs more address space";
    }
  }

  // Runs modlog-verify with 1 GiB of address space.
  static Ran Limited(const std::vector<std::string>& arguments,
                     const std::string& input = "") {
    std::vector<std::string> all = {"sh", "-c",
                                    "ulimit -v 1048576 && exec \"$@\"", "sh",
                                    MODLOG_BIN_DIR "/modlog-verify"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return RunProgram(all, input);
  }

  // A directory with nothing but a checkpoint of this size.
  std::string ClaimOf(uint64_t size) const {
    const std::string log = directory_.Path("log" + std::to_string(size));
    WriteFiles({{"checkpoint", SignedHead(MadeUp(size))}}, log);
    return log;
  }

  // The tiles of a tree of 2^50 entries as far as they stand above the first
  // 256, which are there; all other hashes are made up.
  static Files MadeUpTree() {
    Files files = SmallLog::OfSize(256).MakeFiles();
    std::vector<Hash> hashes;
    const std::string tile = files["tile/0/000"];
    for (size_t i = 0; i < kTileWidth; ++i) {
      hashes.push_back(
          *HashFromBytes(AsBytes(tile.substr(i * kHashSize, kHashSize))));
    }
    for (int level = 1; level <= 6; ++level) {
      const uint32_t width = level == 6 ? 4 : kTileWidth;
      std::vector<Hash> above = {TileRoot(hashes)};
      for (uint32_t i = 1; i < width; ++i) {
        above.push_back(
            Sha256(AsBytes(std::to_string(level) + "." + std::to_string(i))));
      }
      std::string bytes;
      for (const Hash& hash : above) bytes += AsText(hash);
      files[TilePath({level, 0}, width)] = bytes;
      hashes = std::move(above);
    }
    const Hash root = HashNode(HashNode(hashes[0], hashes[1]),
                               HashNode(hashes[2], hashes[3]));
    files["checkpoint"] = SignedHead({1ull << 50, root});
    return files;
  }

  // It came to an end of its own, and not for want of memory.
  static void ExpectJudged(const Ran& ran, const std::string& what) {
    EXPECT_TRUE(ran.status == 1 || ran.status == 2)
        << what << ": " << ran.status << " " << ran.out << ran.error;
    EXPECT_EQ((ran.out + ran.error).find("memory"), std::string::npos)
        << what << ": " << ran.error;
  }

  std::string Policy() const { return directory_.Path("policy"); }

  TemporaryDirectory directory_;
};

TEST_F(MemoryProgramTest, AnAuditBelievesNoSizeThatIsOnlyClaimed) {
  for (const uint64_t size : kSizes) {
    const std::string log = ClaimOf(size);
    for (const std::string more : {"--first-use", "--integrity-only"}) {
      const Ran ran =
          Limited({"audit", log, "--policy", Policy(), "--first-use", more});
      EXPECT_EQ(ran.status, 2) << size << more << ran.out << ran.error;
      EXPECT_NE(ran.out.find("not there, though the checkpoint requires it"),
                std::string::npos)
          << size << ran.out << ran.error;
    }
  }
}

TEST_F(MemoryProgramTest, NorDoTheOtherCommands) {
  for (const uint64_t size : {1ull << 45, 1ull << 62, kTreeSizeMax + 0ull}) {
    const std::string name = std::to_string(size);
    const std::string log = ClaimOf(size);
    const std::string state = directory_.Path("state" + name);
    ExpectJudged(Limited({"watch", log, "--policy", Policy(), "--state", state,
                          "--first-use", "--once", "--interval", "1"}),
                 "watch " + name);
    ExpectJudged(
        Limited({"mirror", log, directory_.Path("copy" + name), "--policy",
                 Policy(), "--first-use", "--once", "--interval", "1"}),
        "mirror " + name);
    // Seen before: the state remembers a log that was small.
    WriteFiles(SmallLog::OfSize(256).MakeFiles(), directory_.Path("small"));
    const std::string seen = directory_.Path("seen" + name);
    EXPECT_EQ(Limited({"audit", directory_.Path("small"), "--policy", Policy(),
                       "--state", seen, "--first-use"})
                  .status,
              0);
    ExpectJudged(Limited({"audit", log, "--policy", Policy(), "--state", seen}),
                 "audit again " + name);
    ExpectJudged(Limited({"gossip", "--state", seen, "--policy", Policy(),
                          "--log", log, directory_.Path("nobody")}),
                 "gossip " + name);
  }
}

TEST_F(MemoryProgramTest, FilesThatNameLargeSizesAreJudged) {
  for (const uint64_t size : {1ull << 45, 1ull << 62, kTreeSizeMax + 0ull}) {
    const std::string name = std::to_string(size);
    Contradiction found{.what = "a fork",
                        .contradiction = "two roots",
                        .origin = kSmallOrigin,
                        .size_before = size - 1,
                        .size_now = size,
                        .note_before = SignedHead(MadeUp(size - 1)),
                        .note_now = SignedHead(MadeUp(size)),
                        .proof = {62, Hash{}}};
    const std::string evidence = directory_.Path("evidence" + name);
    WriteWholeFile(evidence, FormatContradiction(found));
    ExpectJudged(Limited({"fork", evidence, "--policy", Policy()}),
                 "fork " + name);
    TlogProof proof;
    proof.index = size - 1;
    proof.path = {62, Hash{}};
    proof.checkpoint = SignedHead(MadeUp(size));
    const std::string entry = directory_.Path("entry");
    const std::string receipt = directory_.Path("proof" + name);
    WriteWholeFile(entry, SmallEntry(0));
    WriteWholeFile(receipt, FormatTlogProof(proof));
    ExpectJudged(Limited({"receipt", "--entry", entry, "--proof", receipt,
                          "--policy", Policy()}),
                 "receipt " + name);
    const std::string hash = FormatBase64(Hash{});
    ExpectJudged(Limited({"inclusion", "-"},
                         R"({"index":)" + std::to_string(size - 1) +
                             R"(,"size":)" + name + R"(,"leaf_hash":")" + hash +
                             R"(","root":")" + hash + R"(","proof":[]})"),
                 "inclusion " + name);
    ExpectJudged(
        Limited({"consistency", "-"},
                R"({"old_size":1,"new_size":)" + name + R"(,"old_root":")" +
                    hash + R"(","new_root":")" + hash + R"(","proof":[]})"),
        "consistency " + name);
  }
}

TEST_F(MemoryProgramTest, TilesThatAreMadeUpProveNoSize) {
  const std::string log = directory_.Path("log");
  WriteFiles(SmallLog::OfSize(256).MakeFiles(), log);
  const std::string state = directory_.Path("state");
  ASSERT_EQ(Limited({"watch", log, "--policy", Policy(), "--state", state,
                     "--first-use", "--once"})
                .status,
            0);
  std::filesystem::remove_all(log);
  WriteFiles(MadeUpTree(), log);
  const Ran audit =
      Limited({"audit", log, "--policy", Policy(), "--first-use"});
  EXPECT_EQ(audit.status, 2) << audit.out << audit.error;
  EXPECT_NE(audit.out.find("tile/0/001"), std::string::npos) << audit.out;
  ExpectJudged(Limited({"watch", log, "--policy", Policy(), "--state", state,
                        "--once", "--interval", "1"}),
               "watch");
  ExpectJudged(Limited({"watch", log, "--policy", Policy(), "--state",
                        directory_.Path("new"), "--first-use", "--once",
                        "--interval", "1"}),
               "watch anew");
  ExpectJudged(Limited({"mirror", log, directory_.Path("copy"), "--policy",
                        Policy(), "--first-use", "--once", "--interval", "1"}),
               "mirror");
}

}  // namespace
}  // namespace modlog::memory_program_test
