// If these fail, a log that was told to sign by ML-DSA-44 as well does not, or
// nobody can tell; or one that cannot pretends that it can.
//
// Which of the two is asked depends on libcrypto, as `modlogd --version` says.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/client/running_log.h"

namespace modlog::mldsa_e2e_test {
namespace {

bool CanSign() {
  return Contains(RunProgram("modlogd", {"--version"}).out, "with ML-DSA-44");
}

constexpr char kAction[] =
    R"({"kind":"KIND_ACTION","puid":"p","taxonomy":202507,)"
    R"("visibility":["VISIBILITY_CONTENT_REMOVED"],)"
    R"("ground":"GROUND_INCOMPATIBLE_CONTENT","category":"CATEGORY_VIOLENCE",)"
    R"("application_date":18634,"subject_kind":"SUBJECT_KIND_ITEM"})"
    "\n";

Outcome Start(const TemporaryFolder& folder, const std::string& key,
              const std::string& origin) {
  return RunProgram("modlogd", {"--data-dir", folder / "other", "--origin",
                                origin, "--mldsa-key", key, "--grpc-listen",
                                "127.0.0.1:0", "--http-listen", "127.0.0.1:0"});
}

TEST(MlDsaLogTest, ItSaysWhichLibcryptoThereIs) {
  for (const char* name : {"modlogd", "modlog-verify"}) {
    const Outcome version = RunProgram(name, {"--version"});
    EXPECT_EQ(version.status, 0);
    EXPECT_TRUE(Contains(version.out, "libcrypto: OpenSSL ")) << version.out;
    EXPECT_TRUE(Contains(version.out, " ML-DSA-44")) << version.out;
  }
}

TEST(MlDsaLogTest, WithoutItTheLogDoesNotStart) {
  if (CanSign()) GTEST_SKIP() << "libcrypto has ML-DSA-44";
  const TemporaryFolder folder;
  const Outcome log = Start(folder, folder / "mldsa.key", "log.example");
  EXPECT_EQ(log.status, 1);
  EXPECT_TRUE(Contains(log.err, "OpenSSL 3.5")) << log.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "mldsa.key"));
}

TEST(MlDsaLogTest, CheckpointsAreSignedByBothKeys) {
  if (!CanSign()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  const TemporaryFolder folder;
  const RunningLog log({"--mldsa-key", folder / "mldsa.key"});
  ASSERT_EQ(
      log.Modlog({"append", "--platform", "example", "-"}, kAction).status, 0);
  const Outcome receipt =
      log.Modlog({"receipt", "--index", "0", "--out", folder / "r"});
  ASSERT_EQ(receipt.status, 0) << receipt.err;
  const Json status = Json::parse(log.Modlog({"status", "--json"}).out);
  const auto judge = [&](const std::string& vkey) {
    WriteFile(folder / "policy", "log " + vkey + "\nquorum none\n");
    return RunProgram("modlog-verify",
                      {"receipt", "--entry", folder / "r.entry", "--proof",
                       folder / "r.tlog-proof", "--policy", folder / "policy"})
        .status;
  };
  EXPECT_EQ(judge(status["vkey"]), 0);
  EXPECT_EQ(judge(status["mldsa_vkey"]), 0);

  // Who knows the second key refuses what it did not sign; who does not, passes
  // over its line.
  std::string proof = ReadFile(folder / "r.tlog-proof");
  char& byte = proof[proof.size() - 100];
  byte = byte == 'A' ? 'B' : 'A';
  WriteFile(folder / "r.tlog-proof", proof);
  EXPECT_EQ(judge(status["vkey"]), 0);
  EXPECT_EQ(judge(status["mldsa_vkey"]), 1);

  struct stat file = {};
  ASSERT_EQ(stat((folder / "mldsa.key").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST(MlDsaLogTest, ALogNeverGetsAnotherKey) {
  if (!CanSign()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  const TemporaryFolder folder;
  const auto start = [&](const std::string& data, const std::string& key) {
    Program log("modlogd", {"--data-dir", folder / data, "--mldsa-key",
                            folder / key, "--grpc-listen", "127.0.0.1:0",
                            "--http-listen", "127.0.0.1:0"});
    log.WaitForOutput("\n");
    log.Signal(SIGTERM);
    return log.Wait();
  };
  ASSERT_EQ(start("log", "mldsa.key").status, 0);
  ASSERT_EQ(start("other", "other.key").status, 0);
  const Outcome lost = start("log", "mistyped.key");
  EXPECT_EQ(lost.status, 1);
  EXPECT_TRUE(Contains(lost.err, "restore the file")) << lost.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "mistyped.key"));
  const Outcome other = start("log", "other.key");
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(Contains(other.err, "another key")) << other.err;
  EXPECT_EQ(start("log", "mldsa.key").status, 0);
}

TEST(MlDsaLogTest, AKeyOfAnotherLogOrKindIsRefused) {
  if (!CanSign()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  const TemporaryFolder folder;
  const RunningLog log({"--mldsa-key", folder / "mldsa.key"});
  const Outcome other = Start(folder, folder / "mldsa.key", "log.example");
  EXPECT_EQ(other.status, 1);
  EXPECT_TRUE(Contains(other.err, "the key is named \"localhost/modlog\""))
      << other.err;
  const Outcome plain =
      Start(folder, log.data_dir() + "/log.key", "log.example");
  EXPECT_EQ(plain.status, 1);
  EXPECT_TRUE(Contains(plain.err, "is not of type 0x06")) << plain.err;
}

}  // namespace
}  // namespace modlog::mldsa_e2e_test
