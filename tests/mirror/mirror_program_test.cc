// If these fail, who runs a mirror is left without one after a crash, is not
// told why it stopped, or serves what an auditor would not accept.

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/audit/child.h"
#include "tests/audit/small_log.h"
#include "tests/eventually.h"
#include "tests/held_port.h"

namespace modlog::mirror_program_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// "Serving HTTP on 127.0.0.1 port 40001 (http://127.0.0.1:40001/) ..."
std::string UrlOf(const Child& server) {
  const std::string line = server.FirstLine();
  const size_t begin = line.find("http://");
  if (begin == std::string::npos) {
    ADD_FAILURE() << line;
    return "";
  }
  return line.substr(begin, line.find(')', begin) - begin);
}

// On any free port, or on the one given.
std::vector<std::string> ServeCommand(const std::string& directory,
                                      int port = 0) {
  return {"python3",   "-u",          "-m",      "http.server",       "--bind",
          "127.0.0.1", "--directory", directory, std::to_string(port)};
}

uint64_t CountFiles(const std::string& directory) {
  uint64_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end;
       !error && it != end; it.increment(error)) {
    count += it->is_regular_file(error) ? 1u : 0u;
  }
  return count;
}

class MirrorProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasPython()) GTEST_SKIP() << "there is no python3 to serve files";
    fs::create_directory(Log());
  }

  static Ran Verify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), MODLOG_BIN_DIR "/modlog-verify");
    return RunProgram(arguments);
  }
  std::vector<std::string> MirrorCommand(
      const std::string& url, const std::vector<std::string>& more) const {
    std::vector<std::string> words = {MODLOG_BIN_DIR "/modlog-verify",
                                      "mirror",
                                      url,
                                      Copy(),
                                      "--policy",
                                      PolicyFile()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  Ran Mirror(const std::string& url, const std::vector<std::string>& more = {
                                         "--once", "--first-use"}) const {
    return RunProgram(MirrorCommand(url, more));
  }
  // The log grows or changes, its checkpoint last.
  void Publish(const SmallLog& log) const {
    Files files = log.MakeFiles();
    const std::string checkpoint = files["checkpoint"];
    files.erase("checkpoint");
    WriteFiles(files, Log());
    WriteWholeFile(Log() + ".checkpoint", checkpoint);
    fs::rename(Log() + ".checkpoint", Log() + "/checkpoint");
    WriteWholeFile(PolicyFile(), SmallPolicyText());
  }
  // A log of records, by make-log.
  void MakeRecordLog(uint64_t size) const {
    ASSERT_EQ(
        RunProgram({MODLOG_BIN_DIR "/make-log", Log(), std::to_string(size)})
            .status,
        0);
    fs::rename(Log() + ".policy", PolicyFile());
  }
  // What an audit says but for where and how fast.
  json AuditOf(const std::string& target) const {
    const Ran ran = Verify(
        {"audit", target, "--policy", PolicyFile(), "--first-use", "--json"});
    json report = json::parse(ran.out, nullptr, false);
    if (report.is_discarded()) {
      ADD_FAILURE() << ran.out << ran.error;
      return {};
    }
    for (const char* const word : {"source", "seconds", "entries_per_second"}) {
      report.erase(word);
    }
    return report;
  }
  std::string Log() const { return directory_.Path("log"); }
  std::string Copy() const { return directory_.Path("copy"); }
  std::string PolicyFile() const { return directory_.Path("policy"); }
  std::string SizeInCopy() const {
    const std::string note = ReadWholeFile(Copy() + "/checkpoint");
    const size_t line = note.find('\n') + 1;
    return note.substr(line, note.find('\n', line) - line);
  }

  TemporaryDirectory directory_;
};

TEST_F(MirrorProgramTest, TheAuditOfTheMirrorIsThatOfTheLog) {
  const Child log_server(ServeCommand(Log()));
  const std::string log_url = UrlOf(log_server);
  for (const uint64_t size : {1u, 255u, 256u, 257u, 1000u}) {
    MakeRecordLog(size);
    const Ran ran = Mirror(log_url);
    ASSERT_EQ(ran.status, 0) << ran.out << ran.error;
    const json of_log = AuditOf(log_url);
    EXPECT_EQ(of_log["verdict"], "true");
    EXPECT_EQ(of_log["size"], size);
    EXPECT_EQ(AuditOf(Copy()), of_log) << size;
    const Child mirror_server(ServeCommand(Copy()));
    EXPECT_EQ(AuditOf(UrlOf(mirror_server)), of_log) << size;
  }
}

TEST_F(MirrorProgramTest, AKilledMirrorGoesOnWhereItWas) {
  MakeRecordLog(30'000);
  const Child slow({"python3", MODLOG_SOURCE_DIR "/tests/audit/odd_server.py",
                    "slow", Log()});
  Child mirror(MirrorCommand("http://127.0.0.1:" + slow.FirstLine(),
                             {"--once", "--first-use"}));
  ASSERT_TRUE(Eventually([&] { return CountFiles(Copy()) >= 20; }));
  kill(mirror.pid(), SIGKILL);
  EXPECT_EQ(mirror.Wait(), 128 + SIGKILL);
  ASSERT_FALSE(fs::exists(Copy() + "/checkpoint"));
  const Child server(ServeCommand(Log()));
  const Ran again = Mirror(UrlOf(server), {"--once", "--first-use", "--json"});
  ASSERT_EQ(again.status, 0) << again.out << again.error;
  const json report = json::parse(again.out);
  EXPECT_GE(report["files_there_before"], 18);  // two may be half written
  EXPECT_EQ(AuditOf(Copy()), AuditOf(Log()));
  for (const auto& file : fs::recursive_directory_iterator(Copy())) {
    EXPECT_NE(file.path().extension(), ".new") << file.path();
  }
}

TEST_F(MirrorProgramTest, ItFollowsALogThatGrowsAndAServerThatFails) {
  Publish(SmallLog::OfSize(10));
  const HeldPort port;
  const std::string url = "http://" + port.address() + "/";
  std::optional<Child> server(ServeCommand(Log(), port.port()));
  EXPECT_EQ(UrlOf(*server), url);
  Child mirror(
      MirrorCommand(url, {"--first-use", "--interval", "1", "--json"}));
  const json first = json::parse(mirror.FirstLine());
  EXPECT_EQ(first["size"], 10);
  EXPECT_EQ(first["published"], true);
  Publish(SmallLog::OfSize(300));
  EXPECT_EQ(json::parse(mirror.FirstLine())["size"], 300);
  EXPECT_EQ(SizeInCopy(), "300");

  server.reset();
  usleep(1'500'000);  // it asks, in vain
  Publish(SmallLog::OfSize(301));
  server.emplace(ServeCommand(Log(), port.port()));
  EXPECT_EQ(json::parse(mirror.FirstLine())["size"], 301);
  EXPECT_EQ(AuditOf(Copy()), AuditOf(Log()));

  // One works in a directory.
  const Ran second = Mirror(url);
  EXPECT_EQ(second.status, 2);
  EXPECT_NE(second.error.find("another mirror works in"), std::string::npos);
  kill(mirror.pid(), SIGINT);
  EXPECT_EQ(mirror.Wait(), 0);
  EXPECT_EQ(Mirror(url).status, 0);
}

TEST_F(MirrorProgramTest, AFlippedByteIsNamedAndTheCopyStaysAsItWas) {
  Publish(SmallLog::OfSize(300));
  ASSERT_EQ(Mirror(Log()).status, 0);
  Publish(SmallLog::OfSize(400));
  const std::string bundle = Log() + "/tile/entries/001.p/144";
  std::string bytes = ReadWholeFile(bundle);
  bytes[bytes.size() - 1] = static_cast<char>(bytes[bytes.size() - 1] ^ 1);
  WriteWholeFile(bundle, bytes);
  const Ran ran = Mirror(Log(), {"--once", "--interval", "1"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("verdict: false: entry 399: hashes to"),
            std::string::npos)
      << ran.out;
  EXPECT_EQ(SizeInCopy(), "300");
  EXPECT_FALSE(fs::exists(Copy() + "/tile/entries/001.p/144"));
  EXPECT_EQ(AuditOf(Copy())["verdict"], "true");
}

TEST_F(MirrorProgramTest, AForkEndsItWithEvidenceThatProvesIt) {
  Publish(SmallLog::OfSize(300));
  const Child server(ServeCommand(Log()));
  const std::string url = UrlOf(server);
  Child mirror(
      MirrorCommand(url, {"--first-use", "--interval", "1", "--json"}));
  ASSERT_EQ(json::parse(mirror.FirstLine())["size"], 300);
  const json before = AuditOf(Copy());
  const uint64_t files = CountFiles(Copy());
  SmallLog forked = SmallLog::OfSize(700);
  forked.entries[7] = SmallEntry(1'000'000);
  Publish(forked);
  const json report = json::parse(mirror.FirstLine());
  EXPECT_EQ(mirror.Wait(), 1);
  EXPECT_EQ(report["exit_status"], 1);
  EXPECT_EQ(report["published"], false);
  const std::string evidence = report["evidence"];
  EXPECT_TRUE(evidence.starts_with(Copy() + ".evidence/")) << evidence;
  EXPECT_EQ(Verify({"fork", evidence, "--policy", PolicyFile()}).status, 0);
  EXPECT_EQ(AuditOf(Copy()), before);
  EXPECT_EQ(CountFiles(Copy()), files);
}

// ---- the machine

// Runs a command with something mounted on a folder, in a namespace of its own.
Ran RunOn(const std::string& mount, const std::string& folder,
          const std::vector<std::string>& command) {
  std::vector<std::string> words = {"/usr/bin/unshare",
                                    "-m",
                                    "sh",
                                    "-c",
                                    "mount " + mount + R"( "$0" && exec "$@")",
                                    folder};
  words.insert(words.end(), command.begin(), command.end());
  return RunProgram(words);
}

TEST_F(MirrorProgramTest, AFullDiskIsSaidInWords) {
  constexpr char kSmall[] = "-t tmpfs -o size=400k tmpfs";
  fs::create_directory(Copy());
  if (RunOn(kSmall, Copy(), {"true"}).status != 0) {
    GTEST_SKIP() << "a mount is not permitted here";
  }
  MakeRecordLog(10'000);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--first-use", "--once"},
        std::vector<std::string>{"--first-use"}}) {
    const Ran ran = RunOn(kSmall, Copy(), MirrorCommand(Log(), more));
    EXPECT_EQ(ran.status, 2) << ran.out << ran.error;
    EXPECT_NE(ran.out.find("No space left on device"), std::string::npos)
        << ran.out;
    EXPECT_NE(ran.out.find("run the mirror again"), std::string::npos);
  }
}

TEST_F(MirrorProgramTest, ADirectoryThatCannotBeWrittenIsSaidInWords) {
  Publish(SmallLog::OfSize(300));
  ASSERT_EQ(Mirror(Log()).status, 0);
  Publish(SmallLog::OfSize(400));
  const std::string bind = "-o bind,ro '" + Copy() + "'";
  if (RunOn(bind, Copy(), {"true"}).status != 0) {
    GTEST_SKIP() << "a mount is not permitted here";
  }
  const Ran ran = RunOn(bind, Copy(), MirrorCommand(Log(), {"--once"}));
  EXPECT_EQ(ran.status, 2) << ran.out << ran.error;
  EXPECT_NE(ran.out.find("Read-only file system"), std::string::npos)
      << ran.out;
  EXPECT_EQ(SizeInCopy(), "300");
}

TEST_F(MirrorProgramTest, ArgumentsThatAreNotUnderstoodCannotTell) {
  Publish(SmallLog::OfSize(3));
  const std::string file = directory_.Path("a-file");
  WriteWholeFile(file, "x");
  const std::vector<std::vector<std::string>> bad = {
      {"mirror"},
      {"mirror", Log()},
      {"mirror", Log(), Copy()},
      {"mirror", Log(), Copy(), "--policy", file, "--once"},
      {"mirror", Log(), Copy(), "--policy", PolicyFile(), "--interval", "0"},
      {"mirror", Log() + "-not", Copy(), "--policy", PolicyFile(), "--once"},
      {"mirror", "ftp://x/", Copy(), "--policy", PolicyFile(), "--once"},
  };
  for (const auto& arguments : bad) {
    const Ran ran = Verify(arguments);
    EXPECT_EQ(ran.status, 2) << testing::PrintToString(arguments);
    EXPECT_FALSE(ran.error.empty());
    EXPECT_FALSE(fs::exists(Copy())) << testing::PrintToString(arguments);
  }
  const Ran ran =
      Verify({"mirror", Log(), file, "--policy", PolicyFile(), "--once"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.error.find(file), std::string::npos) << ran.error;
}

TEST_F(MirrorProgramTest, APlaceForEvidenceIsThereBeforeThereIsAny) {
  Publish(SmallLog::OfSize(3));
  const std::string evidence = directory_.Path("kept");
  const Ran refused = Mirror(Log(), {"--once", "--first-use", "--evidence",
                                     evidence + "/no/such/folder"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.error.find(evidence + "/no/such/folder"), std::string::npos)
      << refused.error;
  EXPECT_EQ(
      Mirror(Log(), {"--once", "--first-use", "--evidence", evidence}).status,
      0);
  EXPECT_TRUE(fs::is_directory(evidence));
  EXPECT_EQ(CountFiles(evidence), 0u);
}

TEST_F(MirrorProgramTest, QuietSaysNothingUnlessSomethingIsWrong) {
  Publish(SmallLog::OfSize(3));
  const Ran ran = Mirror(Log(), {"--once", "--first-use", "--quiet"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out + ran.error, "");
  fs::remove(Copy() + "/checkpoint");
  const Ran refused = Mirror(Log(), {"--once", "--quiet"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.out.find("--first-use"), std::string::npos);
}

}  // namespace
}  // namespace modlog::mirror_program_test
