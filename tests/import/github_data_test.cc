// If this fails, the importer no longer reads the notices that GitHub really
// published: one would be missing from the log, or refused by it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "api/import/github/github_dmca.h"
#include "api/import/github/github_name.h"
#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "tests/import/collector.h"

namespace modlog::github_data_test {
namespace {

constexpr uint32_t kToday = 20'689;  // 2026-08-24, when the copy was made
constexpr int64_t kNowMs = int64_t{kToday} * 86'400'000;

// The copy lies beside the project, or where MODLOG_SHARED_DATA says.
std::string DataDirectory() {
  const char* const set = std::getenv("MODLOG_SHARED_DATA");
  return (set != nullptr ? std::string(set)
                         : std::string(MODLOG_SOURCE_DIR "/../shared/data")) +
         "/github-dmca";
}

class GithubDataTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(DataDirectory())) {
      GTEST_SKIP() << "no copy of the notices in " << DataDirectory()
                   << "; MODLOG_SHARED_DATA names another place";
    }
    Result<ImportTotals> totals = Import(&imported_);
    ASSERT_TRUE(totals.has_value()) << totals.error().message;
    totals_ = *std::move(totals);
  }

  static Result<ImportTotals> Import(ImportSink* sink) {
    GithubDmcaOptions options;
    options.directory = DataDirectory();
    options.platform = "github";
    options.secret.bytes.fill(42);
    options.today = kToday;
    return ImportGithubDmca(options, sink);
  }

  Collector imported_;
  ImportTotals totals_;
};

std::string Explain(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) {
    text += violation.field + " " + violation.description + "; ";
  }
  return text;
}

// 2021: 1,824 takedowns and the one misnamed, 38 counter notices, 7
// retractions, 1 reversal, 3 reversals of counter notices. 2025: 2,463, 61, 9,
// 4, 2 and one retraction of a counter notice. GitHub's own statistics count
// 1,825 and 38 for 2021.
TEST_F(GithubDataTest, EveryNoticeOf2021And2025ComesOut) {
  using Counts = std::map<std::string, uint64_t>;
  EXPECT_EQ(totals_.items_by_type, Counts({{"takedown", 1'825 + 2'463},
                                           {"counternotice", 38 + 61},
                                           {"retraction", 7 + 9},
                                           {"reversal", 1 + 4},
                                           {"counternotice-reversal", 3 + 2},
                                           {"counternotice-retraction", 1}}));
  EXPECT_EQ(totals_.items - totals_.refused, 4'414U);
  // One reversal names three notices.
  EXPECT_EQ(totals_.actions_by_kind, Counts({{"NOTICE_RECEIVED", 4'288},
                                             {"ACTION", 4'288},
                                             {"APPEAL_FILED", 99},
                                             {"NOTICE_RETRACTED", 16},
                                             {"REVERSAL", 7},
                                             {"APPEAL_DECIDED", 5},
                                             {"APPEAL_WITHDRAWN", 1}}));
  const auto misnamed = [](const ImportedAction& action) {
    return action.source == "2021/05/2021-05-12-nagravision-4. md";
  };
  EXPECT_EQ(std::ranges::count_if(imported_.actions, misnamed), 2);
}

TEST_F(GithubDataTest, OnlyFilesThatAreNoNoticesArePassedOver) {
  int papers = 0;
  EXPECT_TRUE(imported_.refused.empty());
  for (const ImportRemark& remark : imported_.passed_over) {
    EXPECT_TRUE(remark.source.ends_with(".pdf") ||
                remark.source.starts_with("data/"))
        << remark.source;
    EXPECT_TRUE(remark.reason.starts_with("not a notice")) << remark.reason;
    papers += remark.source.ends_with(".pdf") ? 1 : 0;
  }
  EXPECT_EQ(papers, 4);
}

TEST_F(GithubDataTest, TheLogTakesEveryActionInThisOrder) {
  std::set<Hash> logged;
  for (const ImportedAction& action : imported_.actions) {
    const auto admitted = Admit("github", action.action, kNowMs);
    ASSERT_TRUE(admitted.has_value())
        << action.source << ": " << Explain(admitted.error());
    for (const Reference& reference : admitted->references) {
      EXPECT_TRUE(logged.contains(reference.key)) << action.source;
    }
    EXPECT_EQ(admitted->key, PuidKey("github", action.puid));
    EXPECT_TRUE(logged.insert(admitted->key).second) << action.source;
  }
}

TEST_F(GithubDataTest, NoClaimantIsNamedInAnAction) {
  constexpr size_t kTellingSize = 5;  // shorter ones turn up by chance
  for (const ImportedAction& action : imported_.actions) {
    const Result<NoticeName> name = ParseNoticeName(action.source);
    ASSERT_TRUE(name.has_value()) << action.source;
    if (name->label.size() <= kTellingSize) continue;
    const std::string label = name->label.substr(1);  // behind the dash
    EXPECT_EQ(action.action.find(label), std::string::npos) << action.source;
  }
}

TEST_F(GithubDataTest, ASecondImportAddsNothing) {
  Collector again;
  ASSERT_TRUE(Import(&again).has_value());
  ASSERT_EQ(again.actions.size(), imported_.actions.size());
  for (size_t i = 0; i < again.actions.size(); ++i) {
    ASSERT_EQ(again.actions[i].action, imported_.actions[i].action);
  }
}

// GitHub counts 18,686 repositories in the takedowns of 2021, by the addresses
// in them: the claimants' own among them, pages and packages not.
TEST_F(GithubDataTest, CountsOf2021AreNearThoseThatGithubPublished) {
  uint64_t repositories = 0;
  for (size_t i = 0; i < imported_.actions.size(); ++i) {
    if (imported_.messages[i].kind() != v1::KIND_ACTION ||
        !imported_.actions[i].source.starts_with("2021/")) {
      continue;
    }
    repositories +=
        imported_.messages[i].affected() + imported_.messages[i].network();
  }
  EXPECT_GT(repositories, 18'686U * 97 / 100);
  EXPECT_LT(repositories, 18'686U * 103 / 100);
}

TEST_F(GithubDataTest, NearlyEveryReplyFindsWhatItAnswers) {
  uint64_t replies = 0;
  uint64_t linked = 0;
  for (const v1::Action& message : imported_.messages) {
    if (message.kind() == v1::KIND_ACTION ||
        message.kind() == v1::KIND_NOTICE_RECEIVED) {
      continue;
    }
    ++replies;
    linked += message.about_size() > 0 ? 1U : 0U;
  }
  EXPECT_EQ(replies, 128U);
  EXPECT_EQ(linked, 110U);
  EXPECT_EQ(imported_.warnings.size(), replies - linked);
}

}  // namespace
}  // namespace modlog::github_data_test
