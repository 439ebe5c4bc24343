// If these fail, a script that trusts the exit status of modlog-verify is
// misled.

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/audit/child.h"
#include "tests/audit/small_log.h"
#include "tests/verifier/samples.h"
#include "verifier/core/sha256.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::program_test {
namespace {

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteFiles(SmallLog::OfSize(300).MakeFiles(), Log());
    WriteWholeFile(Policy(), SmallPolicyText());
  }

  static Ran Verify(std::vector<std::string> arguments,
                    const std::string& input = "") {
    arguments.insert(arguments.begin(), MODLOG_BIN_DIR "/modlog-verify");
    return RunProgram(arguments, input);
  }
  Ran AuditAt(const std::string& target,
              const std::vector<std::string>& more = {"--first-use"}) const {
    std::vector<std::string> arguments = {"audit", target, "--policy",
                                          Policy()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Verify(arguments);
  }
  std::string Log() const { return directory_.Path("log"); }
  std::string Policy() const { return directory_.Path("policy"); }

  TemporaryDirectory directory_;
};

TEST_F(ProgramTest, HelpAndVersionAreNoErrorAndSayWhatTheStatusesMean) {
  const Ran help = Verify({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.out.find("cannot tell"), std::string::npos);
  EXPECT_NE(help.out.find("Examples"), std::string::npos);
  EXPECT_EQ(Verify({"--version"}).status, 0);
  EXPECT_NE(Verify({"--version"}).out.find("modlog-verify 0."),
            std::string::npos);
  for (const std::string command :
       {"inclusion", "consistency", "receipt", "audit", "fork"}) {
    EXPECT_EQ(Verify({command, "--help"}).status, 0) << command;
  }
}

TEST_F(ProgramTest, EvidenceOfAForkIsJudgedWithoutTheLog) {
  const std::string state = directory_.Path("state");
  ASSERT_EQ(AuditAt(Log(), {"--state", state, "--first-use"}).status, 0);
  SmallLog forked = SmallLog::OfSize(700);
  forked.entries[128] = SmallEntry(1'000'000);
  std::filesystem::remove_all(Log());
  std::filesystem::create_directory(Log());
  WriteFiles(forked.MakeFiles(), Log());
  const auto audit = nlohmann::json::parse(
      AuditAt(Log(), {"--state", state, "--json"}).out, nullptr, false);
  const std::string file = audit["evidence"];
  std::filesystem::remove_all(Log());

  const Ran ran = Verify({"fork", file, "--policy", Policy()});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("signed two histories"), std::string::npos);
  const Ran machine = Verify({"fork", file, "--policy", Policy(), "--json"});
  EXPECT_EQ(machine.status, 0);
  const auto json = nlohmann::json::parse(machine.out, nullptr, false);
  EXPECT_EQ(json["verdict"], "true");
  EXPECT_EQ(json["size"], 300);
  EXPECT_EQ(json["root"], FormatBase64(SmallLog::OfSize(300).Head().root));
  EXPECT_EQ(json["other_root"], FormatBase64(forked.HeadAt(300).root));
  EXPECT_EQ(json["larger_size"], 700);

  std::string text = ReadWholeFile(file);
  WriteWholeFile(file, text.substr(0, text.size() / 2));
  EXPECT_EQ(Verify({"fork", file, "--policy", Policy()}).status, 2);
  EXPECT_EQ(Verify({"fork", file + ".not", "--policy", Policy()}).status, 2);
}

TEST_F(ProgramTest, ArgumentsThatAreNotUnderstoodCannotTell) {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"nonsense"},
      {"--nonsense"},
      {"audit"},
      {"audit", Log()},
      {"audit", Log(), "--policy", Policy()},  // neither state nor first use
      {"audit", Log(), "--policy", Policy(), "--first-use", "--threads", "0"},
      {"audit", Log(), Log(), "--policy", Policy(), "--first-use"},
      {"receipt", "--entry", Policy()},
      {"inclusion"},
      {"inclusion", "a", "b"}};
  for (const auto& arguments : bad) {
    const Ran ran = Verify(arguments);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(arguments);
    EXPECT_FALSE(ran.error.empty());
  }
}

// A script that passes an unset variable would remember nothing, for ever.
TEST_F(ProgramTest, AnEmptyStateIsNoState) {
  const Ran ran = AuditAt(Log(), {"--first-use", "--state", ""});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.error.find("--state is empty"), std::string::npos);
}

// A report lost on a full disk must not read as proved.
TEST_F(ProgramTest, AVerdictThatCannotBePrintedIsNotProved) {
  for (const std::string to : {">/dev/full", ">&-"}) {
    const Ran ran = RunProgram({"/bin/sh", "-c", "exec \"$@\" " + to, "sh",
                                MODLOG_BIN_DIR "/modlog-verify", "audit", Log(),
                                "--policy", Policy(), "--first-use"});
    EXPECT_EQ(ran.status, 2) << to;
    EXPECT_NE(ran.error.find("the verdict was: true"), std::string::npos);
  }
}

TEST_F(ProgramTest, FilesThatCannotBeReadCannotTell) {
  const std::string none = directory_.Path("none");
  EXPECT_EQ(Verify({"inclusion", none}).status, 2);
  EXPECT_EQ(Verify({"inclusion", Log()}).status, 2);
  EXPECT_EQ(AuditAt(none).status, 2);
  EXPECT_EQ(AuditAt(directory_.path()).status, 2) << "a directory, but no log";
  EXPECT_EQ(Verify({"audit", Log(), "--policy", none, "--first-use"}).status,
            2);
  WriteWholeFile(Policy(), "nonsense\n");
  EXPECT_EQ(AuditAt(Log()).status, 2);
}

TEST_F(ProgramTest, BareProofsAreReadFromAFileAndFromStandardInput) {
  const std::string root(kSampleRoots[1]);
  const std::string leaf = FormatBase64(HashLeaf(AsBytes(SampleEntry(0))));
  const std::string good = R"({"index":0,"size":1,"leaf_hash":")" + leaf +
                           R"(","root":")" + root + R"(","proof":[]})" + "\n";
  const std::string bad = R"({"index":1,"size":1,"leaf_hash":")" + leaf +
                          R"(","root":")" + root + R"(","proof":[]})" + "\n";
  const std::string same = R"({"old_size":1,"new_size":1,"old_root":")" + root +
                           R"(","new_root":")" + root + R"(","proof":[]})";
  WriteWholeFile(directory_.Path("proof"), good);
  EXPECT_EQ(Verify({"inclusion", directory_.Path("proof")}).out, "true\n");
  EXPECT_EQ(Verify({"inclusion", directory_.Path("proof")}).status, 0);
  EXPECT_EQ(Verify({"inclusion", "-"}, good + bad).status, 1);
  EXPECT_EQ(Verify({"inclusion", "-"}, good + "x\n").status, 2);
  EXPECT_EQ(Verify({"inclusion", "-"}, "x\n" + bad).status, 1);
  EXPECT_EQ(Verify({"consistency", "-"}, same).status, 0);
  EXPECT_EQ(Verify({"consistency", "-"}, good).status, 2);
}

TEST_F(ProgramTest, AReceiptIsJudgedFromThreeFiles) {
  WriteWholeFile(directory_.Path("entry"), SampleEntry(3));
  WriteWholeFile(directory_.Path("proof"), SampleProof());
  WriteWholeFile(Policy(),
                 "log " + std::string(kSampleLogKey) + "\nquorum none\n");
  const auto verify = [&] {
    return Verify({"receipt", "--entry", directory_.Path("entry"), "--proof",
                   directory_.Path("proof"), "--policy", Policy()});
  };
  // The sample's entries are JSON: in their log, but no entries of ours.
  Ran ran = verify();
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.out.find("the entry is in the log, but"), std::string::npos);

  SmallLog log = SmallLog::OfSize(1);
  WriteWholeFile(directory_.Path("entry"), log.entries[0]);
  WriteWholeFile(directory_.Path("proof"),
                 FormatTlogProof({{}, 0, {}, log.Checkpoint()}));
  EXPECT_EQ(verify().status, 2) << "unknown origin";
  WriteWholeFile(Policy(), SmallPolicyText());
  EXPECT_EQ(verify().status, 0);
  WriteWholeFile(Policy(), SmallWitnessedPolicyText());
  ran = verify();
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.out.find("not witnessed yet"), std::string::npos);
  WriteWholeFile(directory_.Path("entry"), "x");
  EXPECT_EQ(verify().status, 2) << "no entry: damaged";
  WriteWholeFile(directory_.Path("entry"), SmallEntry(5));
  EXPECT_EQ(verify().status, 1);
}

TEST_F(ProgramTest, ADirectoryIsAuditedAndTheStatusIsTheVerdict) {
  Ran ran = AuditAt(Log());
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  EXPECT_TRUE(ran.out.starts_with("verdict: true")) << ran.out;
  EXPECT_EQ(
      AuditAt(Log(), {"--first-use", "--integrity-only", "--threads", "1"})
          .status,
      0);

  std::string tile = ReadWholeFile(Log() + "/tile/0/000");
  tile[17 * 32] ^= 1;
  WriteWholeFile(Log() + "/tile/0/000", tile);
  ran = AuditAt(Log());
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.out.starts_with("verdict: false: tile/0/000 hash 17: "))
      << ran.out;

  std::filesystem::remove(Log() + "/tile/0/000");
  EXPECT_EQ(AuditAt(Log()).status, 2);
  EXPECT_EQ(AuditAt(Log(), {"--first-use", "--from", "256"}).status, 0);
}

TEST_F(ProgramTest, TheReportForMachinesIsOneObject) {
  const auto json = nlohmann::json::parse(
      AuditAt(Log(), {"--first-use", "--json"}).out, nullptr, false);
  EXPECT_EQ(json["verdict"], "true");
  EXPECT_EQ(json["exit_status"], 0);
  EXPECT_EQ(json["origin"], kSmallOrigin);
  EXPECT_EQ(json["size"], 300);
  EXPECT_EQ(json["entries"], 300);
  EXPECT_EQ(json["bundles"], 2);
  EXPECT_EQ(json["tiles"], 3);
  EXPECT_EQ(json["violation_count"], 0);
  WriteWholeFile(Log() + "/checkpoint", "x");
  const auto bad = nlohmann::json::parse(
      AuditAt(Log(), {"--first-use", "--json"}).out, nullptr, false);
  EXPECT_EQ(bad["exit_status"], 2);
  EXPECT_EQ(bad["place"], "checkpoint");
}

TEST_F(ProgramTest, AnEmptyLogIsTrueAndSaysThatNothingIsProved) {
  std::filesystem::remove_all(Log());
  WriteFiles(SmallLog::OfSize(0).MakeFiles(), Log());
  const Ran ran = AuditAt(Log());
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("empty: nothing proved"), std::string::npos);
}

TEST_F(ProgramTest, TheStateIsKeptFromOneRunToTheNext) {
  const std::string state = directory_.Path("state");
  const std::vector<std::string> next = {"--state", state};
  Ran ran = AuditAt(Log(), next);
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.error.find("--first-use"), std::string::npos) << ran.error;
  EXPECT_FALSE(std::filesystem::exists(state));
  EXPECT_EQ(AuditAt(Log(), {"--state", state, "--first-use"}).status, 0);
  EXPECT_EQ(AuditAt(Log(), next).status, 0);
  SmallLog fork = SmallLog::OfSize(300);
  fork.entries[0] = SmallEntry(1'000'000);
  std::filesystem::remove_all(Log());
  WriteFiles(fork.MakeFiles(), Log());
  ran = AuditAt(Log(), next);
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("two roots of one size"), std::string::npos);
  EXPECT_NE(ran.out.find(".contradiction."), std::string::npos) << ran.out;
}

TEST_F(ProgramTest, ALogIsAuditedOverHttp) {
  if (!HasPython()) GTEST_SKIP() << "there is no python3 to serve files";
  const Child server({"python3", "-u", "-m", "http.server", "0", "--bind",
                      "127.0.0.1", "--directory", directory_.path()});
  // "Serving HTTP on 127.0.0.1 port 40001 (http://127.0.0.1:40001/) ..."
  const std::string line = server.FirstLine();
  const size_t begin = line.find("http://");
  ASSERT_NE(begin, std::string::npos) << line;
  const std::string url =
      line.substr(begin, line.find(')', begin) - begin) + "log/";
  const Ran ran = AuditAt(url);
  EXPECT_EQ(ran.status, 0) << ran.out << ran.error;
  std::filesystem::remove(Log() + "/tile/1/000.p/1");
  EXPECT_EQ(AuditAt(url).status, 2);
  std::filesystem::remove(Log() + "/checkpoint");
  EXPECT_EQ(AuditAt(url).status, 2);
}

TEST_F(ProgramTest, AServerThatIsNotThereOrFailsCannotTell) {
  EXPECT_EQ(AuditAt("http://127.0.0.1:1/").status, 2);
  EXPECT_EQ(AuditAt("ftp://127.0.0.1/").status, 2);
  if (!HasPython()) GTEST_SKIP() << "there is no python3 to serve files";
  const Child server({"python3", MODLOG_SOURCE_DIR "/tests/audit/odd_server.py",
                      "error", Log()});
  const Ran ran = AuditAt("http://127.0.0.1:" + server.FirstLine());
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.out.find("HTTP status 500"), std::string::npos) << ran.out;
}

TEST_F(ProgramTest, AnInterruptedAuditEndsInOrderAndRemembersNothing) {
  if (!HasPython()) GTEST_SKIP() << "there is no python3 to serve files";
  const std::string state = directory_.Path("state");
  const Child server({"python3", MODLOG_SOURCE_DIR "/tests/audit/odd_server.py",
                      "silent", Log()});
  Child audit({MODLOG_BIN_DIR "/modlog-verify", "audit",
               "http://127.0.0.1:" + server.FirstLine(), "--policy", Policy(),
               "--state", state, "--first-use"});
  EXPECT_EQ(server.FirstLine(), "silent");  // it waits for what will not come
  kill(audit.pid(), SIGINT);
  EXPECT_EQ(audit.Wait(), 2);
  EXPECT_TRUE(std::filesystem::is_empty(state));
}

}  // namespace
}  // namespace modlog::program_test
