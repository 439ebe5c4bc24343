// If this fails, nobody can check GitHub's published figures of 2021 against
// the notices that it published: the example that the attestations are for.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/client/running_log.h"

namespace modlog::github_stats_e2e_test {
namespace {

// The copy lies beside the project, or where MODLOG_SHARED_DATA says.
std::string DataDirectory() {
  const char* const set = std::getenv("MODLOG_SHARED_DATA");
  return (set != nullptr ? std::string(set)
                         : std::string(MODLOG_SOURCE_DIR "/../shared/data")) +
         "/github-dmca";
}

// GitHub's totals for 2021: data/2021/2021-SUMMARY-DATA.csv counts repositories
// with their forks, 2021-COMPILED-DATA.csv those that the notices name.
std::string Attestation(const std::string& puid, const std::string& sha256,
                        const std::string& cells) {
  return R"({"kind":"KIND_STATS_ATTESTATION","puid":")" + puid +
         R"(","taxonomy":202507,"regime":"REGIME_US_DMCA",)"
         R"("provenance":"PROVENANCE_COPIED_FROM_PLATFORM",)"
         R"("stats":{"from":18628,"to":18992,"clock":"STATS_CLOCK_SOURCE",)"
         R"("cells":[)" +
         cells + R"(],"source_sha256":")" + sha256 + "\"}}\n";
}

constexpr char kSummaryCells[] =
    R"({"kind":"KIND_ACTION","unit":"STATS_UNIT_AFFECTED","value":19276},)"
    R"({"kind":"KIND_NOTICE_RECEIVED","unit":"STATS_UNIT_ENTRIES","value":1825},)"
    R"({"kind":"KIND_NOTICE_RETRACTED","unit":"STATS_UNIT_ENTRIES","value":7},)"
    R"({"kind":"KIND_APPEAL_FILED","unit":"STATS_UNIT_ENTRIES","value":38})";
constexpr char kCompiledCells[] =
    R"({"kind":"KIND_NOTICE_RECEIVED","unit":"STATS_UNIT_ENTRIES","value":1825},)"
    R"({"kind":"KIND_NOTICE_RECEIVED","unit":"STATS_UNIT_CLAIMED","value":18686},)"
    R"({"kind":"KIND_APPEAL_FILED","unit":"STATS_UNIT_ENTRIES","value":38})";

TEST(GithubStatsTest, TheFiguresOf2021AreCountedAgainFromTheNotices) {
  const std::string notices = DataDirectory() + "/2021";
  if (!std::filesystem::is_directory(notices)) {
    GTEST_SKIP() << "no copy of the notices in " << notices
                 << "; MODLOG_SHARED_DATA names another place";
  }
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "dmca");
  std::filesystem::copy(notices, folder / "dmca/2021",
                        std::filesystem::copy_options::recursive);
  const RunningLog log;
  const Outcome imported =
      log.Modlog({"import", "github-dmca", folder / "dmca", "--platform",
                  "github", "--secret", folder / "secret"});
  WriteFile(folder / "stats.jsonl",
            Attestation(
                "stats-2021-summary",
                "wJjldeYrfRv0cp+zXKAIGBwvCklKGq/it275y1JB9eY=", kSummaryCells) +
                Attestation("stats-2021-compiled",
                            "RPnMrPg9L+S5FSYNyuRnqpogXy/t2ESO9BemAxhX0KU=",
                            kCompiledCells));
  const Outcome appended =
      log.Modlog({"append", "--platform", "github", folder / "stats.jsonl"});
  ASSERT_EQ(appended.status, 0) << appended.err << imported.err;
  ASSERT_EQ(log.Modlog({"export-tiles", folder / "copy"}).status, 0);

  const Outcome audit =
      RunProgram("modlog-verify", {"audit", folder / "copy", "--policy",
                                   log.policy(), "--first-use", "--json"});
  EXPECT_EQ(audit.status, 0) << audit.out.substr(0, 4000);
  const Json report = Json::parse(audit.out);
  EXPECT_EQ(report["violation_count"], 0);
  const auto cell = [&](size_t attestation, const std::string& what) {
    for (const Json& found : report["attestations"][attestation]["cells"]) {
      if (found["what"] == what) return found;
    }
    return Json();
  };
  for (const size_t attestation : {size_t{0}, size_t{1}}) {
    const Json received = cell(attestation, "entries, kind notice received");
    EXPECT_EQ(received["attested"], 1825);
    EXPECT_EQ(received["counted"], 1825) << "the misnamed file included";
    const Json appeals = cell(attestation, "entries, kind appeal filed");
    EXPECT_EQ(appeals["counted"], 38);
    EXPECT_EQ(appeals["agrees"], true);
  }
  EXPECT_EQ(cell(0, "entries, kind notice retracted")["counted"], 7);
  const Json affected = cell(0, "affected, kind action");
  EXPECT_EQ(affected["attested"], 19276);
  EXPECT_GT(affected["counted"], 0);
  EXPECT_EQ(affected["agrees"], false);
  const Json claimed = cell(1, "claimed, kind notice received");
  EXPECT_EQ(claimed["attested"], 18686);
  EXPECT_EQ(claimed["agrees"], false);
  EXPECT_NE(claimed["counted"], 18686);

  const Outcome words = RunProgram(
      "modlog-verify",
      {"audit", folder / "copy", "--policy", log.policy(), "--first-use"});
  EXPECT_TRUE(Contains(words.out,
                       "affected, kind action: attested 19,276, "
                       "counted "))
      << words.out;
  RecordProperty("affected", affected["counted"].dump());
  RecordProperty("claimed", claimed["counted"].dump());
}

}  // namespace
}  // namespace modlog::github_stats_e2e_test
