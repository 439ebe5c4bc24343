// If these fail, somebody who watches a log is told that all is well while it
// shows others another history, or is alarmed by an honest one.

#include "verifier/watch/watcher.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/audit/record_log.h"
#include "tests/watch/watched_log.h"
#include "verifier/evidence/fork.h"
#include "verifier/source/directory_source.h"
#include "verifier/source/trust.h"

namespace modlog::watcher_test {
namespace {

constexpr uint64_t kNow = 1'800'000'000;

// A directory of which some paths cannot be reached.
class PartlyReached : public Source {
 public:
  PartlyReached(std::unique_ptr<Source> all, std::string unreached)
      : all_(std::move(all)), unreached_(std::move(unreached)) {}
  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    if (!unreached_.empty() && path.starts_with(unreached_)) {
      return Fail(Code::kUnavailable, "HTTP status 503");
    }
    return all_->Fetch(path, size_max, out);
  }
  std::string name() const override { return all_->name(); }

 private:
  const std::unique_ptr<Source> all_;
  const std::string unreached_;
};

v1::Action Succession(v1::SuccessionOp op, const SignerKey& named) {
  v1::Action action =
      RecordOf(v1::KIND_SUCCESSION,
               op == v1::SUCCESSION_OP_SUCCEEDS ? "succeeds" : "succeeded-by");
  action.mutable_succession()->set_op(op);
  action.mutable_succession()->set_log(FormatVerifierKey(named.verifier));
  return action;
}

// EndedAt is a log with an entry that says by whom it is succeeded, and perhaps
// with others behind it, which it must not have.
SmallLog EndedAt(uint64_t entry, uint64_t size) {
  RecordLog log;
  for (uint64_t n = 0; n < size; ++n) {
    if (n == entry) {
      log.Add(Succession(v1::SUCCESSION_OP_SUCCEEDED_BY, SuccessorKey()), "");
    } else {
      log.Add(Takedown(std::to_string(n)));
    }
  }
  return log.log();
}
SmallLog Ended() { return EndedAt(10, 11); }

// SuccessorOf is a log of 21 entries that names `ended` as its predecessor.
SmallLog SuccessorOf(const SmallLog& ended) {
  RecordLog log;
  log.log().key = SuccessorKey();
  log.log().origin = log.log().key.verifier.name;
  v1::Action first = Succession(v1::SUCCESSION_OP_SUCCEEDS, ended.key);
  first.mutable_succession()->set_size(ended.entries.size());
  first.mutable_succession()->set_root(std::string(AsText(ended.Head().root)));
  log.Add(first, "");
  for (int n = 0; n < 20; ++n) log.Add(Takedown(std::to_string(n)));
  return log.log();
}

class WatcherTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string& path : {Evidence(), Friend(), Friend2()}) {
      std::filesystem::create_directory(path);
    }
    UsePolicy(SmallPolicyText());
  }

  std::string Log() const { return directory_.Path("log"); }
  std::string Mirror() const { return directory_.Path("mirror"); }
  std::string Friend() const { return directory_.Path("friend"); }
  std::string Friend2() const { return directory_.Path("friend2"); }
  std::string State() const { return directory_.Path("state"); }
  std::string Evidence() const { return directory_.Path("evidence"); }

  void UsePolicy(const std::string& text) { policy_ = *ParsePolicy(text); }

  // A quorum of two of three witnesses.
  void UseQuorum() {
    std::string text = "log " + FormatVerifierKey(SmallLogKey().verifier);
    for (size_t n = 0; n < 3; ++n) {
      text += "\nwitness w" + std::to_string(n) + " " +
              FormatVerifierKey(WatchWitnessKey(n).verifier);
    }
    UsePolicy(text + "\ngroup g 2 w0 w1 w2\nquorum g\n");
  }

  Watcher& watcher() {
    if (watcher_) return *watcher_;
    memory_ = *Memory::Open(State(), Memory::IfMissing::kCreate);
    memory_->KeepEvidenceIn(Evidence());
    WatchRequest request;
    request.open = [this](const Deadline*) -> Result<std::unique_ptr<Source>> {
      ASSIGN_OR_RETURN(auto log, OpenDirectorySource(Log()));
      return std::make_unique<PartlyReached>(std::move(log), unreached_);
    };
    request.policy = &policy_;
    request.memory = memory_.get();
    request.state = State();
    request.evidence = Evidence();
    request.peers = peers_;
    request.first_use = true;
    request.predecessor = predecessor_;
    request.max_age_s = 3'600;
    request.audit_every_s = audit_every_s_;
    request.stop = &stop_;
    request.now_s = [this] { return now_s_; };
    watcher_.emplace(std::move(request));
    return *watcher_;
  }
  WatchReport Look() { return watcher().Look(); }
  // As a process that was ended and started again.
  void Restart() {
    watcher_.reset();
    memory_.reset();
  }

  void AddPeer(PeerKind kind, const std::string& target) {
    peers_.push_back(*ParsePeer(kind, target));
  }

  // What follows is the successor of Ended().
  void FollowSuccessor() {
    const SmallLog ended = Ended();
    UsePolicy(SmallPolicyText() + "log " +
              FormatVerifierKey(SuccessorKey().verifier) + "\n");
    predecessor_ = NamedLog{.vkey = FormatVerifierKey(ended.key.verifier),
                            .size = ended.entries.size(),
                            .root = std::string(AsText(ended.Head().root))};
  }

  // The only evidence there is, judged.
  Verdict JudgedEvidence() const {
    const auto names = NamesIn(Evidence());
    EXPECT_EQ(names.size(), 1u) << testing::PrintToString(names);
    if (names.size() != 1) return Verdict::kCannotTell;
    return JudgeFork(ReadWholeFile(Evidence() + "/" + names[0]), policy_)
        .verdict;
  }

  static std::string Words(const WatchReport& report) {
    std::string words;
    for (const Problem& problem : report.problems) {
      words += problem.place + ": " + problem.reason + "\n";
    }
    return words;
  }

  TemporaryDirectory directory_;
  Policy policy_;
  std::vector<Peer> peers_;
  std::string unreached_;  // paths of the log that begin so
  std::optional<NamedLog> predecessor_;
  uint64_t audit_every_s_ = 0;
  uint64_t now_s_ = kNow;
  std::atomic<bool> stop_ = false;
  std::unique_ptr<Memory> memory_;
  std::optional<Watcher> watcher_;
};

// ---- the log

TEST_F(WatcherTest, AnHonestLogIsFollowedAndOnlyWhatIsNewIsRead) {
  const SmallLog log = SmallLog::OfSize(1'000);
  Serve(log, 300, Log());
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_TRUE(report.whole);
  EXPECT_EQ(report.checked, 300u);
  EXPECT_TRUE(report.remembered);

  uint64_t before = 300;
  for (const uint64_t size : {300u, 301u, 512u, 513u, 1'000u}) {
    Serve(log, size, Log());
    report = Look();
    EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
    EXPECT_FALSE(report.whole);
    EXPECT_EQ(report.size_before, before);
    EXPECT_EQ(report.checked, size - before);
    before = size;
    Restart();  // what is remembered is on the disk
  }
  EXPECT_TRUE(NamesIn(Evidence()).empty());
}

// Bundles before the new entries are not fetched: they need not be there.
TEST_F(WatcherTest, OldBundlesAreLeftAloneUntilAnAuditIsDue) {
  const SmallLog log = SmallLog::OfSize(1'000);
  audit_every_s_ = 86'400;
  Serve(log, 600, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Serve(log, 1'000, Log());
  std::filesystem::remove(Log() + "/tile/entries/000");
  now_s_ += 86'399;
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  now_s_ += 1;
  WatchReport report = Look();
  EXPECT_TRUE(report.whole);
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell) << "pruned, perhaps";
}

TEST_F(WatcherTest, AWrongNewEntryIsFalseTheSecondTimeAndIsNotRemembered) {
  const SmallLog log = SmallLog::OfSize(1'000);
  Serve(log, 600, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Serve(log, 1'000, Log());
  const std::string path = Log() + "/tile/entries/003.p/232";
  std::string bundle = ReadWholeFile(path);
  bundle.back() ^= 1;
  WriteWholeFile(path, bundle);
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.look_again);
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_NE(Words(report).find("entry 999"), std::string::npos)
      << Words(report);
  EXPECT_EQ(watcher().latest()->checkpoint.tree.size, 600u);

  // It was a cache, and is over.
  Serve(log, 1'000, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  EXPECT_EQ(watcher().latest()->checkpoint.tree.size, 1'000u);
}

TEST_F(WatcherTest, ANewEntryThatBreaksARuleIsFalseAtOnce) {
  SmallLog log = SmallLog::OfSize(700);
  Serve(log, 600, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  log.entries[650] = MakeEntry(1, "platform.example", "p-650");  // 1970
  log.entries[660] = "no entry at all";
  Serve(log, 700, Log());
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_NE(Words(report).find("entry 650: rule logged_at"), std::string::npos)
      << Words(report);
  EXPECT_NE(Words(report).find("2 violations"), std::string::npos);
}

// Among the new entries, and in the first audit of all; also where the whole
// log is not to be audited again.
TEST_F(WatcherTest, ABrokenRuleIsFalseAgainAfterEachStart) {
  SmallLog log = SmallLog::OfSize(700);
  log.entries[650] = MakeEntry(1, "platform.example", "p-650");  // 1970
  for (const uint64_t audit_every_s : {0u, 86'400u}) {
    audit_every_s_ = audit_every_s;
    for (const uint64_t before : {600u, 700u}) {
      std::filesystem::remove_all(State());
      Serve(log, before, Log());
      EXPECT_EQ(Look().verdict,
                before == 600 ? Verdict::kTrue : Verdict::kFalse);
      Serve(log, 700, Log());
      for (int start = 0; start < 3; ++start) {
        Restart();
        const WatchReport report = Look();
        EXPECT_EQ(report.verdict, Verdict::kFalse) << before << " " << start;
      }
      Restart();
    }
  }
}

// Whoever starts again reads the last entry, and bundles with others.
TEST_F(WatcherTest, WhatTheLastBundleShowsIsSaid) {
  const SmallLog log = EndedAt(10, 12);
  Serve(log, 10, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  // Remembered by somebody who looks at no rules.
  WriteFiles(
      {{FormatHex(Sha256(AsBytes(std::string(kSmallOrigin)))) + ".checkpoint",
        log.Checkpoint()}},
      State());
  Restart();
  Serve(log, 12, Log());
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
  EXPECT_NE(Words(report).find("entry 11: rule succession"), std::string::npos);
}

// Behind a cache the bundle may be newer than the checkpoint, whose tree has no
// redaction yet.
TEST_F(WatcherTest, AnEmptySlotIsFalseTheSecondTime) {
  const SmallLog log = SmallLog::OfSize(300);
  SmallLog emptied = log;
  emptied.entries[295].clear();
  for (const uint64_t before : {0u, 290u}) {
    Restart();
    std::filesystem::remove_all(State());
    if (before > 0) {
      Serve(log, before, Log());
      ASSERT_EQ(Look().verdict, Verdict::kTrue);
    }
    Serve(log, 300, Log());
    WriteFiles({{"tile/entries/001.p/44",
                 emptied.MakeFiles().at("tile/entries/001.p/44")}},
               Log());
    WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Words(report);
    EXPECT_TRUE(report.look_again);
    report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    EXPECT_NE(Words(report).find("entry 295: is empty"), std::string::npos);
  }
}

// What was seen ends with a bundle, or before or behind its end.
TEST_F(WatcherTest, TheFirstNewEntryIsHeldAgainstTheOneBeforeIt) {
  for (const uint64_t before : {255u, 256u, 257u}) {
    Restart();
    std::filesystem::remove_all(State());
    SmallLog log = SmallLog::OfSize(300);
    log.entries[before] = MakeEntry(1'767'225'600'000, "platform.example", "q");
    Serve(log, before, Log());
    ASSERT_EQ(Look().verdict, Verdict::kTrue);
    Serve(log, 300, Log());
    WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << before;
    EXPECT_NE(Words(report).find("rule logged_at"), std::string::npos);

    Restart();
    std::filesystem::remove_all(State());
    log = EndedAt(before - 1, 300);
    Serve(log, before, Log());
    ASSERT_EQ(Look().verdict, Verdict::kTrue);
    Serve(log, 300, Log());
    report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << before;
    EXPECT_NE(Words(report).find("rule succession"), std::string::npos);
  }
}

TEST_F(WatcherTest, AForkOfWhatWasSeenIsFalseAtOnceAndProved) {
  for (const uint64_t now : {300u, 301u, 700u}) {
    Restart();
    std::filesystem::remove_all(State());
    for (const auto& name : NamesIn(Evidence())) {
      std::filesystem::remove(Evidence() + "/" + name);
    }
    Serve(SmallLog::OfSize(300), 300, Log());
    ASSERT_EQ(Look().verdict, Verdict::kTrue);
    Serve(Forked(now, 128), now, Log());
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << now;
    EXPECT_EQ(JudgedEvidence(), Verdict::kTrue) << now;
    EXPECT_EQ(watcher().latest()->checkpoint.tree,
              SmallLog::OfSize(300).Head());
  }
}

TEST_F(WatcherTest, ALogThatServesLessThanItDidIsFalseTheSecondTime) {
  const SmallLog log = SmallLog::OfSize(300);
  Serve(log, 300, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Serve(log, 200, Log());
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.look_again);
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_NE(Words(report).find("took back"), std::string::npos);
  EXPECT_EQ(JudgedEvidence(), Verdict::kFalse) << "both notes, and no fork";

  // An older copy that was served once is none.
  Restart();
  Serve(log, 200, Log());
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  Serve(log, 300, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

// The second time the log has grown, but not as the one that was seen.
TEST_F(WatcherTest, WhatIsHeldIsComparedOnceTheLogHasReachedIt) {
  AddPeer(PeerKind::kWatcher, Friend());
  Serve(SmallLog::OfSize(300), 300, Log());
  ShowTo(Friend(), Forked(350, 320).Checkpoint());
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_TRUE(report.look_again);
  EXPECT_EQ(report.peers[0].state, PeerState::kAhead);
  // The peer has forgotten it by now.
  ShowTo(Friend(), SmallLog::OfSize(300).Checkpoint());
  Serve(SmallLog::OfSize(400), 400, Log());
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

TEST_F(WatcherTest, ALogThatIsNotThereOrIsNoneCannotTellAndIsAskedAgain) {
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_TRUE(report.unreachable);
  Serve(SmallLog::OfSize(10), 10, Log(), "<html>maintenance</html>");
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell) << "still no checkpoint";
  Serve(SmallLog::OfSize(10), 10, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

TEST_F(WatcherTest, AQuorumThatIsMissingIsNotRemembered) {
  UseQuorum();
  const SmallLog log = SmallLog::OfSize(310);
  Serve(log, 300, Log(), CosignedAt(log, 300, {kNow}));
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_FALSE(report.whole) << "all of it would be read at each look";
  EXPECT_FALSE(watcher().latest());
  Serve(log, 300, Log(), CosignedAt(log, 300, {kNow, kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  Serve(log, 310, Log(), CosignedAt(log, 310, {0, kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  EXPECT_EQ(watcher().latest()->checkpoint.tree.size, 300u);
}

TEST_F(WatcherTest, TheAgeIsThatOfTheNewestQuorum) {
  UseQuorum();
  const SmallLog log = SmallLog::OfSize(20);
  const auto look = [&](const std::vector<uint64_t>& times) {
    Serve(log, 20, Log(), CosignedAt(log, 20, times));
    return Look();
  };
  EXPECT_EQ(look({kNow, kNow}).verdict, Verdict::kTrue);
  WatchReport report = look({kNow - 10'000, kNow - 3'600, kNow});
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_EQ(report.cosigned_s, kNow - 3'600);
  report = look({kNow - 10'000, kNow - 3'601, kNow});
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(Words(report).find("stale"), std::string::npos);
  EXPECT_TRUE(report.remembered) << "an old checkpoint is still one";
}

// ---- the others

TEST_F(WatcherTest, OthersThatSawTheSameLogAgreeWhateverTheirSize) {
  const SmallLog log = SmallLog::OfSize(600);
  AddPeer(PeerKind::kMirror, Mirror());
  AddPeer(PeerKind::kWatcher, Friend());
  AddPeer(PeerKind::kWatcher, Friend2());
  Serve(log, 600, Log());
  Serve(log, 257, Mirror());
  ShowTo(Friend(), log.CheckpointAt(600));
  ShowTo(Friend2(), log.CheckpointAt(0));
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  for (const PeerReport& peer : report.peers) {
    EXPECT_EQ(peer.state, PeerState::kAgrees) << peer.name;
  }
  EXPECT_FALSE(report.look_again);
}

TEST_F(WatcherTest, TheOtherSideOfASplitViewIsFoundAtAnySize) {
  AddPeer(PeerKind::kWatcher, Friend());
  Serve(SmallLog::OfSize(600), 600, Log());
  ASSERT_EQ(Look().peers[0].state, PeerState::kHasNone);
  for (const uint64_t size : {129u, 256u, 257u, 512u, 599u, 600u}) {
    ShowTo(Friend(), Forked(size, 128).Checkpoint());
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << size;
    EXPECT_EQ(report.peers[0].state, PeerState::kContradicts);
    EXPECT_EQ(JudgedEvidence(), Verdict::kTrue) << size;
    std::filesystem::remove(Evidence() + "/" + NamesIn(Evidence())[0]);
  }
  // The two have 128 entries in common.
  ShowTo(Friend(), Forked(600, 128).CheckpointAt(128));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

TEST_F(WatcherTest, AMirrorOfALargerForkProvesItByItsOwnTiles) {
  AddPeer(PeerKind::kMirror, Mirror());
  Serve(SmallLog::OfSize(300), 300, Log());
  Serve(Forked(700, 10), 700, Mirror());
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

TEST_F(WatcherTest, APeerThatStaysAheadOfTheLogShowsARollback) {
  AddPeer(PeerKind::kWatcher, Friend());
  const SmallLog log = SmallLog::OfSize(600);
  Serve(log, 300, Log());
  ShowTo(Friend(), log.Checkpoint());
  WatchReport report = Look();
  EXPECT_TRUE(report.look_again);
  EXPECT_EQ(report.verdict, Verdict::kTrue);
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_NE(Words(report).find("took back or hides"), std::string::npos);
  EXPECT_EQ(NamesIn(Evidence()).size(), 1u);
}

// It has no quorum's signatures, and is a signed fork for that.
TEST_F(WatcherTest, WhatALogServedUnwitnessedIsHeldAgainstIt) {
  UseQuorum();
  const SmallLog log = SmallLog::OfSize(350);
  Serve(log, 300, Log(), CosignedAt(log, 300, {kNow, kNow}));
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Serve(Forked(350, 310), 350, Log());
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  Serve(log, 350, Log(), CosignedAt(log, 350, {kNow, kNow}));
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

// What was ahead is behind by now, and no tiles tell whether it is part of it.
TEST_F(WatcherTest, ALogThatCannotBeComparedHasTakenNothingBack) {
  AddPeer(PeerKind::kWatcher, Friend());
  const SmallLog log = SmallLog::OfSize(400);
  Serve(log, 300, Log());
  ShowTo(Friend(), log.CheckpointAt(350));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  Serve(log, 400, Log());
  unreached_ = "tile/";
  for (int i = 0; i < 2; ++i) {
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Words(report);
  }
  unreached_ = "";
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  EXPECT_TRUE(NamesIn(Evidence()).empty());
}

// The policy trusts both, and says of neither where it is.
TEST_F(WatcherTest, ALogCannotHideBehindAnotherOne) {
  SmallLog other = SmallLog::OfSize(400);
  other.key = SuccessorKey();
  other.origin = other.key.verifier.name;
  UsePolicy("log " + FormatVerifierKey(other.key.verifier) + "\n" +
            SmallPolicyText());
  Serve(SmallLog::OfSize(300), 300, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Serve(other, 400, Log());
  for (int start = 0; start < 3; ++start) {
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell);
    EXPECT_NE(Words(report).find(kSmallOrigin), std::string::npos)
        << Words(report);
    EXPECT_FALSE(report.remembered);
    Restart();
  }
  std::filesystem::remove_all(State());
  EXPECT_EQ(Look().verdict, Verdict::kTrue) << "watched for its own sake";
}

TEST_F(WatcherTest, AnAddressIsOneHoweverItIsSpelled) {
  UsePolicy("log " + FormatVerifierKey(SmallLogKey().verifier) +
            " https://Log.example:443/a/\nlog " +
            FormatVerifierKey(SuccessorKey().verifier) + "\nquorum none\n");
  for (const std::string address :
       {"https://log.example/a", "HTTPS://log.example/a/",
        "https://LOG.EXAMPLE:443/a", "https://u:p@log.example/a"}) {
    EXPECT_TRUE(CheckLogOfAddress(address, kSmallOrigin, policy_)) << address;
    EXPECT_FALSE(CheckLogOfAddress(address, "next.example/log", policy_))
        << address;
  }
  for (const std::string address :
       {"http://log.example/a", "https://log.example:444/a",
        "https://log.example/A", "https://log.example/a/b"}) {
    EXPECT_TRUE(CheckLogOfAddress(address, "next.example/log", policy_))
        << address;
  }
}

// A log shows a checkpoint to its witnesses first, and waits for a quorum.
TEST_F(WatcherTest, AheadOfTheLogAreOnlyThoseWhoMakeAQuorumAContradiction) {
  UseQuorum();
  AddPeer(PeerKind::kWatcher, Friend());
  AddPeer(PeerKind::kWatcher, Friend2());
  const SmallLog log = SmallLog::OfSize(400);
  Serve(log, 300, Log(), CosignedAt(log, 300, {kNow, kNow}));
  ShowTo(Friend(), CosignedAt(log, 320, {kNow}));
  ShowTo(Friend2(), CosignedAt(log, 300, {0, kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Words(report);
  EXPECT_NE(Words(report).find("waits for other witnesses"), std::string::npos);
  // Another one has cosigned beyond what the log serves, a tree of another
  // size: neither of the two could be published.
  ShowTo(Friend2(), CosignedAt(log, 340, {0, kNow}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  }
  // Now one could.
  ShowTo(Friend(), CosignedAt(log, 340, {kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell) << "new: it may be published";
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
}

// Neither of the two could be published, and the log shows less than both.
TEST_F(WatcherTest, TwoWhoAreAheadOfTheLogAreHeldAgainstEachOther) {
  UseQuorum();
  const SmallLog log = SmallLog::OfSize(360);
  Serve(log, 300, Log(), CosignedAt(log, 300, {kNow, kNow}));
  AddPeer(PeerKind::kWatcher, Friend());
  ShowTo(Friend(), CosignedAt(log, 350, {kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  // Of one size no tiles are needed.
  AddPeer(PeerKind::kWatcher, Friend2());
  ShowTo(Friend2(), CosignedAt(Forked(350, 310), 350, {0, kNow}));
  Restart();
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
  // Of two a mirror's tell.
  std::filesystem::remove(Evidence() + "/" + NamesIn(Evidence())[0]);
  ShowTo(Friend2(), CosignedAt(log, 300, {kNow, kNow}));
  AddPeer(PeerKind::kMirror, Mirror());
  Serve(Forked(360, 310), 360, Mirror());
  Restart();
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

// What this watcher saw is ahead of a log that took it back.
TEST_F(WatcherTest, APeerIsHeldAgainstWhatThisWatcherSaw) {
  const SmallLog log = SmallLog::OfSize(350);
  Serve(log, 350, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  AddPeer(PeerKind::kWatcher, Friend());
  ShowTo(Friend(), Forked(350, 310).Checkpoint());
  Serve(log, 300, Log());
  Restart();
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

// It waits for another one, which the reader's policy does not ask for.
TEST_F(WatcherTest, AWitnessAloneIsNoContradictionWhereNoQuorumIsAskedFor) {
  const SmallLog log = SmallLog::OfSize(400);
  Serve(log, 300, Log());
  UsePolicy("log " + FormatVerifierKey(SmallLogKey().verifier) +
            "\nwitness w0 " + FormatVerifierKey(WatchWitnessKey(0).verifier) +
            "\nquorum none\n");
  peers_.push_back({PeerKind::kWitness, "w0", Friend(), 0});
  ShowTo(Friend(), CosignedAt(log, 350, {kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  for (int i = 0; i < 2; ++i) {
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Words(report);
  }
  // A copy of the log has it: it was published.
  AddPeer(PeerKind::kMirror, Mirror());
  Restart();
  Serve(log, 350, Mirror());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
}

TEST_F(WatcherTest, WhatALogDidNotSignAccusesNobody) {
  AddPeer(PeerKind::kWatcher, Friend());
  Serve(SmallLog::OfSize(300), 300, Log());
  SmallLog other = Forked(300, 0);
  other.key = SmallLogOtherKey();
  std::string altered = SmallLog::OfSize(300).Checkpoint();
  altered[altered.find("300")] = '4';
  for (const std::string& note :
       {other.Checkpoint(), altered, std::string("garbage"), std::string(),
        std::string(2 << 20, 'x')}) {
    ShowTo(Friend(), note);
    for (int i = 0; i < 2; ++i) {
      const WatchReport report = Look();
      EXPECT_EQ(report.verdict, Verdict::kCannotTell);
      EXPECT_EQ(report.peers[0].state, PeerState::kUnknown);
    }
  }
  EXPECT_TRUE(NamesIn(Evidence()).empty());
}

TEST_F(WatcherTest, ALogThatIsGoneIsStillHeldAgainstWhatOthersSaw) {
  AddPeer(PeerKind::kWatcher, Friend());
  Serve(SmallLog::OfSize(300), 300, Log());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  std::filesystem::remove_all(Log());
  ShowTo(Friend(), SmallLog::OfSize(290).Checkpoint());
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell) << "no tiles to prove it by";
  ShowTo(Friend(), Forked(300, 5).Checkpoint());
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
}

// ---- a log that has ended, and the one that goes on

TEST_F(WatcherTest, ASuccessorThatIsHardToReachIsNotAccused) {
  FollowSuccessor();
  Serve(SuccessorOf(Ended()), 21, Log());
  for (const std::string path : {"tile/entries/", "tile/0/"}) {
    unreached_ = path;
    for (int i = 0; i < 2; ++i) {
      const WatchReport report = Look();
      EXPECT_EQ(report.verdict, Verdict::kCannotTell) << Words(report);
      EXPECT_EQ(Words(report).find("does not name"), std::string::npos);
    }
  }
  unreached_ = "";
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
}

TEST_F(WatcherTest, ASuccessorThatNamesAnotherPastIsFalseAtEachStart) {
  FollowSuccessor();
  SmallLog shorter = Ended();
  shorter.entries.resize(10);
  Serve(SuccessorOf(shorter), 21, Log());
  for (int start = 0; start < 3; ++start) {
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse);
    EXPECT_NE(Words(report).find("entry 0: does not name"), std::string::npos);
    Restart();
  }
}

TEST_F(WatcherTest, ASuccessorThatWasEmptyAtFirstIsJudgedOnceItIsNot) {
  FollowSuccessor();
  SmallLog shorter = Ended();
  shorter.entries.resize(10);
  Serve(SuccessorOf(shorter), 0, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  Serve(SuccessorOf(shorter), 21, Log());
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
  Restart();
  std::filesystem::remove_all(State());
  Serve(SuccessorOf(Ended()), 0, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
  Serve(SuccessorOf(Ended()), 21, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

// Nobody cosigns it any more: that it is old is not a fault.
TEST_F(WatcherTest, ALogThatHasEndedIsNotStale) {
  const std::string quorum = "witness w0 " +
                             FormatVerifierKey(WatchWitnessKey(0).verifier) +
                             "\nquorum w0\n";
  const std::string next = "log " + FormatVerifierKey(SuccessorKey().verifier);
  UsePolicy("log " + FormatVerifierKey(SmallLogKey().verifier) + "\n" + next +
            " https://next.example/\n" + quorum);
  const SmallLog log = Ended();
  Serve(log, 10, Log(), CosignedAt(log, 10, {kNow - 5'000}));
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  Serve(log, 11, Log(), CosignedAt(log, 11, {kNow - 5'000}));
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_EQ(report.successor_url, "https://next.example/");

  // The policy names no files, and what is no address is not followed.
  UsePolicy("log " + FormatVerifierKey(SmallLogKey().verifier) + "\n" + next +
            " " + Log() + "\n" + quorum);
  Restart();
  EXPECT_EQ(Look().successor_url, "");
}

// The entries name Ed25519 keys, and the policy trusts another key of the log.
TEST_F(WatcherTest, WhichKeyASuccessorHasIsForThePolicyToSay) {
  const SmallLog ended = Ended();
  const auto other = MakeSignerKey(
      SuccessorKey().verifier.name, SignatureType::kEd25519,
      *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 'o'))));
  UsePolicy("log " + FormatVerifierKey(SmallLogKey().verifier) + "\nlog " +
            FormatVerifierKey(other->verifier) +
            " https://next.example/\nquorum none\n");
  Serve(ended, 11, Log());
  const WatchReport report = Look();
  ASSERT_TRUE(report.succeeded_by);
  EXPECT_TRUE(report.succeeded_by->in_policy);
  EXPECT_EQ(report.successor_url, "https://next.example/");

  FollowSuccessor();
  predecessor_->vkey = FormatVerifierKey(SmallLogOtherKey().verifier);
  Restart();
  std::filesystem::remove_all(State());
  Serve(SuccessorOf(ended), 21, Log());
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

// Evidence would else carry whatever a peer adds.
TEST_F(WatcherTest, LinesByUnknownKeysAreNotKept) {
  AddPeer(PeerKind::kWatcher, Friend());
  Serve(SmallLog::OfSize(300), 300, Log());
  ShowTo(Friend(), CosignedAt(Forked(300, 5), 300, {kNow, kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
  EXPECT_EQ(JudgedEvidence(), Verdict::kTrue);
  EXPECT_EQ(ReadWholeFile(Evidence() + "/" + NamesIn(Evidence())[0])
                .find("witness.example"),
            std::string::npos);
}

}  // namespace
}  // namespace modlog::watcher_test
