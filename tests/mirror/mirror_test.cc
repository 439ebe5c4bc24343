// If these fail, a mirror serves what the log never signed, loses what it had,
// or keeps what the log was made to forget.

#include "verifier/mirror/mirror.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "tests/audit/record_log.h"
#include "tests/audit/small_log.h"
#include "verifier/audit/audit.h"
#include "verifier/core/bundle.h"
#include "verifier/core/tile.h"
#include "verifier/evidence/fork.h"
#include "verifier/mirror/mirror_command.h"
#include "verifier/source/directory_source.h"

namespace modlog::mirror_test {
namespace {

// What a log serves, and what was asked of it. A file may be other from its
// second time on, or not be given at all.
class WatchedSource : public Source {
 public:
  WatchedSource(Files* files, Files* later,
                const std::map<std::string, Code>* refused,
                std::set<std::string>* seen)
      : files_(files), later_(later), refused_(refused), seen_(seen) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    const std::lock_guard lock(mutex_);
    const bool is_first = seen_->insert(path).second;
    if (const auto no = refused_->find(path); no != refused_->end()) {
      return Fail(no->second, "refused");
    }
    const auto then = later_->find(path);
    const auto it =
        !is_first && then != later_->end() ? then : files_->find(path);
    if (it == files_->end()) return Fail(Code::kNotFound, "no such file");
    if (it->second.size() > size_max) return Fail(Code::kTooLarge, "too large");
    *out = it->second;
    return {};
  }
  std::string name() const override { return "(memory)"; }

 private:
  std::mutex mutex_;
  Files* files_;
  Files* later_;
  const std::map<std::string, Code>* refused_;
  std::set<std::string>* seen_;
};

class MirrorTest : public testing::Test {
 protected:
  // A process that mirrors, from its start.
  void Start(bool first_use = true) {
    mirror_.reset();
    copy_.reset();
    auto copy = CopyDirectory::Open(Copy());
    ASSERT_TRUE(copy) << copy.error().message;
    copy_ = *std::move(copy);
    MirrorRequest request;
    request.open = [this]() -> Result<std::unique_ptr<Source>> {
      return std::make_unique<WatchedSource>(&served_, &served_later_,
                                             &refused_, &asked_);
    };
    request.copy = copy_.get();
    request.policy = &policy_;
    request.evidence = evidence_;
    request.first_use = first_use;
    request.threads = 3;
    mirror_ = std::make_unique<Mirror>(request);
  }
  MirrorReport Pass() {
    asked_.clear();
    return mirror_->Pass();
  }
  // What looks false, and does so at the next pass too; or what proves nothing,
  // however often it comes.
  MirrorReport PassTwice() {
    MirrorReport report = Pass();
    if (report.verdict == Verdict::kTrue) return report;
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << report.reason;
    const bool looked_false = report.looks_false;
    EXPECT_TRUE(!looked_false || report.may_pass) << report.reason;
    const std::string place = report.place;
    report = Pass();
    EXPECT_EQ(report.place, place);
    EXPECT_FALSE(report.looks_false);
    EXPECT_EQ(report.verdict,
              looked_false ? Verdict::kFalse : Verdict::kCannotTell);
    return report;
  }
  // A pass over a log as it is; false with what was wrong.
  testing::AssertionResult Follows(const Files& files) {
    served_ = files;
    const MirrorReport report = Pass();
    if (report.verdict == Verdict::kTrue) return testing::AssertionSuccess();
    return testing::AssertionFailure() << report.place << ": " << report.reason;
  }

  std::string Copy() const { return directory_.Path("copy"); }
  Files InCopy() const {
    Files files;
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(Copy())) {
      if (!file.is_regular_file()) continue;
      const std::string path = file.path().string();
      files[path.substr(Copy().size() + 1)] = ReadWholeFile(path);
    }
    return files;
  }
  void ExpectHolds(const Files& files) const {
    const Files held = InCopy();
    for (const auto& [path, bytes] : files) {
      ASSERT_TRUE(held.contains(path)) << path;
      EXPECT_EQ(held.at(path), bytes) << path;
    }
  }
  // Every file is one that the honest log has served.
  void ExpectOnly(const std::vector<Files>& logs) const {
    for (const auto& [path, bytes] : InCopy()) {
      bool is_served = false;
      for (const Files& files : logs) {
        const auto it = files.find(path);
        is_served = is_served || (it != files.end() && it->second == bytes);
      }
      EXPECT_TRUE(is_served) << path;
    }
  }
  static AuditReport AuditOf(Source* source) {
    const Policy policy = SmallPolicy();
    AuditRequest request;
    request.source = source;
    request.policy = &policy;
    request.first_use = true;
    return Audit(request);
  }
  void ExpectAuditOfCopyIsThatOf(const Files& files) const {
    FilesSource log(files);
    const auto source = OpenDirectorySource(Copy());
    ASSERT_TRUE(source);
    const AuditReport of_log = AuditOf(&log);
    const AuditReport of_copy = AuditOf(source->get());
    EXPECT_EQ(of_copy.verdict, of_log.verdict) << of_copy.reason;
    EXPECT_EQ(of_copy.note, of_log.note);
    EXPECT_EQ(of_copy.counts.entries, of_log.counts.entries);
    EXPECT_EQ(of_copy.counts.bundles, of_log.counts.bundles);
    EXPECT_EQ(of_copy.counts.tiles, of_log.counts.tiles);
    EXPECT_EQ(of_copy.counts.bytes, of_log.counts.bytes);
    EXPECT_EQ(of_copy.findings.violations(), of_log.findings.violations());
  }
  void ExpectForkIn(const std::string& evidence) const {
    ASSERT_FALSE(evidence.empty());
    const ForkReport fork = JudgeFork(ReadWholeFile(evidence), policy_);
    EXPECT_EQ(fork.verdict, Verdict::kTrue) << fork.reason;
  }

  TemporaryDirectory directory_;
  std::string evidence_ = directory_.Path("evidence");
  Policy policy_ = SmallPolicy();
  Files served_;
  Files served_later_;  // from the second time on
  std::map<std::string, Code> refused_;
  std::set<std::string> asked_;
  std::unique_ptr<CopyDirectory> copy_;
  std::unique_ptr<Mirror> mirror_;
};

TEST_F(MirrorTest, OneProcessFollowsALogThroughEverySizeThatMatters) {
  Start();
  for (const uint64_t size :
       {0u, 1u, 2u, 255u, 256u, 257u, 300u, 511u, 512u, 513u, 1000u}) {
    const Files files = SmallLog::OfSize(size).MakeFiles();
    ASSERT_TRUE(Follows(files)) << size;
    ExpectHolds(files);
    ExpectAuditOfCopyIsThatOf(files);
  }
}

TEST_F(MirrorTest, AProcessForEachPassDoesToo) {
  for (const uint64_t size : {1u, 255u, 256u, 257u, 1000u}) {
    Start(/*first_use=*/size == 1);
    const Files files = SmallLog::OfSize(size).MakeFiles();
    ASSERT_TRUE(Follows(files)) << size;
    ExpectHolds(files);
    ExpectAuditOfCopyIsThatOf(files);
  }
}

TEST_F(MirrorTest, TilesOfThreeLevelsGrowIntoEachOther) {
  Start();
  for (const uint64_t size : {65'500u, 65'536u, 65'900u}) {
    const Files files = SmallLog::OfSize(size).MakeFiles();
    ASSERT_TRUE(Follows(files)) << size;
    ExpectHolds(files);
  }
  EXPECT_TRUE(std::filesystem::exists(Copy() + "/tile/2/000.p/1"));
  EXPECT_FALSE(std::filesystem::exists(Copy() + "/tile/1/000.p"));
}

// A reader that holds a published checkpoint is given its partial files.
TEST_F(MirrorTest, PartialFilesStayUntilTheFullOneIsThere) {
  Start();
  std::vector<Files> published;
  for (const uint64_t size : {10u, 20u, 200u}) {
    published.push_back(SmallLog::OfSize(size).MakeFiles());
    ASSERT_TRUE(Follows(published.back()));
  }
  for (Files& files : published) {
    files.erase("checkpoint");
    ExpectHolds(files);
  }
  ASSERT_TRUE(Follows(SmallLog::OfSize(300).MakeFiles()));
  for (const char* const gone : {"/tile/0/000.p", "/tile/entries/000.p"}) {
    EXPECT_FALSE(std::filesystem::exists(Copy() + gone)) << gone;
  }
  EXPECT_TRUE(std::filesystem::exists(Copy() + "/tile/0/001.p/44"));
}

TEST_F(MirrorTest, WhatIsThereIsNotFetchedAgain) {
  Start();
  const Files files = SmallLog::OfSize(1000).MakeFiles();
  ASSERT_TRUE(Follows(files));
  // As kill -9 leaves it before the end: files, and no checkpoint.
  std::filesystem::remove(Copy() + "/checkpoint");
  std::filesystem::remove(Copy() + "/tile/entries/001");
  WriteWholeFile(Copy() + "/tile/0/002.new", "half");
  Start();
  ASSERT_TRUE(Follows(files));
  EXPECT_EQ(asked_, (std::set<std::string>{"checkpoint", "redactions",
                                           "tile/entries/001"}));
  ExpectHolds(files);
  // The next pass of the same process looks at nothing that stands.
  const Files more = SmallLog::OfSize(1030).MakeFiles();
  ASSERT_TRUE(Follows(more));
  EXPECT_EQ(asked_,
            (std::set<std::string>{
                "checkpoint", "redactions", "tile/0/003", "tile/0/004.p/6",
                "tile/1/000.p/4", "tile/entries/003", "tile/entries/004.p/6"}));
  ASSERT_TRUE(Follows(more));
  EXPECT_EQ(asked_, (std::set<std::string>{"checkpoint", "redactions"}));
}

TEST_F(MirrorTest, DamagedFilesAreFetchedAnew) {
  const Files files = SmallLog::OfSize(700).MakeFiles();
  Start();
  ASSERT_TRUE(Follows(files));
  for (const auto& [path, bytes] : files) {
    if (path == "checkpoint") continue;
    for (const std::string& damaged :
         {std::string(), bytes.substr(1), bytes.substr(0, bytes.size() / 2),
          std::string(bytes.size(), '\0'), bytes + "x"}) {
      WriteWholeFile(Copy() + "/" + path, damaged);
      Start(/*first_use=*/false);
      ASSERT_TRUE(Follows(files)) << path;
      ASSERT_EQ(ReadWholeFile(Copy() + "/" + path), bytes) << path;
    }
  }
  ExpectHolds(files);
}

// The bytes of every file, one at a time, in a log that grew.
TEST_F(MirrorTest, AFlippedByteIsRefusedAndNamedAndNothingOfItIsKept) {
  const Files before = SmallLog::OfSize(300).MakeFiles();
  const Files now = SmallLog::OfSize(700).MakeFiles();
  Start();
  ASSERT_TRUE(Follows(before));
  for (const auto& [path, bytes] : now) {
    for (const size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      served_ = now;
      served_[path][at] = static_cast<char>(served_[path][at] ^ 1);
      std::filesystem::remove_all(Copy() + "/tile");
      WriteFiles(before, Copy());
      Start(/*first_use=*/false);
      const MirrorReport report = PassTwice();
      // What already stands, and is right, is not asked for.
      if (report.verdict == Verdict::kTrue) {
        EXPECT_FALSE(asked_.contains(path)) << path;
        ExpectHolds(now);
        continue;
      }
      // A bundle that no longer parses could be any page.
      const bool is_tile =
          path.starts_with("tile/") && !path.starts_with("tile/entries/");
      EXPECT_NE(report.verdict, Verdict::kTrue) << path;
      if (is_tile) {
        EXPECT_EQ(report.verdict, Verdict::kFalse) << path;
      }
      EXPECT_FALSE(report.place.empty()) << path;
      EXPECT_FALSE(report.published);
      ExpectHolds(before);
      ExpectOnly({before, now});
    }
  }
}

TEST_F(MirrorTest, AMissingFileIsRefusedAndTheNextPassMends) {
  const Files now = SmallLog::OfSize(300).MakeFiles();
  for (const auto& [path, bytes] : now) {
    std::filesystem::remove_all(Copy());
    Start();
    served_ = now;
    served_.erase(path);
    const bool is_checkpoint = path == "checkpoint";
    const MirrorReport report = is_checkpoint ? Pass() : PassTwice();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell);
    EXPECT_NE(report.place.find(is_checkpoint ? "checkpoint" : "tile/"),
              std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(Copy() + "/checkpoint"));
    EXPECT_TRUE(Follows(now));
  }
}

// ---- the checkpoint

TEST_F(MirrorTest, AForkIsRefusedWithEvidenceAndNothingIsWritten) {
  const uint64_t size = 300;
  for (const uint64_t forked_size : {300u, 301u, 700u, 299u, 256u, 130u}) {
    for (const bool same_process : {false, true}) {
      std::filesystem::remove_all(Copy());
      Start();
      ASSERT_TRUE(Follows(SmallLog::OfSize(size).MakeFiles()));
      if (!same_process) Start(/*first_use=*/false);
      const Files before = InCopy();
      SmallLog forked = SmallLog::OfSize(forked_size);
      forked.entries[128] = SmallEntry(1'000'000);
      served_ = forked.MakeFiles();
      // The log withholds, once asked, what would prove it.
      served_later_ = served_;
      for (auto& [path, bytes] : served_later_) bytes.clear();
      const MirrorReport report = Pass();
      served_later_.clear();
      EXPECT_EQ(report.verdict, Verdict::kFalse) << forked_size;
      EXPECT_FALSE(report.may_pass);
      EXPECT_EQ(InCopy(), before);
      ExpectForkIn(report.evidence);
      // The honest log goes on in the same directory.
      EXPECT_TRUE(Follows(SmallLog::OfSize(size + 10).MakeFiles()));
    }
  }
}

TEST_F(MirrorTest, EvidenceThatCannotBeWrittenIsHandedOver) {
  evidence_ = directory_.Path("no/such/folder");
  Start();
  ASSERT_TRUE(Follows(SmallLog::OfSize(300).MakeFiles()));
  SmallLog forked = SmallLog::OfSize(700);
  forked.entries[128] = SmallEntry(1'000'000);
  served_ = forked.MakeFiles();
  const MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(report.evidence, "");
  EXPECT_NE(report.reason.find("evidence not kept"), std::string::npos);
  EXPECT_EQ(JudgeFork(report.unkept, policy_).verdict, Verdict::kTrue);
}

TEST_F(MirrorTest, AnEarlierStateOfTheSameLogIsNoForkAndChangesNothing) {
  Start();
  ASSERT_TRUE(Follows(SmallLog::OfSize(700).MakeFiles()));
  const Files before = InCopy();
  for (const uint64_t size : {0u, 1u, 256u, 300u, 699u}) {
    served_ = SmallLog::OfSize(size).MakeFiles();
    const MirrorReport report = Pass();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << size;
    EXPECT_TRUE(report.may_pass) << report.reason;
    EXPECT_TRUE(report.evidence.empty());
    EXPECT_EQ(InCopy(), before);
  }
}

TEST_F(MirrorTest, ACheckpointThatIsNotTrustedIsNotCopied) {
  Start();
  SmallLog other = SmallLog::OfSize(5);
  other.key = SmallLogOtherKey();
  served_ = other.MakeFiles();
  EXPECT_EQ(PassTwice().verdict, Verdict::kCannotTell) << "a new key, perhaps";
  policy_ = *ParsePolicy(SmallWitnessedPolicyText());
  served_ = SmallLog::OfSize(5).MakeFiles();
  const MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.may_pass);
  EXPECT_NE(report.reason.find("not witnessed yet"), std::string::npos);
  EXPECT_EQ(InCopy(), Files{});
}

// A site that is down answers everything with a page.
TEST_F(MirrorTest, APageInsteadOfAFileIsNoLieHoweverLong) {
  const Files files = SmallLog::OfSize(300).MakeFiles();
  for (const std::string path :
       {"checkpoint", "redactions", "tile/0/000", "tile/entries/000"}) {
    std::filesystem::remove_all(Copy());
    Start();
    served_ = files;
    served_[path] = "<html>back soon</html>";
    const MirrorReport report = Pass();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << path;
    EXPECT_TRUE(report.may_pass);
    ASSERT_TRUE(Follows(files)) << path;
    served_[path] = "<html>back soon</html>";
    EXPECT_EQ(PassTwice().verdict,
              path.starts_with("tile") ? Verdict::kTrue : Verdict::kCannotTell);
  }
}

// Only where it is not there, or is said so in other words: else what the log
// redacted would not be taken out.
TEST_F(MirrorTest, AListThatIsNotGivenAwayIsNone) {
  Start();
  refused_[kRedactionsPath] = Code::kForbidden;
  ASSERT_TRUE(Follows(SmallLog::OfSize(5).MakeFiles()));
  refused_[kRedactionsPath] = Code::kUnavailable;
  const MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(report.place, kRedactionsPath);
  EXPECT_FALSE(report.looks_false);
}

TEST_F(MirrorTest, WithoutACheckpointToContinueItMustBeTheFirstTime) {
  Start(/*first_use=*/false);
  served_ = SmallLog::OfSize(5).MakeFiles();
  MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_FALSE(report.may_pass);
  EXPECT_NE(report.reason.find("--first-use"), std::string::npos);
  EXPECT_EQ(InCopy(), Files{});

  WriteWholeFile(Copy() + "/checkpoint", "not a note");
  Start(/*first_use=*/true);
  report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(report.reason.find("another directory"), std::string::npos);
}

TEST_F(MirrorTest, TwoDoNotWorkInOneDirectory) {
  Start();
  const auto second = CopyDirectory::Open(Copy() + "/");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another mirror"), std::string::npos);
}

TEST_F(MirrorTest, ItGivesUpWhenToldToAndLosesNothing) {
  const Files files = SmallLog::OfSize(1000).MakeFiles();
  Start();
  std::atomic<bool> stop = false;
  MirrorRequest request;
  request.open = [&]() -> Result<std::unique_ptr<Source>> {
    return std::make_unique<FilesSource>(files);
  };
  request.copy = copy_.get();
  request.policy = &policy_;
  request.first_use = true;
  request.stop = &stop;
  request.progress = [&](const std::string&, uint64_t done, uint64_t) {
    stop = done >= 512;
  };
  const MirrorReport report = Mirror(request).Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(report.reason, "interrupted");
  ExpectOnly({files});
  EXPECT_GE(InCopy().size(), 4u);
  EXPECT_TRUE(Follows(files));
  EXPECT_FALSE(asked_.contains("tile/entries/000"));
}

// SIGTERM while the pass ran that found it.
TEST_F(MirrorTest, AStopDoesNotTakeBackAProvedFork) {
  Start();
  ASSERT_TRUE(Follows(SmallLog::OfSize(300).MakeFiles()));
  mirror_.reset();
  copy_.reset();
  SmallLog forked = SmallLog::OfSize(300);
  forked.entries[7] = SmallEntry(1'000'000);
  MirrorOptions options;
  options.target = directory_.Path("log");
  options.directory = Copy();
  options.policy = directory_.Path("policy");
  options.json = true;
  std::filesystem::create_directory(options.target);
  WriteFiles(forked.MakeFiles(), options.target);
  WriteWholeFile(options.policy, SmallPolicyText());
  const std::atomic<bool> stop = true;
  EXPECT_EQ(RunMirror(options, &stop), Verdict::kFalse);
}

// ---- redactions

v1::Action RedactionOf(const RecordLog& log, uint64_t index,
                       const std::string& puid) {
  v1::Action action = RecordOf(v1::KIND_LEAF_REDACTED, puid);
  action.add_about_index(index);
  action.mutable_redaction()->set_leaf_hash(
      std::string(AsText(log.LeafHash(index))));
  action.mutable_redaction()->set_action_hash(
      std::string(AsText(log.ActionHash(index))));
  return action;
}

// 300 takedowns, of which entries 1 and 299 get redacted by 300 and 301.
class MirrorRedactionTest : public MirrorTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 300; ++i) {
      log_.Add(Takedown(i == 1 || i == 299 ? "jane-doe-" + std::to_string(i)
                                           : "p-" + std::to_string(i)));
    }
    before_ = log_.MakeFiles();
    before_[kRedactionsPath] = "";
    log_.Add(RedactionOf(log_, 1, "r-1"));
    log_.Add(RedactionOf(log_, 299, "r-2"));
    now_ = log_.MakeFiles({1, 299});
    now_[kRedactionsPath] = FormatRedactionList(
        {{1, 300, log_.LeafHash(1)}, {299, 301, log_.LeafHash(299)}});
  }
  void ExpectForgotten() const {
    for (const auto& [path, bytes] : InCopy()) {
      EXPECT_EQ(bytes.find("jane-doe"), std::string::npos) << path;
    }
  }

  RecordLog log_;
  Files before_;
  Files now_;
};

TEST_F(MirrorRedactionTest, WhatWasCopiedBeforeIsTakenOut) {
  for (const bool same_process : {false, true}) {
    std::filesystem::remove_all(Copy());
    Start();
    ASSERT_TRUE(Follows(before_));
    if (!same_process) Start(/*first_use=*/false);
    served_ = now_;
    const MirrorReport report = Pass();
    ASSERT_EQ(report.verdict, Verdict::kTrue) << report.reason;
    EXPECT_EQ(report.redacted, 2u);
    EXPECT_EQ(report.taken_out, 2u);
    ExpectHolds(now_);
    ExpectForgotten();
    ExpectAuditOfCopyIsThatOf(now_);
    ASSERT_TRUE(Follows(now_));
    Start(/*first_use=*/false);
    ASSERT_TRUE(Follows(now_)) << "the next process finds it as it is";
    EXPECT_EQ(asked_, (std::set<std::string>{"checkpoint", "redactions"}));
  }
}

TEST_F(MirrorRedactionTest, WhatWasRedactedBeforeIsCopiedSo) {
  Start();
  ASSERT_TRUE(Follows(now_));
  ExpectHolds(now_);
  ExpectAuditOfCopyIsThatOf(now_);
}

// Also where the log's own files have the bytes still.
TEST_F(MirrorRedactionTest, TheListIsObeyedWhateverTheBundlesHold) {
  Files late = log_.MakeFiles();
  late[kRedactionsPath] = now_[kRedactionsPath];
  Start();
  ASSERT_TRUE(Follows(late));
  ExpectHolds(now_);
  ExpectForgotten();
}

// After kill -9 between the checkpoint and the taking out.
TEST_F(MirrorRedactionTest, WhatWasNotTakenOutInTimeIsTakenOutLater) {
  Start();
  ASSERT_TRUE(Follows(now_));
  WriteFiles(log_.MakeFiles(), Copy());
  std::filesystem::remove(Copy() + "/redactions");
  Start(/*first_use=*/false);
  ASSERT_TRUE(Follows(now_));
  ExpectHolds(now_);
  ExpectForgotten();
}

TEST_F(MirrorRedactionTest, AnEmptySlotThatNothingExplainsIsALoss) {
  for (const std::string& list :
       {std::string(), FormatRedactionList({{299, 301, log_.LeafHash(299)}})}) {
    std::filesystem::remove_all(Copy());
    Start();
    served_ = now_;
    served_[kRedactionsPath] = list;
    const MirrorReport report = PassTwice();
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    EXPECT_EQ(report.place, "entry 1") << report.reason;
    EXPECT_FALSE(InCopy().contains("tile/entries/000"));
    EXPECT_FALSE(InCopy().contains("checkpoint"));
  }
}

TEST_F(MirrorRedactionTest, AStopEndsTheLookAtThem) {
  Start();
  served_ = now_;
  const std::atomic<bool> stop = true;
  MirrorRequest request;
  request.open = [this]() -> Result<std::unique_ptr<Source>> {
    return std::make_unique<FilesSource>(now_);
  };
  request.copy = copy_.get();
  request.policy = &policy_;
  request.first_use = true;
  request.stop = &stop;
  const MirrorReport report = Mirror(request).Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(report.reason, "interrupted");
  EXPECT_EQ(report.place, "entry 300") << "a redaction, not the first bundle";
}

// From the right edge each of them leads to the same tile on the left.
TEST_F(MirrorTest, ATileToWhichManyRedactionsLeadIsHeldOnce) {
  RecordLog log;
  for (uint64_t i = 0; i < 65'600; ++i) log.entries().push_back(SmallEntry(i));
  std::vector<RedactionLine> lines;
  for (uint64_t entry = 0; entry < 20; ++entry) {
    const Hash hash = log.LeafHash(entry);
    v1::Action redaction =
        RecordOf(v1::KIND_LEAF_REDACTED, "r-" + std::to_string(entry));
    redaction.add_about_index(entry);
    redaction.mutable_redaction()->set_leaf_hash(std::string(AsText(hash)));
    lines.push_back({entry, log.Add(redaction), hash});
  }
  const Files files = log.MakeFiles();
  Start();
  served_ = files;
  served_[kRedactionsPath] = FormatRedactionList(lines);
  const MirrorReport report = Pass();
  ASSERT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.files_written + report.files_kept,
            files.size() - 1 - files.count(kRedactionsPath))
      << "each but the checkpoint, once";
}

// The bundle is of now, the checkpoint and the list are of some cache.
TEST_F(MirrorRedactionTest, AnEmptySlotThatIsExplainedLaterIsNoLoss) {
  Start();
  served_ = before_;
  served_["tile/entries/000"] = now_["tile/entries/000"];
  const MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.may_pass);
  EXPECT_EQ(report.place, "entry 1") << report.reason;
  ASSERT_TRUE(Follows(now_));
  ExpectHolds(now_);
}

TEST_F(MirrorRedactionTest, ASlotThatOnlyTheCopyLostIsFetchedAnew) {
  const std::string path = "tile/entries/000";
  const Files whole = log_.MakeFiles();
  const std::string emptied = log_.MakeFiles({5}).at(path);
  Start();
  ASSERT_TRUE(Follows(whole));
  WriteWholeFile(Copy() + "/" + path, emptied);
  Start(/*first_use=*/false);
  refused_[path] = Code::kUnavailable;
  const MirrorReport report = Pass();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(report.reason, "refused");
  EXPECT_FALSE(report.looks_false);
  refused_.clear();
  ASSERT_TRUE(Follows(whole));
  ExpectHolds(whole);
}

TEST_F(MirrorRedactionTest, ALineThatNoEntryBearsOutIsRefused) {
  const Hash right = log_.LeafHash(1);
  const std::vector<RedactionLine> lies = {
      {1, 299, right},                 // a takedown
      {1, 301, right},                 // redacts another
      {2, 300, log_.LeafHash(2)},      // so
      {1, 300, log_.LeafHash(2)},      // another hash
      {300, 301, log_.LeafHash(300)},  // redacts another
  };
  for (const RedactionLine& lie : lies) {
    std::filesystem::remove_all(Copy());
    Start();
    ASSERT_TRUE(Follows(before_));
    const Files before = InCopy();
    served_ = log_.MakeFiles();
    served_[kRedactionsPath] = FormatRedactionList({lie});
    const MirrorReport report = PassTwice();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << lie.entry << lie.redaction;
    EXPECT_EQ(report.place, "redactions") << report.reason;
    EXPECT_EQ(InCopy(), before);
  }
  served_[kRedactionsPath] = "nonsense\n";
  EXPECT_EQ(Pass().verdict, Verdict::kCannotTell);
}

// A redaction whose entry says another hash than the tree has.
TEST_F(MirrorRedactionTest, ARedactionOfAnotherHashIsRefused) {
  v1::Action wrong = RedactionOf(log_, 5, "r-3");
  wrong.mutable_redaction()->set_leaf_hash(
      std::string(AsText(log_.LeafHash(6))));
  const uint64_t at = log_.Add(wrong);
  Start();
  served_ = log_.MakeFiles();
  served_[kRedactionsPath] = FormatRedactionList({{5, at, log_.LeafHash(6)}});
  EXPECT_EQ(PassTwice().verdict, Verdict::kFalse);
  EXPECT_EQ(InCopy(), Files{});
}

// The log redacts while it is copied: the list and the checkpoint that were
// fetched first are older than the bundle.
TEST_F(MirrorRedactionTest, ARedactionInTheMiddleOfAPassIsFollowed) {
  Start();
  served_ = before_;
  for (const auto& [path, bytes] : now_) {
    if (!served_.contains(path)) served_[path] = bytes;
  }
  // The first bundles are empty at 1 already, as a log does it.
  served_["tile/entries/000"] = now_["tile/entries/000"];
  served_later_["checkpoint"] = now_["checkpoint"];
  served_later_["redactions"] = now_["redactions"];
  const MirrorReport report = Pass();
  ASSERT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.trusted->checkpoint.tree.size, 302u);
  ExpectHolds(now_);
}

}  // namespace
}  // namespace modlog::mirror_test
