// If these fail, a watcher that runs for years stops without a word, forgets
// what it saw, hangs on a peer, or says with its exit status what it did not
// find.

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/audit/child.h"
#include "tests/audit/record_log.h"
#include "tests/eventually.h"
#include "tests/watch/watched_log.h"
#include "verifier/watch/peer.h"

namespace modlog::watch_program_test {
namespace {

using Words = std::vector<std::string>;

uint64_t NowS() { return static_cast<uint64_t>(std::time(nullptr)); }

// A directory served by odd_peer.py.
class Served {
 public:
  Served(const std::string& mode, const std::string& directory)
      : server_({"python3", "-B", MODLOG_SOURCE_DIR "/tests/watch/odd_peer.py",
                 mode, directory}),
        url_("http://127.0.0.1:" + server_.FirstLine() + "/") {}
  const std::string& url() const { return url_; }

 private:
  Child server_;
  std::string url_;
};

class WatchProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteWholeFile(Policy(), SmallPolicyText());
    Serve(SmallLog::OfSize(300), 300, Log());
  }

  std::string Log() const { return directory_.Path("log"); }
  std::string State() const { return directory_.Path("state"); }
  std::string Policy() const { return directory_.Path("policy"); }

  Words Arguments(const Words& more) const {
    Words arguments = {MODLOG_BIN_DIR "/modlog-verify",
                       "watch",
                       Log(),
                       "--policy",
                       Policy(),
                       "--state",
                       State(),
                       "--interval",
                       "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  Ran Once(Words more = {}) const {
    more.push_back("--once");
    return RunProgram(Arguments(more));
  }
  Ran Verify(Words arguments) const {
    arguments.insert(arguments.begin(), MODLOG_BIN_DIR "/modlog-verify");
    return RunProgram(arguments);
  }
  // The last look that was printed with --json.
  static nlohmann::json LastLook(const Ran& ran) {
    std::string text = ran.out;
    if (text.ends_with('\n')) text.pop_back();
    return nlohmann::json::parse(text.substr(text.rfind('\n') + 1), nullptr,
                                 false);
  }
  std::string Evidence() const {
    const auto names = NamesIn(State() + "/evidence");
    return names.size() == 1 ? State() + "/evidence/" + names[0] : "";
  }
  int JudgedEvidence() const {
    return Verify({"fork", Evidence(), "--policy", Policy()}).status;
  }

  TemporaryDirectory directory_;
};

TEST_F(WatchProgramTest, TheHelpSaysWhatTheStatusesMean) {
  for (const std::string command : {"watch", "gossip"}) {
    const Ran help = Verify({command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find("Exit status"), std::string::npos) << command;
  }
}

TEST_F(WatchProgramTest, ArgumentsThatAreNotUnderstoodCannotTell) {
  const std::vector<Words> bad = {
      {"watch"},
      {"watch", Log()},
      {"watch", Log(), "--policy", Policy()},
      {"watch", Log(), "--policy", Policy(), "--state", ""},
      {"watch", Log(), "--policy", Policy(), "--state", State(), "--once"},
      {"watch", Log(), "--policy", Policy(), "--state", State(), "--first-use",
       "--once", "--interval", "0"},
      {"watch", Log(), "--policy", Policy(), "--state", State(), "--first-use",
       "--once", "--gossip", "ftp://x.example/"},
      {"watch", "ftp://x.example/", "--policy", Policy(), "--state", State(),
       "--first-use", "--once"},
      {"watch", Log() + "-not", "--policy", Policy(), "--state", State(),
       "--first-use"},
      {"gossip", "--policy", Policy(), "--state", State()}};
  for (const Words& arguments : bad) {
    const Ran ran = Verify(arguments);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(arguments);
    EXPECT_FALSE(ran.error.empty()) << testing::PrintToString(arguments);
  }
  const Ran ran = Once();
  EXPECT_NE((ran.error + ran.out).find("--first-use"), std::string::npos);
}

TEST_F(WatchProgramTest, OneLookGoesOnWhereTheLastOneOrAnAuditEnded) {
  Ran ran = Once({"--first-use"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 1) << ran.out;
  EXPECT_NE(ran.out.find("size 300"), std::string::npos);
  Serve(SmallLog::OfSize(700), 700, Log());
  ran = Once({"--json"});
  EXPECT_EQ(ran.status, 0) << ran.out;
  auto look = LastLook(ran);
  EXPECT_EQ(look["size"], 700);
  EXPECT_EQ(look["size_before"], 300);
  EXPECT_EQ(look["entries_checked"], 400);
  EXPECT_EQ(look["whole_log"], false);
  EXPECT_EQ(look["verdict"], "true");

  std::filesystem::remove_all(State());
  ASSERT_EQ(Verify({"audit", Log(), "--policy", Policy(), "--state", State(),
                    "--first-use"})
                .status,
            0);
  look = LastLook(Once({"--json", "--audit-every", "0"}));
  EXPECT_EQ(look["size_before"], 700);
  EXPECT_EQ(look["whole_log"], true) << "that it was audited is not known";
  look = LastLook(Once({"--json", "--audit-every", "0"}));
  EXPECT_EQ(look["whole_log"], false);
}

TEST_F(WatchProgramTest, AForkIsStatusOneAndItsEvidenceIsJudged) {
  ASSERT_EQ(Once({"--first-use"}).status, 0);
  Serve(Forked(700, 128), 700, Log());
  const Ran ran = Once();
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_NE(ran.out.find("evidence: " + Evidence()), std::string::npos)
      << ran.out;
  EXPECT_EQ(JudgedEvidence(), 0);

  const std::string elsewhere = directory_.Path("elsewhere");
  EXPECT_EQ(Once({"--evidence", elsewhere, "--json"}).status, 1);
  EXPECT_EQ(NamesIn(elsewhere).size(), 1u);
}

TEST_F(WatchProgramTest, WhatLooksFalseIsLookedAtTwice) {
  ASSERT_EQ(Once({"--first-use"}).status, 0);
  Serve(SmallLog::OfSize(700), 700, Log());
  const std::string path = Log() + "/tile/entries/001";
  const std::string bundle = ReadWholeFile(path);
  // What is missing may be pruned, and is none of this.
  std::filesystem::remove(path);
  EXPECT_EQ(Once().status, 2);
  std::string wrong = bundle;
  wrong.back() ^= 1;
  WriteWholeFile(path, wrong);
  Ran ran = Once({"--json"});
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2) << ran.out;
  Serve(SmallLog::OfSize(200), 200, Log());
  ran = Once();
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_EQ(JudgedEvidence(), 1) << "a rollback alone proves no fork";
}

TEST_F(WatchProgramTest, ALogOutOfReachOrStaleCannotTell) {
  ASSERT_EQ(Once({"--first-use"}).status, 0);
  const Ran ran = Verify({"watch", "http://127.0.0.1:1/", "--policy", Policy(),
                          "--state", State(), "--once"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.out.find("could not be looked at"), std::string::npos);

  WriteWholeFile(Policy(), "log " + FormatVerifierKey(SmallLogKey().verifier) +
                               "\nwitness w " +
                               FormatVerifierKey(WatchWitnessKey(0).verifier) +
                               "\nquorum w\n");
  const SmallLog log = SmallLog::OfSize(300);
  Serve(log, 300, Log(), CosignedAt(log, 300, {NowS() - 5'000}));
  EXPECT_EQ(Once().status, 2);
  EXPECT_EQ(Once({"--max-age", "6000"}).status, 0);
  EXPECT_EQ(Once({"--max-age", "0"}).status, 0);
}

TEST_F(WatchProgramTest, TheWitnessesOfThePolicyAreAsked) {
  const std::string shown = directory_.Path("witness");
  std::filesystem::create_directory(shown);
  const Served witness("honest", shown);
  WriteWholeFile(Policy(), "log " + FormatVerifierKey(SmallLogKey().verifier) +
                               "\nwitness w0 " +
                               FormatVerifierKey(WatchWitnessKey(0).verifier) +
                               " " + witness.url() + "\nwitness w1 " +
                               FormatVerifierKey(WatchWitnessKey(1).verifier) +
                               "\nquorum none\n");
  Ran ran = Once({"--first-use"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("w0 (witness): serves no checkpoint of this log"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("w1 (witness): the policy has no address of it"),
            std::string::npos);

  const uint64_t time = NowS();
  ShowTo(shown, CosignedAt(SmallLog::OfSize(250), 250, {time}));
  ran = Once({"--json"});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(LastLook(ran)["peers"][0]["state"], "agrees");
  EXPECT_EQ(LastLook(ran)["peers"][0]["cosigned_s"], time);

  ShowTo(shown, CosignedAt(SmallLog::OfSize(250), 250, {time - 10'000}));
  ran = Once();
  EXPECT_EQ(ran.status, 0) << "an old cosignature, and the log needs none";
  EXPECT_NE(ran.out.find("w0 (witness): cosigned it last at"),
            std::string::npos)
      << ran.out;

  ShowTo(shown, CosignedAt(Forked(250, 40), 250, {time}));
  ran = Once({"--json"});
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_EQ(LastLook(ran)["peers"][0]["state"], "contradicts");
  EXPECT_EQ(JudgedEvidence(), 0);
}

// However a peer misbehaves, the log is checked, and in bounded time.
TEST_F(WatchProgramTest, PeersThatMisbehaveAreSaidAndNotWaitedFor) {
  const std::string shown = directory_.Path("shown");
  ShowTo(shown, SmallLog::OfSize(300).Checkpoint());
  const Words modes = {"silent", "slow", "huge",  "garbage",
                       "error",  "deaf", "honest"};
  std::vector<std::unique_ptr<Served>> peers;
  Words more = {"--first-use", "--json"};
  for (const std::string& mode : modes) {
    peers.push_back(std::make_unique<Served>(mode, shown));
    more.insert(more.end(), {"--gossip", peers.back()->url()});
  }
  // It comes to its end: who is silent here stays so.
  const Ran ran = Once(more);
  EXPECT_EQ(ran.status, 2) << ran.out;
  const auto look = LastLook(ran);
  EXPECT_EQ(look["entries_checked"], 300);
  EXPECT_EQ(look["remembered"], true);
  ASSERT_EQ(look["peers"].size(), modes.size());
  for (size_t i = 0; i < modes.size(); ++i) {
    EXPECT_EQ(look["peers"][i]["state"],
              modes[i] == "honest" ? "agrees" : "unknown")
        << modes[i];
  }
}

TEST_F(WatchProgramTest, ItFollowsUntilItIsStoppedInOrder) {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::filesystem::remove_all(State());
    Serve(SmallLog::OfSize(300), 300, Log());
    Child watcher(Arguments({"--first-use", "--json"}));
    auto look = nlohmann::json::parse(watcher.FirstLine(), nullptr, false);
    EXPECT_EQ(look["size"], 300);
    const std::string away = directory_.Path("away");
    std::filesystem::rename(Log(), away);
    while (look["size"] == 300) {
      look = nlohmann::json::parse(watcher.FirstLine(), nullptr, false);
    }
    EXPECT_EQ(look["verdict"], "cannot tell") << "it is said, and it goes on";
    std::filesystem::rename(away, Log());
    while (look["size"] != 300) {
      look = nlohmann::json::parse(watcher.FirstLine(), nullptr, false);
    }
    EXPECT_EQ(look["verdict"], "true");
    kill(watcher.pid(), signal);
    EXPECT_EQ(watcher.Wait(), 0);
    EXPECT_EQ(Once().status, 0);
  }
}

TEST_F(WatchProgramTest, AContradictionEndsWhoFollows) {
  Child watcher(Arguments({"--first-use"}));
  EXPECT_NE(watcher.FirstLine().find("size 300"), std::string::npos);
  const std::string next = directory_.Path("next");
  Serve(Forked(300, 7), 300, next);
  std::filesystem::rename(Log(), directory_.Path("before"));
  std::filesystem::rename(next, Log());
  EXPECT_EQ(watcher.Wait(), 1);
  EXPECT_EQ(JudgedEvidence(), 0);
}

// It is found before a peer answers, and the peer never does.
TEST_F(WatchProgramTest, AForkIsSaidByWhoIsStoppedWhileHeAsksPeers) {
  ASSERT_EQ(Once({"--first-use"}).status, 0);
  Serve(Forked(300, 7), 300, Log());
  const Served peer("deaf", directory_.Path("nothing"));
  Child watcher(Arguments({"--gossip", peer.url()}));
  ASSERT_TRUE(Eventually([&] { return !Evidence().empty(); }));
  kill(watcher.pid(), SIGTERM);
  EXPECT_EQ(watcher.Wait(), 1);
}

// Killed at any moment it goes on from a checkpoint that it verified.
TEST_F(WatchProgramTest, AKillAtAnyMomentLosesNothing) {
  const SmallLog log = SmallLog::OfSize(600);
  uint64_t seen = 0;
  for (uint64_t turn = 0; turn < 25; ++turn) {
    Serve(log, 300 + 12 * turn, Log());
    {
      Child watcher(Arguments({"--first-use", "--json", "--publish",
                               directory_.Path("published")}));
      usleep(static_cast<useconds_t>(1'000 * (turn * 7 % 60)));
      kill(watcher.pid(), SIGKILL);
      watcher.Wait();
    }
    const auto look = LastLook(Once({"--first-use", "--json"}));
    ASSERT_EQ(look["verdict"], "true") << look;
    ASSERT_EQ(look["size"], 300 + 12 * turn);
    if (turn > 0) {
      EXPECT_GE(look["size_before"], seen);
    }
    seen = look["size"];
  }
}

// ---- gossip

class GossipTest : public WatchProgramTest {
 protected:
  // Ann is shown one log and Bob another. Each watches it and publishes.
  struct Person {
    std::string name;
    std::string log;
    std::string state;
    std::string web;
  };
  Person Make(const std::string& name, const SmallLog& log,
              uint64_t size) const {
    const Person person = {name, directory_.Path(name + ".log"),
                           directory_.Path(name + ".state"),
                           directory_.Path(name + ".web")};
    Serve(log, size, person.log);
    const Ran ran = Verify({"watch", person.log, "--policy", Policy(),
                            "--state", person.state, "--first-use", "--once",
                            "--publish", person.web});
    EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
    return person;
  }
  Ran Gossip(const Person& person, const Words& from,
             const Words& more = {}) const {
    Words arguments = {"gossip",   "--policy",   Policy(),
                       "--state",  person.state, "--log",
                       person.log, "--interval", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), from.begin(), from.end());
    return Verify(arguments);
  }
  // What was kept, and proves a fork.
  int CountProved(const Person& person) const {
    int count = 0;
    const std::string evidence = person.state + "/evidence";
    for (const std::string& name : NamesIn(evidence)) {
      const Ran ran =
          Verify({"fork", evidence + "/" + name, "--policy", Policy()});
      count += ran.status == 0 ? 1 : 0;
    }
    return count;
  }
  int Judged(const Person& person) const {
    const std::string evidence = person.state + "/evidence";
    const auto names = NamesIn(evidence);
    EXPECT_EQ(names.size(), 1u);
    if (names.size() != 1) return -1;
    return Verify({"fork", evidence + "/" + names[0], "--policy", Policy()})
        .status;
  }
};

TEST_F(GossipTest, WhatIsPublishedIsWhatAWitnessWouldServe) {
  const Person ann = Make("ann", SmallLog::OfSize(300), 300);
  EXPECT_EQ(ReadWholeFile(ann.web + "/" + SightingPath(kSmallOrigin)),
            SmallLog::OfSize(300).Checkpoint());
  const std::string other = directory_.Path("other");
  EXPECT_EQ(Gossip(ann, {}, {"--publish", other}).status, 0);
  EXPECT_EQ(ReadWholeFile(other + "/" + SightingPath(kSmallOrigin)),
            SmallLog::OfSize(300).Checkpoint());
}

TEST_F(GossipTest, TwoWhoAreShownOneLogAgree) {
  const SmallLog log = SmallLog::OfSize(500);
  const Person ann = Make("ann", log, 300);
  const Person bob = Make("bob", log, 500);
  const Served web("honest", bob.web);
  const Ran ran = Gossip(bob, {ann.web, web.url()}, {"--json"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_EQ(LastLook(ran)["peers"].size(), 2u);
  // Ann's log has not reached what Bob saw; then it does.
  EXPECT_EQ(Gossip(ann, {bob.web}).status, 1);
  Serve(log, 500, ann.log);
  EXPECT_EQ(Gossip(ann, {bob.web}).status, 0);
  EXPECT_EQ(Gossip(ann, {directory_.Path("nobody")}).status, 2);
  const std::string empty = directory_.Path("empty");
  std::filesystem::create_directory(empty);
  EXPECT_EQ(Gossip(ann, {empty}).status, 2) << "nothing was compared";
  EXPECT_EQ(Gossip(ann, {bob.web, empty}).status, 0) << "one was";
}

// Over two static web servers, whatever the sizes.
TEST_F(GossipTest, TwoSidesOfASplitViewFindEachOtherOut) {
  const Person ann = Make("ann", SmallLog::OfSize(400), 400);
  int turn = 0;
  for (const uint64_t size : {400u, 300u, 256u}) {
    const Person bob =
        Make("bob" + std::to_string(++turn), Forked(size, 200), size);
    const Served ann_web("honest", ann.web);
    const Served bob_web("honest", bob.web);
    const Ran ran = Gossip(ann, {bob_web.url()});
    EXPECT_EQ(ran.status, 1) << ran.out << ran.error;
    EXPECT_EQ(Judged(ann), 0) << size;
    std::filesystem::remove_all(ann.state + "/evidence");
    // Bob's log is no larger: it proves nothing about Ann's, but serves less
    // than it signed, and a copy of Ann's proves the fork.
    EXPECT_EQ(Gossip(bob, {ann_web.url()}).status, 1);
    EXPECT_EQ(CountProved(bob), size == 400 ? 1 : 0);
    std::filesystem::remove_all(bob.state + "/evidence");
    EXPECT_EQ(Gossip(bob, {ann_web.url()}, {"--mirror", ann.log}).status, 1);
    EXPECT_EQ(CountProved(bob), 1);
    // Who only watches finds it as well.
    const Ran watched =
        Verify({"watch", ann.log, "--policy", Policy(), "--state", ann.state,
                "--once", "--gossip", bob_web.url()});
    EXPECT_EQ(watched.status, 1) << watched.out;
    EXPECT_EQ(Judged(ann), 0);
    std::filesystem::remove_all(ann.state + "/evidence");
  }
}

TEST_F(GossipTest, OfOneSizeNothingElseIsNeeded) {
  const Person ann = Make("ann", SmallLog::OfSize(300), 300);
  const Person bob = Make("bob", Forked(300, 3), 300);
  std::filesystem::remove_all(ann.log);
  EXPECT_EQ(Gossip(ann, {bob.web}).status, 1);
  EXPECT_EQ(Judged(ann), 0);
}

TEST_F(GossipTest, ALogThatIsGoneIsProvedByACopy) {
  const SmallLog log = SmallLog::OfSize(300);
  const Person ann = Make("ann", log, 300);
  const Person bob = Make("bob", Forked(290, 3), 290);
  const std::string copy = directory_.Path("copy");
  Serve(log, 300, copy);
  std::filesystem::remove_all(ann.log);
  EXPECT_EQ(Gossip(ann, {bob.web}).status, 2);
  EXPECT_EQ(Gossip(ann, {bob.web}, {"--mirror", copy}).status, 1);
  EXPECT_EQ(Judged(ann), 0);
}

// Of two logs the first is found to be forked, the second one does not answer.
TEST_F(GossipTest, AForkIsSaidByWhoIsStoppedAtTheNextLog) {
  SmallLog next = SmallLog::OfSize(300);
  next.key = SuccessorKey();
  next.origin = next.key.verifier.name;
  const std::string next_line =
      "log " + FormatVerifierKey(next.key.verifier) + "\n";
  WriteWholeFile(Policy(), SmallPolicyText() + next_line);
  ASSERT_EQ(Once({"--first-use"}).status, 0);
  const std::string next_log = directory_.Path("next");
  Serve(next, 300, next_log);
  ASSERT_EQ(Verify({"watch", next_log, "--policy", Policy(), "--state", State(),
                    "--once", "--first-use"})
                .status,
            0);

  const Served deaf("deaf", Log());
  WriteWholeFile(Policy(), "log " + FormatVerifierKey(SmallLogKey().verifier) +
                               " " + deaf.url() + "\n" + next_line +
                               "quorum none\n");
  SmallLog forked = Forked(300, 7);
  forked.key = next.key;
  forked.origin = next.origin;
  const std::string web = directory_.Path("web");
  WriteFiles({{SightingPath(next.origin), forked.Checkpoint()}}, web);
  Child gossip({MODLOG_BIN_DIR "/modlog-verify", "gossip", "--policy", Policy(),
                "--state", State(), web});
  EXPECT_NE(gossip.FirstLine().find(next.origin), std::string::npos);
  ASSERT_TRUE(Eventually([&] { return !Evidence().empty(); }));
  kill(gossip.pid(), SIGTERM);
  EXPECT_EQ(gossip.Wait(), 1);
}

TEST_F(GossipTest, ItRunsBesideAWatcher) {
  const Person ann = Make("ann", SmallLog::OfSize(300), 300);
  Child watcher({MODLOG_BIN_DIR "/modlog-verify", "watch", ann.log, "--policy",
                 Policy(), "--state", ann.state, "--interval", "1"});
  EXPECT_NE(watcher.FirstLine().find("size 300"), std::string::npos);
  const Ran second = Verify(
      {"watch", ann.log, "--policy", Policy(), "--state", ann.state, "--once"});
  EXPECT_EQ(second.status, 2) << "one at a time holds the state";
  EXPECT_EQ(Gossip(ann, {ann.web}).status, 0);
  kill(watcher.pid(), SIGTERM);
  EXPECT_EQ(watcher.Wait(), 0);
}

}  // namespace
}  // namespace modlog::watch_program_test
