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

#include "api/import/mastodon/mastodon_compare.h"
#include "log/write/admission.h"
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
    options_.record = folder_ + "/secret.lists";
    options_.find = [this](const std::vector<std::string>& puids)
        -> Result<std::vector<std::optional<LoggedAction>>> {
      std::vector<std::optional<LoggedAction>> found;
      for (const std::string& puid : puids) {
        const auto at = log_.find(puid);
        found.emplace_back();
        if (at == log_.end()) continue;
        found.back() = LoggedAction{.index = order_.at(puid),
                                    .action = at->second,
                                    .is_void = void_.contains(puid)};
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
      order_.emplace(action.puid, order_.size());
      if (last_.messages[i].kind() == v1::KIND_VOID) {
        void_.insert(last_.messages[i].about(0));
      }
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
  // AsFirstVersion gives the liftings in the log the form that the first
  // version gave them, which counted refused rows as vanished.
  void AsFirstVersion(const std::string& file, const std::string& previous) {
    options_.allow_vanished = 1'000;
    Import(file, previous);
    options_.allow_vanished = 0;
    for (auto& [puid, bytes] : log_) {
      v1::Action action;
      ASSERT_TRUE(action.ParseFromString(bytes));
      if (action.kind() != v1::KIND_REVERSAL) continue;
      action.set_regime(v1::REGIME_VOLUNTARY);
      bytes = action.SerializeAsString();
    }
    std::filesystem::remove(options_.record);
  }

  std::map<std::string, std::string> log_;  // puid -> action
  std::map<std::string, uint64_t> order_;   // puid -> index
  std::set<std::string> void_;              // puids
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

// Five domains, of the field's case of refused rows.
constexpr char kJune[] =
    "spam.example,suspend,spam\nhate.example,suspend,hate speech\n"
    "xn--bcher-kva.example,suspend,bots\nlatin.example,suspend,spam wave\n"
    "quiet.example,silence,\n";
constexpr char kJuly[] =
    "spam.example,suspend,spam\nhate.example,suspend,hate speech\n"
    "b\xc3\xbc"
    "cher.example,suspend,bots\n"
    "latin.example,suspend,spam wave caf\xe9\nquiet.example,silence,\n";

TEST_F(MastodonTest, ARefusedRowLeavesItsDomainAsItWas) {
  const std::string june = List("june.csv", kJune);
  const std::string july = List("july.csv", kJuly);
  Import(june);
  EXPECT_EQ(Import(july, june), Kinds{});
  EXPECT_EQ(totals_.refused, 1U);
  const std::string mended =
      List("mended.csv", std::string(kJune) + "new.example,suspend,\n");
  EXPECT_EQ(Import(mended, july), Kinds{v1::KIND_ACTION});
  EXPECT_EQ(Import(mended, june), Kinds{});
  EXPECT_EQ(totals_.refused, 0U) << "either list may be the one before it";
}

TEST_F(MastodonTest, WhereNobodyCanTellWhoseRowItIsNothingVanishes) {
  const std::string june = List("june.csv", kJune);
  Import(june);
  const std::string odd = List("odd.csv",
                               "spam.example,suspend,spam\n"
                               "https://hate.example/,suspend,hate speech\n");
  EXPECT_EQ(Import(odd, june), Kinds{});
  EXPECT_EQ(totals_.refused, 1U);
  EXPECT_EQ(totals_.notes.size(), 1U);
  // Mended, with the same list before it, the rest is lifted.
  const std::string mended =
      List("mended.csv",
           "spam.example,suspend,spam\nhate.example,suspend,hate speech\n");
  EXPECT_EQ(Import(mended, june), Kinds(3, v1::KIND_REVERSAL));
}

TEST_F(MastodonTest, ManyThatVanishAtOnceAreAQuestion) {
  const std::string june = List("june.csv", kJune);
  const std::string cut = List("cut.csv", "");
  Import(june);
  EXPECT_EQ(Import(cut, june), Kinds{});
  EXPECT_EQ(Refusals(),
            (std::vector<std::string>{
                "5 of the 5 domains of the previous list are missing, and none "
                "of them was logged as lifted: is the list whole? If they were "
                "lifted, import it again with --allow-vanished 5"}));
  options_.allow_vanished = 4;
  EXPECT_EQ(Import(cut, june), Kinds{});
  options_.allow_vanished = 5;
  EXPECT_EQ(Import(cut, june), Kinds(5, v1::KIND_REVERSAL));
  options_.allow_vanished = 0;
  EXPECT_EQ(Import(cut, june), Kinds{});
  EXPECT_EQ(totals_.refused, 0U) << "what was answered is asked no more";
}

TEST_F(MastodonTest, AQuestionHoldsBackNothingButTheLiftings) {
  const std::string june = List("june.csv", kJune);
  Import(june);
  const std::string july =
      List("july.csv", "quiet.example,suspend,\nnew.example,suspend,\n");
  EXPECT_EQ(Import(july, june),
            (Kinds{v1::KIND_MODIFICATION, v1::KIND_ACTION}));
  EXPECT_EQ(totals_.refused, 1U);
  options_.allow_vanished = 4;
  EXPECT_EQ(Import(july, june), Kinds(4, v1::KIND_REVERSAL));
  EXPECT_EQ(totals_.refused, 0U);
}

TEST_F(MastodonTest, ANameCutOffAtTheEndIsNoNameOfItsOwn) {
  const std::string a = folder_ + "/a.txt";
  std::ofstream(a) << "one.example\ntwo.example\n";
  const std::string b = folder_ + "/b.txt";
  std::ofstream(b) << "one.example\ntwo.exam";
  Import(a);
  EXPECT_EQ(Import(b, a), Kinds{});
  EXPECT_EQ(totals_.refused, 1U);
}

TEST_F(MastodonTest, AFalseLiftingIsFoundAndWithRepairMadeVoid) {
  const std::string june = List("june.csv", kJune);
  // What the first version read of July.
  const std::string read = List("read.csv",
                                "hate.example,suspend,hate speech\n"
                                "quiet.example,silence,\n");
  const std::string july = List("july.csv", kJuly);
  const std::string mended = List("mended.csv", kJune);
  for (const auto& [file, previous] :
       {std::pair{mended, june}, {mended, july}, {july, june}}) {
    log_.clear();
    order_.clear();
    void_.clear();
    std::filesystem::remove(options_.record);
    Import(june);
    AsFirstVersion(read, june);
    EXPECT_EQ(Import(file, previous), Kinds{});
    ASSERT_EQ(totals_.faults.size(), 1U) << file;
    EXPECT_EQ(totals_.faults.begin()->second, 3U);
    options_.repair = true;
    EXPECT_EQ(Import(file, previous), Kinds(3, v1::KIND_VOID)) << file;
    EXPECT_EQ(totals_.repaired, 3U);
    EXPECT_EQ(Import(file, previous), Kinds{}) << "once";
    EXPECT_TRUE(totals_.faults.empty());
    options_.repair = false;
    // And on from there.
    const std::string august = List("august.csv",
                                    "spam.example,silence,spam\n"
                                    "hate.example,suspend,hate speech\n"
                                    "latin.example,suspend,spam wave\n"
                                    "quiet.example,silence,\n");
    EXPECT_EQ(Import(august, mended),
              (Kinds{v1::KIND_REVERSAL, v1::KIND_MODIFICATION}));
    EXPECT_EQ(totals_.refused, 0U);
    EXPECT_EQ(Import(august, mended), Kinds{});
  }
}

TEST_F(MastodonTest, AChangeBehindAFalseLiftingWaitsForTheRepair) {
  const std::string a = List("a.csv", "x.example,suspend,\ny.example,noop,\n");
  const std::string read = List("read.csv", "y.example,noop,\n");
  const std::string c = List("c.csv", "x.example,silence,\ny.example,noop,\n");
  Import(a);
  AsFirstVersion(read, a);
  EXPECT_EQ(Import(c, a), Kinds{});
  EXPECT_EQ(totals_.refused, 1U);
  options_.repair = true;
  EXPECT_EQ(Import(c, a), (Kinds{v1::KIND_VOID, v1::KIND_MODIFICATION}));
  EXPECT_EQ(Import(c, a), Kinds{});
}

TEST_F(MastodonTest, WhatTheFirstVersionLoggedIsKnown) {
  const std::string a = List("a.csv", "x.example,suspend,\ny.example,noop,\n");
  const std::string b = List("b.csv", "y.example,noop,\n");
  Import(a);
  AsFirstVersion(b, a);
  EXPECT_EQ(Import(b, a), Kinds{});
  EXPECT_EQ(totals_.refused, 0U);
  EXPECT_TRUE(totals_.faults.empty());
}

TEST_F(MastodonTest, ALaterLiftingIsNoFaultOfAnEarlierStep) {
  const std::string a = List("a.csv", "x.example,suspend,\ny.example,noop,\n");
  const std::string b =
      List("b.csv", "x.example,suspend,\ny.example,suspend,\n");
  const std::string c = List("c.csv", "y.example,suspend,\n");
  Import(a);
  Import(b, a);
  AsFirstVersion(c, b);
  options_.repair = true;
  EXPECT_EQ(Import(b, a), Kinds{});
  EXPECT_TRUE(totals_.faults.empty());
}

TEST_F(MastodonTest, AStepIsKnownByItsPlaceAndNotByItsBytes) {
  const std::string a =
      List("a.csv", "flap.example,suspend,spam\nstay.example,suspend,\n");
  const std::string b = List("b.csv", "stay.example,suspend,\n");
  std::vector<std::pair<std::string, std::string>> runs = {{a, ""}};
  for (int i = 0; i < 3; ++i) {
    runs.emplace_back(b, a);
    runs.emplace_back(a, b);
  }
  runs.pop_back();
  std::map<v1::Kind, int> kinds;
  for (const auto& [file, previous] : runs) {
    for (const v1::Kind kind : Import(file, previous)) ++kinds[kind];
    EXPECT_TRUE(last_.refused.empty());
    // The newest command once more adds nothing.
    EXPECT_EQ(Import(file, previous), Kinds{});
  }
  EXPECT_EQ(kinds[v1::KIND_REVERSAL], 3);
  EXPECT_EQ(kinds[v1::KIND_ACTION], 4);
  // Nor do all of them, with the record or, from the first on, without it.
  for (const bool keep : {true, false}) {
    if (!keep) std::filesystem::remove(options_.record);
    for (const auto& [file, previous] : runs) {
      EXPECT_EQ(Import(file, previous), Kinds{}) << keep;
      EXPECT_TRUE(last_.refused.empty());
    }
  }
}

TEST_F(MastodonTest, AMeasureThatGoesBackAndForthIsLoggedEachTime) {
  const std::string a = List("a.csv", "x.example,suspend,\n");
  const std::string b = List("b.csv", "x.example,silence,\n");
  Import(a);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Import(b, a), Kinds{v1::KIND_MODIFICATION});
    EXPECT_EQ(Import(a, b), Kinds{v1::KIND_MODIFICATION});
  }
  EXPECT_EQ(Import(a), Kinds{});
  EXPECT_EQ(Import(b, a), Kinds{}) << "run again from the first on";
  options_.new_step = true;
  EXPECT_EQ(Import(b, a), Kinds{v1::KIND_MODIFICATION}) << "unless one says so";
}

TEST_F(MastodonTest, AHeaderInTheMiddleIsPassedOverWithAWord) {
  const std::string list =
      List("a.csv",
           "one.example,suspend,spam\ndomain,severity,public_comment\n"
           "two.example,silence,bots");
  EXPECT_EQ(Import(list), Kinds(2, v1::KIND_ACTION));
  EXPECT_EQ(totals_.passed_over.at("header lines"), 1U);
  EXPECT_EQ(totals_.refused, 0U);
  EXPECT_EQ(last_.passed_over.size(), 1U);
}

TEST_F(MastodonTest, AMaskedDomainAndItsNameAreOneByTheDigest) {
  const std::string digest = DomainId("spam.example");
  const std::string api = folder_ + "/api.json";
  std::ofstream(api) << R"([{"domain":"sp**.example","digest":")" << digest
                     << R"(","severity":"suspend","comment":"spam"}])";
  const std::string open = List("open.csv", "spam.example,silence,spam\n");
  EXPECT_EQ(Import(api), Kinds{v1::KIND_ACTION});
  EXPECT_EQ(Import(open, api), Kinds{v1::KIND_MODIFICATION});
  const std::string gone = List("gone.csv", "other.example,noop,\n");
  EXPECT_EQ(Import(gone, open), (Kinds{v1::KIND_REVERSAL, v1::KIND_NO_ACTION}));
  EXPECT_EQ(Import(api), Kinds{});
  EXPECT_EQ(Import(open, api), Kinds{});
}

TEST_F(MastodonTest, ComparingFindsWhatWasPublishedAnewAndLogsItOnce) {
  const std::string a = List("a.csv",
                             "words.example,suspend,\"spam, x\"\n"
                             "softer.example,suspend,\nnoop.example,noop,\n"
                             "same.example,suspend,\ngone.example,suspend,\n");
  const std::string b = List("b.csv",
                             "words.example,suspend,\"spam, y\"\n"
                             "softer.example,silence,\n"
                             "same.example,suspend,\n");
  Import(a);
  options_.file = b;
  options_.previous = a;
  for (const bool imported : {false, true}) {
    if (imported) Import(b, a);
    const auto found = CompareMastodon(options_, nullptr);
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->edited.size(), 2U);
    ASSERT_EQ(found->vanished.size(), 2U);
    EXPECT_EQ(found->edited[0].changed,
              std::vector<std::string>{"public_comment"});
    EXPECT_FALSE(found->edited[0].decision);
    EXPECT_TRUE(found->edited[0].logged);
    EXPECT_TRUE(found->edited[1].decision);
    EXPECT_EQ(found->edited[1].recorded, imported);
    EXPECT_EQ(found->vanished[1].recorded, imported);
    EXPECT_EQ(found->unchanged, 1U);
    EXPECT_EQ(found->to_log, 2U);
  }
  Collector collector;
  ASSERT_TRUE(CompareMastodon(options_, &collector).has_value());
  ASSERT_EQ(collector.messages.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    ExpectAdmissible(collector.actions[i]);
    log_[collector.actions[i].puid] = collector.actions[i].action;
    order_.emplace(collector.actions[i].puid, order_.size());
  }
  std::set<v1::Publication> made = {collector.messages[0].publication(),
                                    collector.messages[1].publication()};
  EXPECT_EQ(made, (std::set{v1::PUBLICATION_EDITED, v1::PUBLICATION_REMOVED}));
  Collector again;
  ASSERT_TRUE(CompareMastodon(options_, &again).has_value());
  EXPECT_TRUE(again.messages.empty());
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
