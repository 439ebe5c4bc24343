// If these fail, a platform that uses the programs as the README says loses an
// action, is told something false, or cannot prove what it was promised.

#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "tests/client/running_log.h"

namespace modlog::modlog_e2e_test {
namespace {

// A valid action of a platform that copies from the press.
std::string Line(const std::string& puid, const std::string& more = "") {
  return R"({"kind":"KIND_ACTION","puid":")" + puid +
         R"(","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT",)"
         R"("category":"CATEGORY_VIOLENCE","application_date":18634,)"
         R"("subject_kind":"SUBJECT_KIND_ITEM")" +
         more + "}\n";
}

std::string ManyLines(int first, int count) {
  std::string lines;
  for (int i = first; i < first + count; ++i) {
    lines += Line("p-" + std::to_string(i));
  }
  return lines;
}

class ModlogTest : public testing::Test {
 protected:
  Words With(const Words& words) const { return log_.With(words); }
  Outcome Modlog(const Words& words, const std::string& input = "") const {
    return log_.Modlog(words, input);
  }
  uint64_t Size() const { return log_.Size(); }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(ModlogTest, WhatIsAppendedIsPrintedOnceItIsLogged) {
  Outcome append = Modlog({"append", "--platform", "example", "--json", "-"},
                          ManyLines(0, 2'500));
  EXPECT_EQ(append.status, 0) << append.err;
  std::vector<std::string> acks = Lines(append.out);
  ASSERT_EQ(acks.size(), 2'500u);
  for (size_t i = 0; i < acks.size(); ++i) {
    Json ack = Json::parse(acks[i]);
    EXPECT_EQ(ack["index"], i);
    EXPECT_EQ(ack["puid"], "p-" + std::to_string(i));
    EXPECT_FALSE(ack.contains("duplicate"));
  }
  EXPECT_EQ(Size(), 2'500u);
  EXPECT_TRUE(Contains(append.err, "2,500 logged"));

  Json got = Json::parse(Modlog({"get", "1234", "--json"}).out);
  EXPECT_EQ(got["leaf_hash"], Json::parse(acks[1'234])["leaf_hash"]);
  EXPECT_EQ(got["action"]["puid"], "p-1234");
  EXPECT_EQ(got["platform"], "example");
}

TEST_F(ModlogTest, AppendingAFileAgainAddsNothing) {
  WriteFile(folder_ / "a.jsonl", ManyLines(0, 10));
  Words words = {"append", "--platform", "example", folder_ / "a.jsonl"};
  Outcome first = Modlog(words);
  Outcome second = Modlog(words);
  EXPECT_EQ(first.status, 0);
  EXPECT_EQ(second.status, 0);
  EXPECT_EQ(Size(), 10u);
  std::vector<std::string> before = Lines(first.out);
  std::vector<std::string> after = Lines(second.out);
  ASSERT_EQ(after.size(), 10u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(after[i], before[i] + " duplicate");
}

TEST_F(ModlogTest, WhatIsRefusedIsNamedAndTheRestIsLogged) {
  std::string file = folder_ / "a.jsonl";
  WriteFile(file, Line("p-1") +                                 // 1
                      Line("p-2", R"(,"about":["nowhere"])") +  // 2
                      "{\"puid\":\"p-3\",}\n" +                 // 3
                      Line("p-1", R"(,"affected":5)") +         // 4
                      Line("p 5") +                             // 5
                      Line("p-6"));                             // 6
  Outcome append = Modlog({"append", "--platform", "example", file});
  EXPECT_EQ(append.status, 1);
  EXPECT_EQ(Lines(append.out).size(), 2u) << append.out;
  for (const char* part :
       {":2: about[0]: ", ":3: not JSON", ":4: puid: entry 0", ":5: puid: "}) {
    EXPECT_TRUE(Contains(append.err, file + part)) << part << append.err;
  }
  EXPECT_FALSE(Contains(append.err, "p 5")) << "a value in an error";
  EXPECT_TRUE(Contains(append.err, "2 logged, 0 logged before, 4 refused"))
      << append.err;
  EXPECT_EQ(Size(), 2u);
}

TEST_F(ModlogTest, PlatformsMayTakeTurnsInAFile) {
  std::string lines;
  for (int i = 0; i < 30; ++i) {
    std::string bare = Line("p-" + std::to_string(i / 3));
    bare.pop_back();
    lines += R"({"platform":"p)" + std::to_string(i % 3) + R"(","action":)" +
             bare + "}\n";
  }
  Outcome append = Modlog({"append", "--json", "-"}, lines);
  EXPECT_EQ(append.status, 0) << append.err;
  std::vector<std::string> acks = Lines(append.out);
  ASSERT_EQ(acks.size(), 30u);
  for (size_t i = 0; i < acks.size(); ++i) {
    EXPECT_EQ(Json::parse(acks[i])["index"], i);
  }
}

TEST_F(ModlogTest, ALineThatWaitsForNoOtherIsAnsweredAtOnce) {
  Program append("modlog", With({"append", "--platform", "example", "-"}));
  append.Write(Line("p-1"));
  EXPECT_TRUE(Contains(append.WaitForOutput("p-1\n"), "p-1\n"));
  append.Write(Line("p-2"));
  EXPECT_TRUE(Contains(append.WaitForOutput("p-2\n"), "p-2\n"));
  EXPECT_EQ(append.Wait().status, 0);
}

TEST_F(ModlogTest, CtrlCLosesNothingThatWasPrinted) {
  Program append("modlog",
                 With({"append", "--platform", "example", "--json", "-"}));
  append.Write(ManyLines(0, 5'000));
  append.WaitForOutput("\n");
  append.Signal(SIGINT);
  Outcome outcome = append.Wait();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_TRUE(Contains(outcome.err, "interrupted")) << outcome.err;
  std::vector<std::string> acks = Lines(outcome.out);
  EXPECT_GT(acks.size(), 0u);
  // All that was acknowledged is in the log, and all in the log was printed.
  EXPECT_EQ(Size(), acks.size());
  for (size_t i = 0; i < acks.size(); i += 97) {
    Json ack = Json::parse(acks[i]);
    Json got = Json::parse(Modlog({"get", ack["index"].dump(), "--json"}).out);
    EXPECT_EQ(got["leaf_hash"], ack["leaf_hash"]);
  }
}

TEST_F(ModlogTest, ALogThatDiesIsSaidToHaveAndItsAnswersStand) {
  Program append("modlog", With({"append", "--platform", "example", "-"}));
  append.Write(ManyLines(0, 100));
  append.WaitForOutput("p-99\n");
  log_.Signal(SIGKILL);
  append.Write(ManyLines(100, 100));
  Outcome outcome = append.Wait();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(Lines(outcome.out).size(), 100u);
  EXPECT_TRUE(Contains(outcome.err, "without an answer")) << outcome.err;
}

TEST_F(ModlogTest, AReceiptConvincesTheVerifierOffline) {
  Modlog({"append", "--platform", "example", "-"}, ManyLines(0, 300));
  std::string prefix = folder_ / "r";
  Outcome receipt = Modlog({"receipt", "--index", "77", "--out", prefix});
  EXPECT_EQ(receipt.status, 0) << receipt.err;
  EXPECT_EQ(Modlog({"get", "77", "--leaf", "-"}).out,
            ReadFile(prefix + ".entry"));
  log_.Signal(SIGTERM);
  Words words = {"receipt",
                 "--entry",
                 prefix + ".entry",
                 "--proof",
                 prefix + ".tlog-proof",
                 "--policy",
                 log_.policy()};
  Outcome verdict = RunProgram("modlog-verify", words);
  EXPECT_EQ(verdict.status, 0) << verdict.out << verdict.err;
  std::string entry = ReadFile(prefix + ".entry");
  const size_t puid = entry.find("p-77");
  ASSERT_NE(puid, std::string::npos);
  entry[puid + 3] ^= 1;
  WriteFile(prefix + ".entry", entry);
  EXPECT_EQ(RunProgram("modlog-verify", words).status, 1);
  // What is no entry at all was damaged, and accuses nobody.
  WriteFile(prefix + ".entry", entry.substr(0, puid));
  EXPECT_EQ(RunProgram("modlog-verify", words).status, 2);
}

TEST_F(ModlogTest, AnEntryThatIsNotThereIsNoError) {
  Outcome get = Modlog({"get", "0"});
  EXPECT_EQ(get.status, 1);
  EXPECT_TRUE(Contains(get.err, "entry 0")) << get.err;
  EXPECT_EQ(Modlog({"receipt", "--index", "0", "--out", folder_ / "r"}).status,
            1);
  EXPECT_EQ(ReadFile(folder_ / "r.entry"), "");
}

// Two levels of tiles, all full and partial ones.
TEST_F(ModlogTest, AnExportIsAWholeLog) {
  EXPECT_EQ(
      Modlog({"bench", "--mode", "stream", "--entries", "66000", "--json"})
          .status,
      0);
  std::string copy = folder_ / "copy";
  Outcome first = Modlog({"export-tiles", copy});
  EXPECT_EQ(first.status, 0) << first.err;
  Words audit = {"audit", copy, "--policy", log_.policy(), "--first-use"};
  Outcome verdict = RunProgram("modlog-verify", audit);
  EXPECT_EQ(verdict.status, 0) << verdict.out << verdict.err;
  EXPECT_TRUE(Contains(verdict.out, "66,000")) << verdict.out;

  // It is carried on where it stood, and heals what broke meanwhile.
  Modlog({"append", "--platform", "example", "-"}, ManyLines(0, 500));
  for (const char* name : {"/tile/0/007", "/tile/1/000", "/tile/entries/009"}) {
    std::string data = ReadFile(copy + name);
    ASSERT_GT(data.size(), 100u);
    data[99] ^= 1;
    WriteFile(copy + name, data);
  }
  WriteFile(copy + "/tile/entries/010", "cut");
  EXPECT_EQ(RunProgram("modlog-verify", audit).status, 1);
  Outcome second = Modlog({"export-tiles", copy});
  EXPECT_EQ(second.status, 0) << second.err;
  verdict = RunProgram("modlog-verify", audit);
  EXPECT_EQ(verdict.status, 0) << verdict.out << verdict.err;
  EXPECT_TRUE(Contains(verdict.out, "66,500")) << verdict.out;
}

TEST_F(ModlogTest, AnEmptyLogIsExportedAsOne) {
  Outcome outcome = Modlog({"export-tiles", folder_ / "copy"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(ReadFile(folder_ / "copy/checkpoint"), "");
}

TEST_F(ModlogTest, AnExportDoesNotReplaceTheCopyOfAnotherLog) {
  Modlog({"append", "--platform", "example", "-"}, ManyLines(0, 3));
  std::string copy = folder_ / "copy";
  ASSERT_EQ(Modlog({"export-tiles", copy}).status, 0);
  std::string checkpoint = ReadFile(copy + "/checkpoint");
  RunningLog other;
  Outcome outcome = other.Modlog({"export-tiles", copy});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(Contains(outcome.err, "not of this log")) << outcome.err;
  EXPECT_EQ(ReadFile(copy + "/checkpoint"), checkpoint);
}

// Two notices and a file that is none.
TEST_F(ModlogTest, AnImportThatIsRunAgainAddsNothing) {
  std::string notices = folder_ / "notices";
  for (const char* name : {"2021-01-05-a.md", "2021-01-06-b.md"}) {
    WriteFile(notices + "/2021/01/" + name,
              "Remove https://github.com/some/thing\n");
  }
  WriteFile(notices + "/2021/01/2021-01-07-c.pdf", "%PDF");
  Words words = {"import", "github-dmca", notices,           "--platform",
                 "github", "--secret",    folder_ / "secret"};
  Outcome first = Modlog(words);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_TRUE(Contains(first.err, "passed over: 1 files that are no notices"))
      << first.err;
  EXPECT_TRUE(Contains(first.err, "4 entries new, 0 known")) << first.err;
  Outcome second = Modlog(words);
  EXPECT_EQ(second.status, 0);
  EXPECT_TRUE(Contains(second.err, "0 entries new, 4 known")) << second.err;
  EXPECT_EQ(Size(), 4u);
}

TEST_F(ModlogTest, EveryModeOfTheBenchIsLoggedInFull) {
  uint64_t size = 0;
  for (const char* mode : {"unary", "batch", "stream"}) {
    Outcome bench =
        Modlog({"bench", "--mode", mode, "--entries", "2000", "--batch", "100",
                "--in-flight", "16", "--connections", "2", "--json"});
    ASSERT_EQ(bench.status, 0) << mode << bench.err;
    Json report = Json::parse(bench.out);
    EXPECT_EQ(report["entries"], 2'000);
    EXPECT_EQ(report["errors"], 0);
    EXPECT_GT(report["leaves_checked"], 0);
    EXPECT_GT(report["p99_ms"], 0);
    EXPECT_EQ(Size(), size += 2'000);
  }
}

TEST_F(ModlogTest, ABenchOfEntriesLoggedBeforeIsNoMeasurement) {
  Words words = {"bench", "--mode", "stream", "--entries",
                 "100",   "--seed", "7",      "--json"};
  EXPECT_EQ(Modlog(words).status, 0);
  Outcome again = Modlog(words);
  EXPECT_EQ(again.status, 1);
  EXPECT_TRUE(Contains(again.err, "--seed")) << again.err;
  EXPECT_EQ(Json::parse(again.out)["entries"], 0);
  EXPECT_EQ(Size(), 100u);
}

TEST_F(ModlogTest, ARateIsKept) {
  Outcome bench = Modlog({"bench", "--mode", "batch", "--entries", "200",
                          "--batch", "10", "--rate", "1000", "--json"});
  ASSERT_EQ(bench.status, 0) << bench.err;
  // The last of 20 messages is due after 190 ms, on any machine.
  EXPECT_GE(Json::parse(bench.out)["seconds"], 0.19);
}

TEST(ModlogWithoutALog, SaysSoInOneLine) {
  for (const Words& words :
       {Words{"status"}, Words{"get", "0"},
        Words{"append", "--platform", "example", "-"},
        Words{"bench", "--mode", "unary", "--entries", "1"},
        Words{"export-tiles", "/nonexistent/x"}}) {
    Words all = {"--server", "127.0.0.1:1"};
    all.insert(all.end(), words.begin(), words.end());
    Outcome outcome = RunProgram("modlog", all);
    EXPECT_EQ(outcome.status, 2) << words[0];
    EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "127.0.0.1:1 ")) << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "start modlogd")) << outcome.err;
  }
}

TEST(ModlogWithoutALog, MistakesOnTheCommandLineAreUsage) {
  for (const Words& words :
       {Words{}, Words{"pardon"}, Words{"get"}, Words{"get", "-1"},
        Words{"get", "0x1"}, Words{"receipt", "--index", "1"},
        Words{"append", "/nonexistent"},
        Words{"append", "-", "--platform", "A"},
        Words{"bench", "--mode", "psychic", "--entries", "1"},
        Words{"bench", "--mode", "stream", "--entries", "0"}, Words{"import"},
        Words{"import", "github-dmca", "x"}}) {
    Outcome outcome = RunProgram("modlog", words);
    EXPECT_EQ(outcome.status, 2) << testing::PrintToString(words);
    EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
  }
}

TEST(ModlogWithoutALog, EveryCommandTeaches) {
  for (const char* command : {"append", "import", "get", "receipt", "status",
                              "export-tiles", "bench"}) {
    Outcome outcome = RunProgram("modlog", {command, "--help"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_TRUE(Contains(outcome.out, "Example")) << command;
  }
  EXPECT_TRUE(Contains(RunProgram("modlog", {"--version"}).out, "modlog "));
}

// A platform that was enrolled is written to by nobody else.
TEST(EnrolmentTest, AnEnrolledPlatformNeedsItsToken) {
  TemporaryFolder folder;
  RunningLog log;
  const Words append = {"append", "--platform", "shop", "-"};
  const Outcome denied = log.Modlog({"platform", "add", "shop"});
  EXPECT_NE(denied.status, 0);
  EXPECT_TRUE(Contains(denied.err, "only the operator")) << denied.err;
  const Outcome added =
      log.Modlog({"--token-file", log.operator_token(), "platform", "add",
                  "shop", "--token-out", folder / "shop.token"});
  ASSERT_EQ(added.status, 0) << added.err;
  const Outcome stranger = log.Modlog(append, Line("a"));
  EXPECT_NE(stranger.status, 0);
  EXPECT_TRUE(Contains(stranger.err, "need its token")) << stranger.err;
  EXPECT_EQ(log.Size(), 0u);
  Words as_shop = {"--token-file", folder / "shop.token"};
  as_shop.insert(as_shop.end(), append.begin(), append.end());
  const Outcome logged = log.Modlog(as_shop, Line("a"));
  EXPECT_EQ(logged.status, 0) << logged.err;
  EXPECT_EQ(log.Size(), 1u);
}

// An operator whose log waits for its clock would have no way on.
TEST_F(ModlogTest, TheClockIsShownAndTheOperatorMaySayThatItIsRight) {
  const Outcome shown = log_.Modlog({"clock"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_TRUE(Contains(shown.out, "newest entry     none")) << shown.out;
  EXPECT_TRUE(Contains(shown.out, "it is believed")) << shown.out;
  const Outcome nobody = log_.Modlog({"clock", "accept"});
  EXPECT_EQ(nobody.status, 2) << nobody.out;
  EXPECT_TRUE(Contains(nobody.err, "operator")) << nobody.err;
  const Outcome accepted =
      log_.Modlog({"clock", "accept", "--token-file", log_.operator_token()});
  EXPECT_EQ(accepted.status, 0) << accepted.err;
  EXPECT_TRUE(Contains(accepted.out, "it is believed")) << accepted.out;
}

}  // namespace
}  // namespace modlog::modlog_e2e_test
