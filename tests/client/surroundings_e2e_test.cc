// If these fail, a full disk, a closed stream or a misspelt name costs entries,
// or sends a person to look in the wrong place.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/programs/programs.h"

namespace modlog::surroundings_e2e_test {
namespace {

using Words = std::vector<std::string>;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Words ServerAt(const std::string& directory) {
  return {"--data-dir",  directory,       "--grpc-listen",
          "127.0.0.1:0", "--http-listen", "127.0.0.1:0"};
}

std::string GrpcAddress(const Program& server) {
  const std::string out = server.WaitForOutput("\n");
  const size_t begin = out.find("grpc=") + 5;
  return out.substr(begin, out.find(' ', begin) - begin);
}

Outcome Bench(const std::string& address) {
  return RunProgram(
      "modlog", {"--server", address, "bench", "--mode", "stream", "--entries",
                 "40000", "--batch", "100", "--json"});
}

uint64_t SizeOf(const std::string& address) {
  const Outcome status =
      RunProgram("modlog", {"--server", address, "status", "--json"});
  return nlohmann::json::parse(status.out)["signed"]["size"];
}

// A folder of 12 MiB for what a program does, in a mount namespace of its own.
constexpr char kInSmallFolder[] =
    R"(mount -t tmpfs -o size=12m tmpfs "$0" && exec "$@")";

bool MayMount(const std::string& folder) {
  return RunProgram("/usr/bin/unshare",
                    {"-m", "sh", "-c", kInSmallFolder, folder, "true"})
             .status == 0;
}

// Debian builds RocksDB with assertions that may end the process instead.
TEST(SurroundingsTest, AFullDiskIsAnswerAndExitStatusAndNoCrash) {
  TemporaryFolder folder;
  if (!MayMount(folder / "")) GTEST_SKIP() << "a mount is not permitted here";
  Words words = {"-m",           "sh",        "-c",
                 kInSmallFolder, folder / "", BinaryPath("modlogd")};
  const Words server_words = ServerAt(folder / "data");
  words.insert(words.end(), server_words.begin(), server_words.end());
  Program server("/usr/bin/unshare", words);
  const std::string address = GrpcAddress(server);
  EXPECT_EQ(Bench(address).status, 1);
  server.Signal(SIGTERM);
  const Outcome ended = server.Wait();
  EXPECT_EQ(ended.status, 4) << ended.err;
  EXPECT_TRUE(Contains(ended.err, "No space left on device")) << ended.err;
  EXPECT_TRUE(Contains(ended.err, "start modlogd again")) << ended.err;
}

// To a process a limit to the size of its files is much like a full disk, and
// the next process has room again.
TEST(SurroundingsTest, AWriteThatFailedCostsNothingThatWasAnswered) {
  TemporaryFolder folder;
  uint64_t logged = 0;
  {
    Program server("modlogd", ServerAt(folder / "data"));
    const std::string address = GrpcAddress(server);
    const rlimit small = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};
    ASSERT_EQ(prlimit(server.pid(), RLIMIT_FSIZE, &small, nullptr), 0);
    const Outcome bench = Bench(address);
    EXPECT_EQ(bench.status, 1) << bench.err;
    logged = nlohmann::json::parse(bench.out)["entries"];
    server.Signal(SIGTERM);
    const Outcome ended = server.Wait();
    EXPECT_EQ(ended.status, 4) << ended.err;
  }
  Program server("modlogd", ServerAt(folder / "data"));
  const std::string address = GrpcAddress(server);
  EXPECT_GT(logged, 0u);
  EXPECT_GE(SizeOf(address), logged);
  EXPECT_EQ(Bench(address).status, 0);
}

// A database file that got number 1 would take what is meant for people.
TEST(SurroundingsTest, NothingIsPrintedIntoFilesOfTheLog) {
  TemporaryFolder folder;
  Words words = {"-c", R"(exec "$0" "$@" 2>&1 >&-)", BinaryPath("modlogd")};
  const Words server_words = ServerAt(folder / "data");
  words.insert(words.end(), server_words.begin(), server_words.end());
  Program server("/bin/sh", words);
  EXPECT_TRUE(Contains(server.WaitForOutput("ready line"), "ready line"));
  EXPECT_EQ(ReadFile(folder / "data/lock"),
            std::to_string(server.pid()) + "\n");
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().status, 0);
}

struct Mistake {
  const char* program;
  Words words;
  const char* says;
};

TEST(SurroundingsTest, AMistakeIsNamedInOneLine) {
  TemporaryFolder folder;
  const std::string file = folder / "file";
  WriteFile(file, "x");
  const std::string none = folder / "none";
  for (const Mistake& mistake : std::vector<Mistake>{
           {"modlog", {"apend"}, "\"apend\" is neither"},
           {"modlog", {"--server", "", "status"}, "--server is empty"},
           {"modlog",
            {"bench", "--mode", "stream", "--entries", "0"},
            "--entries: must be a number from 1 on"},
           {"modlog",
            {"bench", "--mode", "x", "--entries", "1"},
            "--mode: must be unary, batch or stream"},
           {"modlog", {"receipt", "--index", "0", "--out", ""}, "--out must"},
           {"modlog",
            {"import", "github-dmca", none, "--platform", "github"},
            "No such file"},
           {"modlog",
            {"import", "github-dmca", file, "--platform", "github"},
            "Not a directory"},
           {"modlogd", {"--config", none}, "No such file"},
           {"modlogd", {"--config", folder / ""}, "Is a directory"},
           {"modlogd", {"--data-dir", ""}, "data-dir: is empty"},
           {"modlogd", {"--origin", ""}, "origin: want 1..255"},
           {"modlogd", {"--origin", "https://a"}, "without its scheme"},
           {"modlog-verify", {"adit"}, "\"adit\" is neither"},
           {"modlog-verify", {"inclusion", none}, "No such file"},
           {"modlog-verify", {"inclusion", folder / ""}, "Is a directory"},
       }) {
    const Outcome outcome = RunProgram(mistake.program, mistake.words);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with(std::string(mistake.program) + ": "));
    EXPECT_TRUE(Contains(outcome.err, mistake.says)) << outcome.err;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(SurroundingsTest, FilesThatCannotBeUsedAreNoVerdictOnTheLog) {
  TemporaryFolder folder;
  Program server("modlogd", ServerAt(folder / "data"));
  const std::string address = GrpcAddress(server);
  const std::string none = folder / "none/x";
  Bench(address);
  for (const Words& words :
       {Words{"get", "0", "--leaf", none},
        Words{"receipt", "--index", "0", "--out", none},
        Words{"append", "--platform", "example", folder / ""}}) {
    Words all = {"--server", address};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = RunProgram("modlog", all);
    EXPECT_EQ(outcome.status, 2) << words[0];
    EXPECT_TRUE(Contains(outcome.err, words.back())) << outcome.err;
  }
}

}  // namespace
}  // namespace modlog::surroundings_e2e_test
