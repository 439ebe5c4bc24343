// If these fail, a log can show an auditor another past than it showed before,
// or an auditor loses what it saw.

#include "verifier/evidence/memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "tests/audit/small_log.h"
#include "verifier/audit/audit.h"
#include "verifier/evidence/fork.h"
#include "verifier/evidence/fork_proof.h"

namespace modlog::memory_test {
namespace {

using std::filesystem::directory_iterator;
using std::filesystem::exists;

std::vector<std::string> Names(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& file : directory_iterator(directory)) {
    names.push_back(file.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

// An auditor with a state directory.
class AuditorTest : public testing::Test {
 protected:
  AuditReport Look(const SmallLog& log, bool first_use = false) {
    return LookAt(log.MakeFiles(), first_use);
  }
  AuditReport LookAt(const Files& files, bool first_use = false) {
    auto memory = Memory::Open(state(), first_use ? Memory::IfMissing::kCreate
                                                  : Memory::IfMissing::kRefuse);
    EXPECT_TRUE(memory) << memory.error().message;
    FilesSource source(files);
    return LookAt(&source, memory->get(), first_use);
  }
  AuditReport LookAt(Source* source, const Memory* memory,
                     bool first_use = false) {
    AuditRequest request;
    request.source = source;
    request.policy = &policy_;
    request.memory = memory;
    request.first_use = first_use;
    return Audit(request);
  }
  // An audit that finds the files of another tree where the log was seen last.
  AuditReport LookWhereLarger(const SmallLog& log, const SmallLog& larger) {
    const auto memory = Open();
    memory->RememberPlace(kSmallOrigin, "where it was");
    FilesSource source(log.MakeFiles());
    AuditRequest request;
    request.source = &source;
    request.policy = &policy_;
    request.memory = memory.get();
    request.target = "here";
    request.open =
        [&](const std::string& place) -> Result<std::unique_ptr<Source>> {
      EXPECT_EQ(place, "where it was");
      return std::make_unique<FilesSource>(larger.MakeFiles());
    };
    return Audit(request);
  }
  std::unique_ptr<Memory> Open() const {
    auto memory = Memory::Open(state(), Memory::IfMissing::kRefuse);
    EXPECT_TRUE(memory) << memory.error().message;
    return *std::move(memory);
  }
  std::string state() const { return directory_.Path("state"); }
  std::string StateFile() const {
    return state() + "/" +
           FormatHex(Sha256(AsBytes(std::string_view(kSmallOrigin)))) +
           ".checkpoint";
  }

  TemporaryDirectory directory_;
  Policy policy_ = SmallPolicy();
};

TEST_F(AuditorTest, ALogThatGrowsIsTrueEachTimeAndItsHeadIsRemembered) {
  for (const uint64_t size : {0u, 1u, 1u, 2u, 200u, 256u, 257u, 600u}) {
    const SmallLog log = SmallLog::OfSize(size);
    const AuditReport report = Look(log, /*first_use=*/size == 0);
    ASSERT_EQ(report.verdict, Verdict::kTrue) << size << report.reason;
    EXPECT_TRUE(report.remembered);
    EXPECT_EQ(ReadWholeFile(StateFile()), log.Checkpoint());
  }
}

TEST_F(AuditorTest, AMissingMemoryMustBeAskedFor) {
  const auto memory = Memory::Open(state(), Memory::IfMissing::kRefuse);
  ASSERT_FALSE(memory);
  EXPECT_NE(memory.error().message.find("--first-use"), std::string::npos);
  std::filesystem::create_directory(state());
  const AuditReport report = Look(SmallLog::OfSize(5));
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(report.reason.find("--first-use"), std::string::npos);
  EXPECT_TRUE(Names(state()).empty());
}

TEST_F(AuditorTest, ARootOfTheSameSizeThatDiffersIsFalseAndKeptAsEvidence) {
  SmallLog log = SmallLog::OfSize(300);
  const std::string before = log.Checkpoint();
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  log.entries[7] = SmallEntry(1'000'000);
  const AuditReport report = Look(log);
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  ASSERT_TRUE(exists(report.evidence)) << report.reason;
  const auto evidence =
      nlohmann::json::parse(ReadWholeFile(report.evidence), nullptr, false);
  EXPECT_EQ(evidence["note_before"], before);
  EXPECT_EQ(evidence["note_now"], log.Checkpoint());
  EXPECT_EQ(JudgeFork(ReadWholeFile(report.evidence), policy_).verdict,
            Verdict::kTrue);
  EXPECT_EQ(ReadWholeFile(StateFile()), before) << "the memory must not move";
}

TEST_F(AuditorTest, AForkThatGrewIsFalseAndKeptAsEvidence) {
  for (const uint64_t older : {1u, 255u, 256u, 257u, 300u}) {
    std::filesystem::remove_all(state());
    SmallLog log = SmallLog::OfSize(older);
    ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
    SmallLog fork = SmallLog::OfSize(700);
    fork.entries[older - 1] = SmallEntry(1'000'000);
    const AuditReport report = Look(fork);
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    EXPECT_EQ(report.place, "size " + std::to_string(older)) << report.reason;
    ASSERT_TRUE(exists(report.evidence));
    EXPECT_EQ(ReadWholeFile(StateFile()), log.Checkpoint());

    const ForkReport fork_report =
        JudgeFork(ReadWholeFile(report.evidence), policy_);
    EXPECT_EQ(fork_report.verdict, Verdict::kTrue) << fork_report.reason;
    EXPECT_EQ(fork_report.smaller, log.Head());
    EXPECT_EQ(fork_report.larger, fork.Head());
    EXPECT_EQ(fork_report.other_root, fork.HeadAt(older).root);
  }
}

// Gives each file once.
class OnceSource : public Source {
 public:
  explicit OnceSource(Files files) : files_(std::move(files)) {}
  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    const std::lock_guard lock(mutex_);
    const auto fetched = files_.Fetch(path, size_max, out);
    files_.files().erase(path);
    return fetched;
  }
  std::string name() const override { return "(memory)"; }

 private:
  std::mutex mutex_;
  FilesSource files_;
};

TEST_F(AuditorTest, ALogThatIsAskedOnlyOnceProvesItsFork) {
  for (const uint64_t older : {1u, 128u, 255u, 256u, 257u, 300u, 512u, 699u}) {
    std::filesystem::remove_all(state());
    ASSERT_EQ(Look(SmallLog::OfSize(older), true).verdict, Verdict::kTrue);
    SmallLog fork = SmallLog::OfSize(700);
    fork.entries[older - 1] = SmallEntry(1'000'000);
    OnceSource source(fork.MakeFiles());
    const AuditReport report = LookAt(&source, Open().get());
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    ASSERT_TRUE(exists(report.evidence)) << report.reason;
    EXPECT_EQ(JudgeFork(ReadWholeFile(report.evidence), policy_).verdict,
              Verdict::kTrue)
        << older;
  }
}

TEST_F(AuditorTest, EvidenceThatCannotBeWrittenIsHandedOver) {
  ASSERT_EQ(Look(SmallLog::OfSize(300), true).verdict, Verdict::kTrue);
  SmallLog fork = SmallLog::OfSize(700);
  fork.entries[299] = SmallEntry(1'000'000);
  FilesSource source(fork.MakeFiles());
  const auto memory = Open();
  memory->KeepEvidenceIn(directory_.Path("no/such/folder"));
  const AuditReport report = LookAt(&source, memory.get());
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(report.evidence, "");
  EXPECT_NE(report.reason.find("evidence not kept"), std::string::npos);
  EXPECT_EQ(JudgeFork(report.unkept, policy_).verdict, Verdict::kTrue);
}

TEST_F(AuditorTest, EvidenceOfOneContradictionIsOneFile) {
  const SmallLog log = SmallLog::OfSize(300);
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  SmallLog fork = SmallLog::OfSize(700);
  fork.entries[299] = SmallEntry(1'000'000);
  const std::string first = Look(fork).evidence;
  const size_t files = Names(state()).size();
  EXPECT_EQ(Look(fork).evidence, first);
  EXPECT_EQ(Names(state()).size(), files);
}

TEST(ForkProofTest, OfTilesThatAreNotTheTreesIsNone) {
  const SmallLog log = SmallLog::OfSize(300);
  SmallLog fork = SmallLog::OfSize(700);
  FilesSource honest(fork.MakeFiles());
  EXPECT_FALSE(FetchForkProof(&honest, log.Head(), fork.Head())) << "no fork";
  fork.entries[299] = SmallEntry(1'000'000);
  const auto of_others = FetchForkProof(&honest, log.Head(), fork.Head());
  ASSERT_FALSE(of_others);
  EXPECT_EQ(of_others.error().code, Code::kBadProof);
  FilesSource nothing({});
  EXPECT_FALSE(FetchForkProof(&nothing, log.Head(), fork.Head()));
  FilesSource forked(fork.MakeFiles());
  EXPECT_TRUE(FetchForkProof(&forked, log.Head(), fork.Head()));
}

TEST_F(AuditorTest, AnOlderCopyIsNoForkAndItIsSaidWhetherThatIsKnown) {
  const SmallLog log = SmallLog::OfSize(600);
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  for (const uint64_t size : {0u, 1u, 255u, 256u, 257u, 599u}) {
    const SmallLog older = SmallLog::OfSize(size);
    const AuditReport report = Look(older);
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << size;
    EXPECT_EQ(report.place, "checkpoint line 2");
    EXPECT_NE(report.reason.find("no tiles of the larger tree"),
              std::string::npos)
        << report.reason;
    EXPECT_EQ(ReadWholeFile(StateFile()), log.Checkpoint());
    EXPECT_EQ(report.evidence, "");
    if (size == 0) continue;
    const AuditReport known = LookWhereLarger(older, log);
    EXPECT_EQ(known.verdict, Verdict::kCannotTell) << size;
    EXPECT_NE(known.reason.find("the beginning of it"), std::string::npos)
        << known.reason;
  }
}

TEST_F(AuditorTest, ASmallerForkIsFalseWithEvidence) {
  const SmallLog log = SmallLog::OfSize(600);
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  for (const uint64_t size : {1u, 2u, 255u, 256u, 257u, 512u, 599u}) {
    SmallLog fork = SmallLog::OfSize(size);
    fork.entries[size / 2] = SmallEntry(1'000'000);
    const AuditReport report = LookWhereLarger(fork, log);
    EXPECT_EQ(report.verdict, Verdict::kFalse) << size << report.reason;
    ASSERT_TRUE(exists(report.evidence)) << report.reason;
    const ForkReport judged =
        JudgeFork(ReadWholeFile(report.evidence), policy_);
    EXPECT_EQ(judged.verdict, Verdict::kTrue) << judged.reason;
    EXPECT_EQ(judged.smaller, fork.Head());
    EXPECT_EQ(ReadWholeFile(StateFile()), log.Checkpoint());
  }
}

// Whoever helps with tiles must not be able to make a fork of an older copy.
TEST_F(AuditorTest, WrongTilesOfTheLargerTreeProveNoFork) {
  const SmallLog log = SmallLog::OfSize(600);
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  SmallLog other = log;
  other.entries[3] = SmallEntry(1'000'000);
  const AuditReport report = LookWhereLarger(SmallLog::OfSize(300), other);
  EXPECT_EQ(report.verdict, Verdict::kCannotTell) << report.reason;
  EXPECT_NE(report.reason.find("no tiles"), std::string::npos);
}

TEST_F(AuditorTest, FirstUseStillComparesWithWhatIsRemembered) {
  ASSERT_EQ(Look(SmallLog::OfSize(9), true).verdict, Verdict::kTrue);
  EXPECT_EQ(Look(SmallLog::OfSize(8), true).verdict, Verdict::kCannotTell);
}

TEST_F(AuditorTest, WhatIsFalseIsNotRemembered) {
  const SmallLog log = SmallLog::OfSize(5);
  ASSERT_EQ(Look(log, true).verdict, Verdict::kTrue);
  Files files = SmallLog::OfSize(6).MakeFiles();
  files["tile/0/000.p/6"][0] ^= 1;
  EXPECT_EQ(LookAt(files).verdict, Verdict::kFalse);
  EXPECT_EQ(ReadWholeFile(StateFile()), log.Checkpoint());
}

TEST_F(AuditorTest, ADamagedMemoryIsNoticedAndNotBelieved) {
  ASSERT_EQ(Look(SmallLog::OfSize(5), true).verdict, Verdict::kTrue);
  const std::string good = ReadWholeFile(StateFile());
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] ^= 1;
    WriteWholeFile(StateFile(), bad);
    const AuditReport report = Look(SmallLog::OfSize(5), true);
    ASSERT_EQ(report.verdict, Verdict::kCannotTell) << "byte " << at;
    ASSERT_EQ(report.place, "state");
  }
  WriteWholeFile(StateFile(), "");
  EXPECT_EQ(Look(SmallLog::OfSize(5), true).verdict, Verdict::kCannotTell);
}

TEST_F(AuditorTest, LogsOfOtherOriginsAreRememberedApart) {
  ASSERT_EQ(Look(SmallLog::OfSize(5), true).verdict, Verdict::kTrue);
  SmallLog other = SmallLog::OfSize(3);
  other.origin = "other.example/log";
  other.key = *MakeSignerKey(other.origin, SignatureType::kEd25519,
                             Ed25519PrivateKey::Generate());
  policy_ = *ParsePolicy(SmallPolicyText() + "log " +
                         FormatVerifierKey(other.key.verifier) + "\n");
  EXPECT_EQ(Look(other).verdict, Verdict::kCannotTell);
  EXPECT_EQ(Look(other, true).verdict, Verdict::kTrue);
  EXPECT_EQ(Look(SmallLog::OfSize(5)).verdict, Verdict::kTrue);
  EXPECT_EQ(Names(state()).size(), 2u);
}

TEST_F(AuditorTest, TwoAuditsDoNotShareAMemoryAtOnce) {
  const auto first = Memory::Open(state(), Memory::IfMissing::kCreate);
  ASSERT_TRUE(first);
  const auto second = Memory::Open(state(), Memory::IfMissing::kCreate);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another audit"), std::string::npos);
}

TEST_F(AuditorTest, ACheckpointBelowTheQuorumIsNeitherProvedNorRemembered) {
  policy_ = *ParsePolicy(SmallWitnessedPolicyText());
  const SmallLog log = SmallLog::OfSize(5);
  EXPECT_EQ(Look(log, true).verdict, Verdict::kCannotTell);
  EXPECT_FALSE(exists(StateFile()));

  Files files = log.MakeFiles();
  const auto note = ParseNote(log.Checkpoint());
  files["checkpoint"] +=
      FormatSignatureLine(Cosign(note->text, SmallWitnessKey(), 1'767'225'600));
  const AuditReport report = LookAt(files, true);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.witnesses, std::vector<std::string>{"w1"});
}

TEST_F(AuditorTest, ANoteByAnUnknownKeyOrOfAnUnknownOrigin) {
  SmallLog log = SmallLog::OfSize(5);
  log.key = SmallLogOtherKey();
  EXPECT_EQ(Look(log, true).verdict, Verdict::kCannotTell) << "unknown key";
  log.origin = "other.example/log";
  log.key = *MakeSignerKey(log.origin, SignatureType::kEd25519,
                           Ed25519PrivateKey::Generate());
  EXPECT_EQ(Look(log, true).verdict, Verdict::kCannotTell) << "unknown origin";
}

}  // namespace
}  // namespace modlog::memory_test
