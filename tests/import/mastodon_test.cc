// If these fail, a list's block or its lifting is missing from the log, stands
// there twice, or is said of another block than the one it ended.

#include "api/import/mastodon/mastodon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "log/admission.h"
#include "modlog/v1/payload.pb.h"
#include "tests/import/collector.h"

namespace modlog::mastodon_test {
namespace {

constexpr int64_t kNowMs = int64_t{20'689} * 86'400'000;
using Kinds = std::vector<v1::Kind>;

// Imports lists into a log that keeps what it is given, as a log would: the
// same bytes again are known, other bytes under a puid are a conflict.
class MastodonTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/modlog-mastodon-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.platform = "example";
    options_.secret.bytes.fill(7);
    options_.find = [this](const std::vector<std::string>& puids)
        -> Result<std::vector<std::optional<LoggedAction>>> {
      std::vector<std::optional<LoggedAction>> found;
      for (const std::string& puid : puids) {
        const auto at = log_.find(puid);
        found.emplace_back();
        if (at != log_.end()) found.back() = LoggedAction{.action = at->second};
      }
      return found;
    };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // List writes a file of rows "domain,severity,comment".
  std::string List(const std::string& name, const std::string& rows) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary)
        << "domain,severity,public_comment\n" + rows;
    return path;
  }

  // Import returns the kinds of the entries that were new.
  Kinds Import(const std::string& file, const std::string& previous = "") {
    options_.file = file;
    options_.previous = previous;
    last_ = Collector();
    const Result<ImportTotals> totals = ImportMastodon(options_, &last_);
    EXPECT_TRUE(totals.has_value()) << totals.error().message;
    totals_ = totals.value_or(ImportTotals{});
    Kinds kinds;
    for (size_t i = 0; i < last_.actions.size(); ++i) {
      const ImportedAction& action = last_.actions[i];
      ExpectAdmissible(action);
      const auto [at, added] = log_.emplace(action.puid, action.action);
      EXPECT_EQ(at->second, action.action) << "a conflict";
      if (added) kinds.push_back(last_.messages[i].kind());
    }
    return kinds;
  }

  static void ExpectAdmissible(const ImportedAction& action) {
    const auto admitted = Admit("example", action.action, kNowMs);
    EXPECT_TRUE(admitted.has_value()) << action.puid;
  }

  std::vector<std::string> Refusals() const {
    std::vector<std::string> reasons;
    for (const ImportRemark& remark : last_.refused) {
      reasons.push_back(FormatReason(remark));
    }
    return reasons;
  }

  std::string folder_;
  MastodonOptions options_;
  std::map<std::string, std::string> log_;  // puid -> action
  Collector last_;
  ImportTotals totals_;
};

TEST_F(MastodonTest, EachSeverityIsAMeasureOfItsOwn) {
  const std::string file = List("a.csv",
                                "a.example,suspend,\"spam, porn\"\n"
                                "b.example,silence,\n"
                                "c.example,noop,\n"
                                "d.example,quarantine,\n");
  EXPECT_EQ(Import(file), (Kinds{v1::KIND_ACTION, v1::KIND_ACTION,
                                 v1::KIND_NO_ACTION, v1::KIND_ACTION}));
  const auto& actions = last_.messages;
  EXPECT_EQ(actions[0].provision(), v1::PROVISION_TOTAL_SUSPENSION);
  EXPECT_EQ(actions[0].subject_kind(), v1::SUBJECT_KIND_DOMAIN);
  EXPECT_EQ(actions[0].category(), v1::CATEGORY_SCAMS_AND_FRAUD);
  EXPECT_EQ(actions[0].more_categories(0), v1::CATEGORY_OTHER_VIOLATION_TC);
  EXPECT_EQ(actions[1].visibility(0), v1::VISIBILITY_CONTENT_DEMOTED);
  EXPECT_EQ(actions[3].provision(), v1::PROVISION_UNLISTED);
  for (const v1::Action& action : actions) {
    EXPECT_EQ(action.provenance(), v1::PROVENANCE_COPIED_FROM_PLATFORM);
  }
  EXPECT_EQ(totals_.items, 4U);
}

TEST_F(MastodonTest, NoDomainAndNoCommentStandsInAnAction) {
  Import(List("a.csv", "secret.example,suspend,unspeakable\n"));
  for (const ImportedAction& action : last_.actions) {
    EXPECT_EQ(action.action.find("secret"), std::string::npos);
    EXPECT_EQ(action.action.find("unspeakable"), std::string::npos);
    EXPECT_TRUE(action.payload.empty());
  }
}

TEST_F(MastodonTest, WithPayloadsTheCommittedPartsAreHandedOut) {
  options_.keep = KeepPayload::kYes;
  Import(List("a.csv", "a.example,suspend,spam\n"));
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(last_.actions[0].payload));
  ASSERT_EQ(payload.parts_size(), 3);
  EXPECT_EQ(payload.parts(0).value(), "domain:a.example");
  EXPECT_FALSE(payload.parts(0).open());
  EXPECT_EQ(payload.parts(1).value(), "spam");
  EXPECT_FALSE(payload.parts(1).open()) << "a comment is restricted";
  EXPECT_EQ(payload.parts(2).tag(), v1::TAG_SOURCE_META);
  EXPECT_TRUE(payload.parts(2).open());
  EXPECT_EQ(payload.commitments_size(), 24);
}

TEST_F(MastodonTest, TheFlagsAreNamedAmongTheCodesThatTheRecordLacks) {
  options_.keep = KeepPayload::kYes;
  const std::string path = folder_ + "/flags.csv";
  std::ofstream(path) << "domain,severity,reject_media,reject_reports\n"
                         "a.example,noop,true,true\n";
  EXPECT_EQ(Import(path), Kinds{v1::KIND_NO_ACTION});
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(last_.actions[0].payload));
  EXPECT_EQ(payload.parts(1).tag(), v1::TAG_UNLISTED_CODES);
  EXPECT_EQ(payload.parts(1).value(),
            "reject_media=true\nreject_reports=true\n");
}

TEST_F(MastodonTest, TheDifferencesOfTwoListsAreEntriesAboutThoseOfTheFirst) {
  const std::string a = List("a.csv",
                             "stays.example,suspend,\n"
                             "softer.example,suspend,\n"
                             "gone.example,silence,\n");
  const std::string b = List("b.csv",
                             "stays.example,suspend,\n"
                             "softer.example,silence,\n"
                             "new.example,suspend,\n");
  Import(a);
  const std::vector<v1::Action> first = last_.messages;
  EXPECT_EQ(Import(b, a),
            (Kinds{v1::KIND_REVERSAL, v1::KIND_MODIFICATION, v1::KIND_ACTION}));
  const auto& actions = last_.messages;
  ASSERT_EQ(actions[0].about_size(), 1);
  EXPECT_EQ(actions[0].about(0), first[2].puid());
  EXPECT_EQ(actions[0].provenance(), v1::PROVENANCE_OBSERVED);
  EXPECT_EQ(actions[0].reversal_cause(), v1::CAUSE_UNKNOWN);
  ASSERT_EQ(actions[1].about_size(), 1);
  EXPECT_EQ(actions[1].about(0), first[1].puid());
  EXPECT_EQ(actions[1].visibility(0), v1::VISIBILITY_CONTENT_DEMOTED);
  EXPECT_EQ(actions[1].provenance(), v1::PROVENANCE_OBSERVED);
  EXPECT_EQ(actions[2].provenance(), v1::PROVENANCE_COPIED_FROM_PLATFORM);
  EXPECT_EQ(totals_.left_out.at("unchanged rows"), 1U);
}

TEST_F(MastodonTest, ADomainThatComesBackIsBlockedAnew) {
  const std::string with = List("a.csv", "a.example,suspend,\n");
  const std::string without = List("b.csv", "b.example,suspend,\n");
  const std::string again =
      List("c.csv", "a.example,suspend,\nb.example,suspend,\n");
  const std::string gone = List("d.csv", "b.example,suspend,\n");
  EXPECT_EQ(Import(with), Kinds{v1::KIND_ACTION});
  const std::string first = last_.messages[0].puid();
  EXPECT_EQ(Import(without, with), (Kinds{v1::KIND_REVERSAL, v1::KIND_ACTION}));
  EXPECT_EQ(Import(again, without), Kinds{v1::KIND_ACTION});
  const std::string second = last_.messages[0].puid();
  EXPECT_NE(first, second);
  EXPECT_EQ(Import(gone, again), Kinds{v1::KIND_REVERSAL});
  EXPECT_EQ(last_.messages[0].about(0), second);
}

TEST_F(MastodonTest, EveryStepOfAChainMayBeRunAgainAtAnyTime) {
  const std::vector<std::string> lists = {
      List("1.csv", "a.example,suspend,\nb.example,noop,\n"),
      List("2.csv", "b.example,suspend,\n"),
      List("3.csv", "a.example,silence,\nb.example,noop,\n"),
      List("4.csv", "a.example,suspend,\n"),
      List("5.csv", "a.example,silence,\nb.example,silence,\n")};
  for (size_t i = 0; i < lists.size(); ++i) {
    Import(lists[i], i == 0 ? "" : lists[i - 1]);
    EXPECT_TRUE(last_.refused.empty()) << i;
  }
  const size_t size = log_.size();
  EXPECT_EQ(size, 10U);
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(Import(lists[i], i == 0 ? "" : lists[i - 1]), Kinds{}) << i;
    EXPECT_TRUE(last_.refused.empty()) << i;
  }
  EXPECT_EQ(log_.size(), size);
}

TEST_F(MastodonTest, FromSuspendToNoopIsAReversalAndBackIsANewAction) {
  const std::string suspended = List("a.csv", "a.example,suspend,\n");
  const std::string noop = List("b.csv", "a.example,noop,\n");
  const std::string back =
      List("c.csv", "a.example,suspend,\nx.example,noop,\n");
  Import(suspended);
  EXPECT_EQ(Import(noop, suspended),
            (Kinds{v1::KIND_REVERSAL, v1::KIND_NO_ACTION}));
  EXPECT_EQ(Import(back, noop), (Kinds{v1::KIND_ACTION, v1::KIND_NO_ACTION}));
}

TEST_F(MastodonTest, AnImportBrokenOffInTheMiddleIsCompletedByTheNext) {
  const std::string suspended = List("a.csv", "a.example,suspend,\n");
  const std::string noop = List("b.csv", "a.example,noop,\n");
  Import(suspended);
  Import(noop, suspended);
  log_.erase(last_.messages[1].puid());  // the NO_ACTION did not get there
  EXPECT_EQ(Import(noop, suspended), Kinds{v1::KIND_NO_ACTION});
}

TEST_F(MastodonTest, ANoopThatVanishesEndsNothing) {
  const std::string a = List("a.csv", "a.example,noop,\n");
  const std::string b = List("b.csv", "b.example,noop,\n");
  Import(a);
  EXPECT_EQ(Import(b, a), Kinds{v1::KIND_NO_ACTION});
  EXPECT_EQ(totals_.left_out.at("noop rows that vanished"), 1U);
}

TEST_F(MastodonTest, AnotherWordingOfACommentIsNoNewDecision) {
  const std::string a = List("a.csv", "a.example,suspend,\"spam, x\"\n");
  const std::string b = List("b.csv", "a.example,suspend,\"spam, y\"\n");
  const std::string c = List("c.csv", "a.example,suspend,porn\n");
  Import(a);
  EXPECT_EQ(Import(b, a), Kinds{});
  EXPECT_EQ(totals_.left_out.at("rows in which only the comment changed"), 1U);
  EXPECT_EQ(Import(c, b), Kinds{v1::KIND_MODIFICATION})
      << "another category is another decision";
}

TEST_F(MastodonTest, ALaterListWithoutThePreviousOneAddsOnlyWhatIsNew) {
  Import(List("a.csv", "a.example,suspend,\nb.example,suspend,\n"));
  EXPECT_EQ(Import(List("b.csv",
                        "a.example,suspend,\nb.example,silence,\n"
                        "c.example,suspend,\n")),
            Kinds{v1::KIND_ACTION});
  EXPECT_EQ(Refusals(),
            (std::vector<std::string>{
                "row 3, column domain: the log has other entries of this "
                "domain, of which the newest says suspend; give the list "
                "imported before as --previous"}));
}

TEST_F(MastodonTest, ListsOutOfTheirOrderAreRefusedAndNotGuessed) {
  const std::string a = List("a.csv", "a.example,suspend,\n");
  const std::string b = List("b.csv", "a.example,silence,\n");
  const std::string c = List("c.csv", "c.example,noop,\n");
  EXPECT_EQ(Import(b, a), Kinds{}) << "the first list is not in the log";
  EXPECT_EQ(Refusals(),
            (std::vector<std::string>{
                "row 2, column domain: the previous list says suspend and the "
                "log's newest entry of the domain no block; import the lists "
                "in their order"}));
  Import(a);
  EXPECT_EQ(Import(c, b), Kinds{v1::KIND_NO_ACTION});
  EXPECT_EQ(Refusals(),
            (std::vector<std::string>{
                "row 2, column domain: the previous list says silence and the "
                "log's newest entry of the domain suspend; import the lists "
                "in their order"}));
  EXPECT_EQ(totals_.refused, 1U);
}

TEST_F(MastodonTest, AnErrorOfTheLogEndsTheImport) {
  options_.file = List("a.csv", "a.example,suspend,\n");
  options_.find = [](const std::vector<std::string>&)
      -> Result<std::vector<std::optional<LoggedAction>>> {
    return Fail(Code::kUnavailable, "the log is gone");
  };
  Collector collector;
  const auto totals = ImportMastodon(options_, &collector);
  ASSERT_FALSE(totals.has_value());
  EXPECT_EQ(totals.error().message, "the log is gone");
}

TEST_F(MastodonTest, StrictEndsAtTheFirstRowThatIsRefused) {
  options_.file = List("a.csv", "a.example,suspend,\n?,suspend,\n");
  Collector collector;
  collector.strict = true;
  EXPECT_FALSE(ImportMastodon(options_, &collector).has_value());
  EXPECT_EQ(collector.refused.size(), 1U);
  EXPECT_TRUE(collector.actions.empty());
}

// The list that a publisher really publishes: 143 domains.
TEST_F(MastodonTest, APublishedListIsImportedWhole) {
  const char* const set = std::getenv("MODLOG_SHARED_DATA");
  const std::string file =
      (set != nullptr ? std::string(set)
                      : std::string(MODLOG_SOURCE_DIR "/../shared/data")) +
      "/mastodon/gardenfence-mastodon.csv";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "no list at " << file
                 << "; MODLOG_SHARED_DATA names another place";
  }
  EXPECT_EQ(Import(file), Kinds(143, v1::KIND_ACTION));
  EXPECT_EQ(totals_.refused, 0U);
  EXPECT_EQ(log_.size(), 143U);
  std::set<v1::Category> categories;
  for (const v1::Action& action : last_.messages) {
    categories.insert(action.category());
  }
  EXPECT_GE(categories.size(), 4U);
  EXPECT_EQ(Import(file), Kinds{});
}

}  // namespace
}  // namespace modlog::mastodon_test
