// If these fail, whoever is accused decides when the others are heard: a log
// that forked keeps its watchers waiting, and they never ask who could prove
// it.

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/audit/child.h"
#include "tests/programs/flood_server.h"
#include "tests/watch/watched_log.h"
#include "verifier/source/inputs.h"
#include "verifier/watch/watcher.h"

namespace modlog::slow_log_test {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kNow = 1'800'000'000;

// Longer than a test may take: where a look comes to its end before, it was not
// by waiting for it.
constexpr std::chrono::hours kForEver(10);

FloodServer::Answer Drip() {
  return {.once = "HTTP/1.1 200 OK\r\nContent-Length: 8192\r\n\r\n",
          .again = "a",
          .pause_ms = 500};
}

class SlowLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(Friend());
    std::filesystem::create_directory(Evidence());
    policy_ = *ParsePolicy(SmallPolicyText());
    Show(SmallLog::OfSize(300));
    // An answer for whatever path, or none: the file.
    server_.emplace([this](const std::string& path) {
      const std::lock_guard lock(mutex_);
      for (const auto& [beginning, answer] : odd_) {
        if (path.starts_with(beginning)) return answer;
      }
      const auto file = files_.find(path.substr(1));
      return file == files_.end() ? Plainly("", "404 Not Found")
                                  : Plainly(file->second);
    });
  }

  std::string Friend() const { return directory_.Path("friend"); }
  std::string State() const { return directory_.Path("state"); }
  std::string Evidence() const { return directory_.Path("evidence"); }

  void Show(const SmallLog& log) {
    const std::lock_guard lock(mutex_);
    files_ = log.MakeFiles();
  }
  void AnswerTo(const std::string& beginning, FloodServer::Answer answer) {
    const std::lock_guard lock(mutex_);
    odd_[beginning] = std::move(answer);
  }
  void AnswerAll() {
    const std::lock_guard lock(mutex_);
    odd_.clear();
  }

  Watcher& watcher() {
    if (watcher_) return *watcher_;
    memory_ = *Memory::Open(State(), Memory::IfMissing::kCreate);
    memory_->KeepEvidenceIn(Evidence());
    WatchRequest request;
    request.open = [this](const Deadline* deadline) {
      UrlSourceOptions options;
      options.stop = &stop_;
      options.deadline = deadline;
      options.patience.at_most = patience_;
      return OpenTarget(server_->url(), options);
    };
    request.policy = &policy_;
    request.memory = memory_.get();
    request.state = State();
    request.evidence = Evidence();
    request.peers = peers_;
    request.first_use = true;
    request.integrity_only = true;
    request.look_time = look_time_;
    request.audit_every_s = 0;
    request.stop = &stop_;
    request.now_s = [] { return kNow; };
    watcher_.emplace(std::move(request));
    return *watcher_;
  }
  WatchReport Look() { return watcher().Look(); }
  // A look may be too short for a slow machine; one of them is long enough.
  template <typename Wanted>
  WatchReport LookUntil(const Wanted& wanted) {
    WatchReport report = Look();
    while (!wanted(report)) report = Look();
    return report;
  }
  void Restart() {
    watcher_.reset();
    memory_.reset();
  }
  void AddPeer(PeerKind kind, const std::string& target) {
    peers_.push_back(*ParsePeer(kind, target));
    Restart();
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
  std::mutex mutex_;
  Files files_;
  std::map<std::string, FloodServer::Answer> odd_;
  std::optional<FloodServer> server_;
  std::vector<Peer> peers_;
  milliseconds look_time_ = kForEver;
  milliseconds patience_ = kForEver;
  std::atomic<bool> stop_ = false;
  std::unique_ptr<Memory> memory_;
  std::optional<Watcher> watcher_;
};

// The log shows a fork and sends its tiles byte by byte. A friend saw another
// tree of the size that it shows now, or of the size that was seen before.
TEST_F(SlowLogTest, AForkThatAPeerProvesIsSaidThoughTheLogDrips) {
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  AddPeer(PeerKind::kWatcher, Friend());
  Show(Forked(600, 300));
  AnswerTo("/tile/", Drip());
  for (const SmallLog& other : {SmallLog::OfSize(600), Forked(300, 5)}) {
    Restart();
    ShowTo(Friend(), other.Checkpoint());
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
    ASSERT_EQ(NamesIn(Evidence()).size(), 1u);
    std::filesystem::remove(Evidence() + "/" + NamesIn(Evidence())[0]);
  }
}

TEST_F(SlowLogTest, AForkThatAPeerProvesIsSaidThoughTheLogNeverAnswers) {
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  AddPeer(PeerKind::kWatcher, Friend());
  ShowTo(Friend(), Forked(300, 5).Checkpoint());
  std::vector<Flood> ways = Floods();
  ways.push_back({"silence", {.hold = true}});
  ways.push_back({"a drip", Drip()});
  for (const Flood& way : ways) {
    Restart();
    AnswerTo("/", way.answer);
    const WatchReport report = Look();
    EXPECT_EQ(report.verdict, Verdict::kFalse) << way.name << Words(report);
  }
}

// A mirror has the tiles, and the log is not needed.
TEST_F(SlowLogTest, AForkThatAMirrorsTilesProveIsSaidThoughTheLogDrips) {
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  const std::string mirror = directory_.Path("mirror");
  Serve(Forked(700, 100), 700, mirror);
  AddPeer(PeerKind::kMirror, mirror);
  Show(SmallLog::OfSize(600));
  AnswerTo("/tile/", Drip());
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
}

// Nor does a peer that is in league with it.
TEST_F(SlowLogTest, ASilentPeerHoldsNoOthersProofBack) {
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  FloodServer deaf([](const std::string& path) {
    if (!path.ends_with("checkpoint")) return Drip();
    return Plainly(SmallLog::OfSize(700).Checkpoint());
  });
  FloodServer silent(
      [](const std::string&) { return FloodServer::Answer{.hold = true}; });
  AddPeer(PeerKind::kMirror, deaf.url());
  AddPeer(PeerKind::kWatcher, silent.url());
  AddPeer(PeerKind::kWatcher, Friend());
  ShowTo(Friend(), Forked(300, 5).Checkpoint());
  const WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kFalse) << Words(report);
  EXPECT_EQ(report.peers[1].state, PeerState::kUnknown);
}

// The entries are held back, for as long as the test wants.
TEST_F(SlowLogTest, ALookIsOverAndTheNextOneGoesOn) {
  AddPeer(PeerKind::kWatcher, Friend());
  ShowTo(Friend(), SmallLog::OfSize(300).Checkpoint());
  look_time_ = milliseconds(700);
  AnswerTo("/tile/entries/", {.hold = true});
  WatchReport report = LookUntil([](const WatchReport& look) {
    return look.unfinished && look.peers[0].state == PeerState::kAgrees;
  });
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_NE(Words(report).find("the next look goes on"), std::string::npos)
      << Words(report);
  // What is found out meanwhile is said.
  ShowTo(Friend(), Forked(300, 5).Checkpoint());
  report = LookUntil(
      [](const WatchReport& look) { return look.verdict == Verdict::kFalse; });
  EXPECT_EQ(NamesIn(Evidence()).size(), 1u);
}

// What was read once is not read again, however many looks it takes.
TEST_F(SlowLogTest, WhatWasReadIsNotReadAgain) {
  Show(SmallLog::OfSize(4 * 256));
  look_time_ = milliseconds(500);
  // The third bundle does not come, until it does.
  std::atomic<bool> released = false;
  FloodServer::Script files = [log = SmallLog::OfSize(4 * 256).MakeFiles(),
                               &released](const std::string& path) {
    while (path == "/tile/entries/002" && !released) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return Plainly(log.at(path.substr(1)));
  };
  FloodServer server(files);
  server_.reset();
  memory_ = *Memory::Open(State(), Memory::IfMissing::kCreate);
  WatchRequest request;
  request.open = [&](const Deadline* deadline) {
    UrlSourceOptions options;
    options.deadline = deadline;
    return OpenTarget(server.url(), options);
  };
  request.policy = &policy_;
  request.memory = memory_.get();
  request.state = State();
  request.evidence = Evidence();
  request.first_use = true;
  request.integrity_only = true;
  request.look_time = look_time_;
  request.stop = &stop_;
  request.now_s = [] { return kNow; };
  Watcher watcher(std::move(request));
  for (int unfinished = 0; unfinished < 2;) {
    unfinished += watcher.Look().unfinished ? 1 : 0;
  }
  released = true;
  WatchReport report = watcher.Look();
  while (!report.whole) report = watcher.Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_EQ(report.checked, 4u * 256);
  EXPECT_EQ(server.Requests("/tile/entries/000"), 1u);
}

// A log that drips for ever is not read for ever.
TEST_F(SlowLogTest, TooSlowALogCannotBeTold) {
  patience_ = milliseconds(1'000);
  AnswerTo("/tile/", Drip());
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  EXPECT_FALSE(report.unfinished);
  EXPECT_NE(Words(report).find("bytes/s"), std::string::npos) << Words(report);
  AnswerAll();
  patience_ = kForEver;
  EXPECT_EQ(Look().verdict, Verdict::kTrue);
}

TEST_F(SlowLogTest, AStopEndsALookWhateverIsConnected) {
  FloodServer silent(
      [](const std::string&) { return FloodServer::Answer{.hold = true}; });
  AddPeer(PeerKind::kMirror, silent.url());
  AnswerTo("/tile/", Drip());
  std::jthread later([&] {
    while (server_->Requests("/tile/") == 0 || silent.Requests("/") == 0) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    stop_ = true;
  });
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
}

// Suspicion stays until a look has seen that there is nothing.
TEST_F(SlowLogTest, ALogThatIsAwayInBetweenIsNotCleared) {
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  const SmallLog log = SmallLog::OfSize(400);
  std::string bundle = log.MakeFiles().at("tile/entries/001.p/144");
  bundle.back() ^= 1;
  Show(log);
  AnswerTo("/tile/entries/001", Plainly(bundle));
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  AnswerTo("/checkpoint", Plainly("", "404 Not Found"));
  EXPECT_EQ(Look().verdict, Verdict::kCannotTell);
  AnswerAll();
  AnswerTo("/tile/entries/001", Plainly(bundle));
  EXPECT_EQ(Look().verdict, Verdict::kFalse);
}

// ---- where a witness shows what it saw

TEST_F(SlowLogTest, AWitnessThatCosignedAndKnowsNothingIsAWarning) {
  policy_ = *ParsePolicy(
      "log " + FormatVerifierKey(SmallLogKey().verifier) + "\nwitness w0 " +
      FormatVerifierKey(WatchWitnessKey(0).verifier) + "\nwitness w1 " +
      FormatVerifierKey(WatchWitnessKey(1).verifier) + "\nquorum none\n");
  Files files = SmallLog::OfSize(300).MakeFiles();
  files["checkpoint"] = CosignedAt(SmallLog::OfSize(300), 300, {kNow});
  files_ = files;
  std::vector<Peer> witnesses = WitnessesOf(policy_);
  ASSERT_TRUE(UseMonitoring("w0=" + Friend(), policy_, &witnesses));
  ASSERT_TRUE(UseMonitoring(
      FormatVerifierKey(WatchWitnessKey(1).verifier) + "=" + Friend(), policy_,
      &witnesses));
  peers_ = witnesses;
  WatchReport report = Look();
  EXPECT_EQ(report.verdict, Verdict::kCannotTell);
  ASSERT_EQ(report.problems.size(), 1u) << "w1 cosigned nothing";
  EXPECT_NE(Words(report).find("--monitoring w0=URL"), std::string::npos)
      << Words(report);

  ShowTo(Friend(), CosignedAt(SmallLog::OfSize(300), 300, {kNow}));
  EXPECT_EQ(Look().verdict, Verdict::kTrue);

  std::filesystem::remove_all(Friend());
  std::filesystem::create_directory(Friend());
  ASSERT_TRUE(UseMonitoring("w0=none", policy_, &witnesses));
  peers_ = witnesses;
  Restart();
  report = Look();
  EXPECT_EQ(report.verdict, Verdict::kTrue) << Words(report);
  EXPECT_EQ(report.peers[0].state, PeerState::kNotAsked);
  for (const std::string bad :
       {"w2=http://w.example/", "w0", "w0=", "=x", "w0=ftp://w.example/"}) {
    EXPECT_FALSE(UseMonitoring(bad, policy_, &witnesses)) << bad;
  }
}

TEST_F(SlowLogTest, TheProgramsSayTheForkToo) {
  WriteWholeFile(directory_.Path("policy"), SmallPolicyText());
  ASSERT_EQ(Look().verdict, Verdict::kTrue);
  Restart();
  ShowTo(Friend(), SmallLog::OfSize(600).Checkpoint());
  Show(Forked(600, 300));
  AnswerTo("/tile/", Drip());
  const std::vector<std::string> rest = {
      "--policy", directory_.Path("policy"), "--state", State(), "--look-time",
      "86400"};
  std::vector<std::string> watch = {MODLOG_BIN_DIR "/modlog-verify", "watch",
                                    server_->url(), "--gossip", Friend()};
  watch.insert(watch.end(), rest.begin(), rest.end());
  EXPECT_EQ(RunProgram(watch).status, 1);
  std::vector<std::string> gossip = {MODLOG_BIN_DIR "/modlog-verify", "gossip",
                                     "--log", server_->url(), Friend()};
  gossip.insert(gossip.end(), rest.begin(), rest.end());
  const Ran ran = RunProgram(gossip);
  EXPECT_EQ(ran.status, 1) << ran.out << ran.error;
}

}  // namespace
}  // namespace modlog::slow_log_test
