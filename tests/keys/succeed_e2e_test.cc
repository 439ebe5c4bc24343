// If these fail, a log that has ended is not told from one that goes on, or
// what docs/operating.md says to do when a key leaks, or is lost, does not
// work. The real programs; the drills run the commands of that page in order.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/keys/keyed_log.h"

namespace modlog::succeed_e2e_test {
namespace {

using Json = nlohmann::json;

constexpr char kOld[] = "log.example/old";
constexpr char kNew[] = "log.example/new";

class SucceedTest : public testing::Test {
 protected:
  void SetUp() override {
    old_vkey_ = Keygen(kOld, OldKey());
    new_vkey_ = Keygen(kNew, NewKey());
    WriteFile(BothPolicy(),
              "log " + old_vkey_ + "\nlog " + new_vkey_ + "\nquorum none\n");
  }

  std::string OldKey() { return folder_ / "old.key"; }
  std::string NewKey() { return folder_ / "new.key"; }
  std::string OldData() { return folder_ / "old"; }
  std::string NewData() { return folder_ / "new"; }
  std::string Final() { return folder_ / "final"; }
  std::string Copy() { return folder_ / "copy"; }
  std::string BothPolicy() { return folder_ / "both.policy"; }

  static std::string Keygen(const std::string& name, const std::string& out) {
    const Outcome made =
        RunProgram("modlog", {"keygen", "--name", name, "--out", out});
    EXPECT_EQ(made.status, 0) << made.err;
    return made.out.substr(0, made.out.find('\n'));
  }
  KeyedLog Old() { return KeyedLog(OldData(), {"--key", OldKey()}); }
  Words AsSuccessor() {
    return {"--key",   NewKey(),        "--succeeds",
            old_vkey_, "--succeeds-at", Final()};
  }
  Outcome Succeed(const KeyedLog& log, const std::string& successor) {
    return log.Modlog(
        {"succeed", "--successor", successor, "--out", Final(), "--yes"});
  }
  Outcome Audit(const std::string& target, const Words& more = {}) {
    Words words = {"audit", target, "--policy", BothPolicy(), "--first-use"};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram("modlog-verify", words);
  }

  // Watches with a policy that says where the successor is, if that is known.
  Outcome Watch(const KeyedLog& log, const std::string& successor_url) {
    const std::string policy = folder_ / "watch.policy";
    WriteFile(policy, "log " + old_vkey_ + "\nlog " + new_vkey_ +
                          (successor_url.empty() ? "" : " " + successor_url) +
                          "\nquorum none\n");
    return RunProgram("modlog-verify",
                      {"watch", log.url(), "--policy", policy, "--state",
                       folder_ / "watched", "--first-use", "--once"});
  }

  TemporaryFolder folder_;
  std::string old_vkey_;
  std::string new_vkey_;
};

TEST_F(SucceedTest, OneLogEndsAndTheOtherGoesOnAndEachNamesTheOther) {
  KeyedLog old = Old();
  ASSERT_EQ(old.Append("first").status, 0);
  const Outcome frozen = Succeed(old, new_vkey_);
  ASSERT_EQ(frozen.status, 0) << frozen.err;
  EXPECT_TRUE(Contains(frozen.out, "frozen by entry 1 at size 2"))
      << frozen.out;
  EXPECT_TRUE(Contains(frozen.out, "--succeeds '" + old_vkey_ + "'"));

  const Outcome late = old.Append("late");
  EXPECT_EQ(late.status, 1);
  EXPECT_TRUE(Contains(late.err, new_vkey_)) << late.err;
  const Json status =
      Json::parse(old.Modlog({"status", "--json"}).out, nullptr, false);
  EXPECT_EQ(status["state"], "FROZEN");
  EXPECT_TRUE(Contains(status["state_reason"], new_vkey_));

  KeyedLog next(NewData(), AsSuccessor());
  EXPECT_EQ(next.vkey(), new_vkey_);
  EXPECT_EQ(next.Append("first").status, 0);  // another log: another entry

  const Json of_old = Json::parse(Audit(old.url(), {"--json"}).out);
  EXPECT_EQ(of_old["exit_status"], 0) << of_old.dump(1);
  EXPECT_EQ(of_old["succession"]["succeeded_by"]["log"], new_vkey_);
  EXPECT_EQ(of_old["succession"]["succeeded_by"]["in_policy"], true);
  const Outcome words = Audit(next.url(), {"--predecessor", old.url()});
  EXPECT_EQ(words.status, 0) << words.out;
  EXPECT_TRUE(Contains(words.out, "and agrees")) << words.out;

  // A static copy of the ended log does as well, when the log is gone.
  ASSERT_EQ(old.Modlog({"export-tiles", Copy()}).status, 0);
  EXPECT_EQ(old.Stop().status, 0);
  const Json of_new =
      Json::parse(Audit(next.url(), {"--json", "--predecessor", Copy()}).out);
  EXPECT_EQ(of_new["succession"]["succeeds"]["compared"], true);
  EXPECT_EQ(of_new["succession"]["succeeds"]["size"], 2);
}

TEST_F(SucceedTest, AWatchFollowsFromTheOneToTheOther) {
  KeyedLog old = Old();
  ASSERT_EQ(old.Append("first").status, 0);
  EXPECT_EQ(Watch(old, "").status, 0);
  ASSERT_EQ(Succeed(old, new_vkey_).status, 0);
  // Once as it grows, and once by a watcher that finds nothing new.
  for (int look = 0; look < 2; ++look) {
    const Outcome alone = Watch(old, "");
    EXPECT_EQ(alone.status, 0) << alone.out;
    EXPECT_TRUE(Contains(alone.out, "frozen: by entry 1; succeeded by " +
                                        new_vkey_ +
                                        ", which the policy "
                                        "trusts and gives no address of"))
        << alone.out;
  }
  KeyedLog next(NewData(), AsSuccessor());
  ASSERT_EQ(next.Append("second").status, 0);
  for (int look = 0; look < 2; ++look) {
    const Outcome both = Watch(old, next.url());
    EXPECT_EQ(both.status, 0) << both.out;
    EXPECT_TRUE(Contains(both.out, "going on with " + next.url())) << both.out;
    EXPECT_TRUE(Contains(both.out.substr(both.out.find("going on")), "size 2"))
        << both.out;
  }
}

TEST_F(SucceedTest, AnInterruptedEndIsFinishedByTheNextRun) {
  {
    KeyedLog old = Old();
    ASSERT_EQ(old.Append("first").status, 0);
    ASSERT_EQ(Succeed(old, new_vkey_).status, 0);
    old.Stop(SIGKILL);
  }
  const std::string note = ReadFile(Final());
  std::filesystem::remove(Final());
  KeyedLog old = Old();
  EXPECT_EQ(old.Append("late").status, 1);
  const Outcome other = Succeed(old, Keygen("log.example/x", folder_ / "x"));
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(Contains(other.err, new_vkey_)) << other.err;
  EXPECT_FALSE(std::filesystem::exists(Final()));
  for (int run = 0; run < 2; ++run) {
    const Outcome again = Succeed(old, new_vkey_);
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_EQ(ReadFile(Final()), note);
  }
  WriteFile(Final(), "something else\n");
  EXPECT_EQ(Succeed(old, new_vkey_).status, 2);
  EXPECT_EQ(ReadFile(Final()), "something else\n");
  WriteFile(Final(), note);
  // The successor, killed as soon as it is there, begins the same.
  for (int run = 0; run < 3; ++run) {
    KeyedLog next(NewData(), AsSuccessor());
    next.Stop(SIGKILL);
  }
  KeyedLog next(NewData(), {"--key", NewKey()});
  EXPECT_EQ(Audit(next.url(), {"--predecessor", old.url()}).status, 0);
  const Json entry =
      Json::parse(next.Modlog({"get", "0", "--json"}).out, nullptr, false);
  EXPECT_EQ(entry["action"]["kind"], "KIND_SUCCESSION");
}

TEST_F(SucceedTest, WhoMayNotAndWhatDoesNotFitIsRefusedAndNothingChanges) {
  KeyedLog old = Old();
  ASSERT_EQ(old.Append("first").status, 0);
  EXPECT_EQ(old.Modlog({"succeed", "--successor", new_vkey_, "--out", Final()})
                .status,
            2);  // without --yes
  EXPECT_EQ(Succeed(old, old_vkey_).status, 2);
  EXPECT_EQ(Succeed(old, "no key").status, 2);
  ASSERT_EQ(old.Modlog({"platform", "add", "example", "--token-out",
                        folder_ / "token"})
                .status,
            0);
  const Outcome platform =
      RunProgram("modlog", {"--server", old.grpc(), "--token-file",
                            folder_ / "token", "succeed", "--successor",
                            new_vkey_, "--out", Final(), "--yes"});
  EXPECT_NE(platform.status, 0);
  EXPECT_TRUE(Contains(platform.err, "operator")) << platform.err;
  EXPECT_FALSE(std::filesystem::exists(Final()));
  EXPECT_EQ(old.Append("second").status, 0);

  ASSERT_EQ(Succeed(old, new_vkey_).status, 0);
  // A successor is told both, and of a checkpoint that its predecessor signed.
  ExpectNoStart(NewData(), {"--key", NewKey(), "--succeeds", old_vkey_}, 2,
                "want both");
  ExpectNoStart(
      NewData(),
      {"--key", NewKey(), "--succeeds", new_vkey_, "--succeeds-at", Final()}, 2,
      "no signature by a known key");
  // It goes on for another log than itself, and not for a witness.
  Keygen(kOld, folder_ / "same.key");
  ExpectNoStart(folder_ / "same",
                {"--key", folder_ / "same.key", "--succeeds", old_vkey_,
                 "--succeeds-at", Final()},
                1, "own origin");
  ExpectNoStart(NewData(),
                {"--key", NewKey(), "--succeeds",
                 "witness.example/w1+20324abe+"
                 "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
                 "--succeeds-at", Final()},
                2, "of type 1");
  // One that has begun already is none.
  {
    KeyedLog next(NewData(), {"--key", NewKey()});
    ASSERT_EQ(next.Append("too-early").status, 0);
  }
  ExpectNoStart(NewData(), AsSuccessor(), 1, "in entry 0 or never");
}

TEST_F(SucceedTest, AnAuditFindsASuccessorThatLies) {
  KeyedLog old = Old();
  ASSERT_EQ(old.Append("first").status, 0);
  // It names an earlier checkpoint than the final one: an entry is passed over.
  ASSERT_EQ(RunProgram("/usr/bin/curl",
                       {"-sf", "-o", Final(), old.url() + "checkpoint"})
                .status,
            0);
  KeyedLog next(NewData(), AsSuccessor());
  const Outcome silent = Audit(next.url(), {"--predecessor", old.url()});
  EXPECT_EQ(silent.status, 0) << silent.out;  // a warning only: not frozen yet
  EXPECT_TRUE(Contains(silent.out, "the operator's word alone")) << silent.out;
  EXPECT_EQ(Audit(next.url(), {"--predecessor", old.url(), "--strict"}).status,
            1);
  std::filesystem::remove(Final());
  ASSERT_EQ(Succeed(old, new_vkey_).status, 0);
  const Outcome lie = Audit(next.url(), {"--predecessor", old.url()});
  EXPECT_EQ(lie.status, 1);
  EXPECT_TRUE(Contains(lie.out, "ended with 1 entries, and it signed 2"))
      << lie.out;
  const Outcome watched = Watch(old, next.url());
  EXPECT_EQ(watched.status, 1) << watched.out;
  EXPECT_TRUE(Contains(watched.out, "entry 0: does not name the log"))
      << watched.out;
  // A log that is no successor at all, or of another one, is the wrong address
  // and no lie.
  EXPECT_EQ(Audit(old.url(), {"--predecessor", next.url()}).status, 2);
  EXPECT_EQ(Audit(next.url(), {"--predecessor", next.url()}).status, 2);
}

// docs/operating.md, "The key leaked".
TEST_F(SucceedTest, DrillTheKeyLeaked) {
  KeyedLog old = Old();
  ASSERT_EQ(old.Append("first").status, 0);
  const Words seen = {"audit",      old.url(), "--policy",
                      old.policy(), "--state", folder_ / "state"};
  Words first_time = seen;
  first_time.push_back("--first-use");
  ASSERT_EQ(RunProgram("modlog-verify", first_time).status, 0);
  // The thief, with a copy of the key and a directory of his own.
  {
    KeyedLog forged(folder_ / "forged", {"--key", OldKey()});
    ASSERT_EQ(forged.Append("forged").status, 0);
    Words of_forged = seen;
    of_forged[1] = forged.url();
    const Outcome caught = RunProgram("modlog-verify", of_forged);
    EXPECT_EQ(caught.status, 1);
    EXPECT_TRUE(Contains(caught.out, "evidence")) << caught.out;
  }
  // 1. Nothing was forged into this one.
  EXPECT_EQ(RunProgram("modlog-verify", seen).status, 0);
  // 2 to 4. End it, keep a copy that needs no key, go on with a new one.
  ASSERT_EQ(Succeed(old, new_vkey_).status, 0);
  ASSERT_EQ(old.Modlog({"export-tiles", Copy()}).status, 0);
  EXPECT_EQ(old.Stop().status, 0);
  std::filesystem::remove(OldKey());
  KeyedLog next(NewData(), AsSuccessor());
  EXPECT_EQ(next.Append("again").status, 0);
  // 5. What readers run, with the policy that names both.
  EXPECT_EQ(Audit(Copy()).status, 0);
  EXPECT_EQ(Audit(next.url(), {"--predecessor", Copy()}).status, 0);
}

// docs/operating.md, "The key, or the disk, is lost".
TEST_F(SucceedTest, DrillTheKeyAndTheDiskAreLost) {
  {
    KeyedLog old = Old();
    ASSERT_EQ(old.Append("first").status, 0);
    ASSERT_EQ(old.Modlog({"export-tiles", Copy()}).status, 0);
  }
  std::filesystem::remove(OldKey());
  std::filesystem::remove_all(OldData());
  WriteFile(Final(), ReadFile(Copy() + "/checkpoint"));
  KeyedLog next(NewData(), AsSuccessor());
  EXPECT_EQ(next.Append("second").status, 0);
  EXPECT_EQ(Audit(Copy()).status, 0);
  const Outcome audit = Audit(next.url(), {"--predecessor", Copy()});
  EXPECT_EQ(audit.status, 0) << audit.out;
  EXPECT_TRUE(Contains(audit.out, "the operator's word alone")) << audit.out;
}

}  // namespace
}  // namespace modlog::succeed_e2e_test
