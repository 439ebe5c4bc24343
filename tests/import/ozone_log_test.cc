// If these fail, an appeal's outcome in the log is not what was done because of
// it, a day's events do not know those of the day before, or one event is
// logged twice.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "api/import/ozone/ozone.h"
#include "api/import/ozone/ozone_actions.h"
#include "api/import/ozone/ozone_chain.h"
#include "log/write/admission.h"
#include "tests/import/collector.h"

namespace modlog::ozone_log_test {
namespace {

constexpr uint32_t kToday = 20'454;  // 2026-01-01
using Kinds = std::vector<v1::Kind>;

constexpr char kAlice[] =
    R"({"$type":"com.atproto.admin.defs#repoRef","did":"did:plc:alice"})";
constexpr char kPost[] =
    R"({"$type":"com.atproto.repo.strongRef","cid":"bafy",)"
    R"("uri":"at://did:plc:alice/app.bsky.feed.post/1"})";
constexpr char kAppeal[] = R"("reportType":"x#reasonAppeal")";
constexpr char kSpam[] = R"("createLabelVals":["spam"],"negateLabelVals":[])";
constexpr char kNoSpam[] = R"("createLabelVals":[],"negateLabelVals":["spam"])";

// Event `id` at noon of day `day` of March 2025, `minute` minutes later.
std::string At(int id, int day, int minute, const std::string& type,
               const std::string& more = "",
               const std::string& subject = kAlice) {
  const auto two = [](int n) { return absl::StrCat(n < 10 ? "0" : "", n); };
  return absl::StrCat(
      R"({"id":)", id, R"(,"createdAt":"2025-03-)", two(day), "T",
      two(12 + minute / 60), ":", two(minute % 60),
      R"(:00.000Z","createdBy":"did:plc:moderator","event":{"$type":)",
      R"("tools.ozone.moderation.defs#)", type, "\"", more.empty() ? "" : ",",
      more, R"(},"subject":)", subject, R"(,"subjectBlobCids":[]})", "\n");
}

OzoneEvent EventOf(const std::string& text, size_t number) {
  std::vector<OzoneEvent> events;
  EXPECT_TRUE(ReadOzone(text, [&](OzoneItem item) -> Result<void> {
                events.push_back(*std::move(item.event));
                return {};
              }).has_value());
  return events.at(number);
}

class OzoneLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/modlog-ozone-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.platform = "example";
    options_.secret.bytes.fill(7);
    options_.today = kToday;
    options_.find = [this](const std::vector<std::string>& puids) {
      std::vector<std::optional<LoggedAction>> found;
      for (const std::string& puid : puids) {
        const auto at = log_.find(puid);
        found.push_back(at == log_.end() ? std::nullopt
                                         : std::optional(at->second));
      }
      return Result<std::vector<std::optional<LoggedAction>>>(std::move(found));
    };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Imports, and logs what is new: the new actions' kinds.
  Kinds Import(const std::string& text, size_t stop_after = SIZE_MAX) {
    const std::string path = folder_ + "/events.jsonl";
    std::ofstream(path, std::ios::binary) << text;
    options_.files = {path};
    last_ = Collector();
    last_.stop_after = stop_after;
    const auto totals = ImportOzone(options_, &last_);
    EXPECT_EQ(totals.has_value(), stop_after == SIZE_MAX);
    totals_ = totals.value_or(ImportTotals{});
    return Log();
  }
  std::vector<v1::Action> new_;
  Collector last_;
  ImportTotals totals_;
  OzoneOptions options_;
  std::map<std::string, LoggedAction> log_;

 private:
  Kinds Log() {
    Kinds kinds;
    new_.clear();
    for (size_t i = 0; i < last_.actions.size(); ++i) {
      const ImportedAction& action = last_.actions[i];
      EXPECT_TRUE(Admit("example", action.action, int64_t{kToday} * 86'400'000)
                      .has_value());
      const auto [at, is_new] = log_.try_emplace(
          action.puid, LoggedAction{log_.size(), action.action});
      if (!is_new) {
        EXPECT_EQ(at->second.action, action.action) << "a conflict";
        continue;
      }
      const v1::Action& message = last_.messages[i];
      if (message.kind() == v1::KIND_CORRECTION) {
        log_.at(message.about(0)).corrected = true;
      }
      kinds.push_back(message.kind());
      new_.push_back(message);
    }
    return kinds;
  }
  std::string folder_;
};

TEST_F(OzoneLogTest, AnAppealAgainstALabelThatIsTakenBackIsReversed) {
  for (const bool own : {false, true}) {
    options_.own = own;
    log_.clear();
    const std::string events = At(1, 1, 0, "modEventLabel", kSpam, kPost) +
                               At(2, 2, 0, "modEventReport", kAppeal, kPost) +
                               At(3, 3, 0, "modEventLabel", kNoSpam, kPost) +
                               At(4, 3, 0, "modEventResolveAppeal", "", kPost);
    ASSERT_EQ(Import(events),
              (Kinds{v1::KIND_ACTION, v1::KIND_APPEAL_FILED, v1::KIND_REVERSAL,
                     v1::KIND_APPEAL_DECIDED}));
    EXPECT_EQ(new_[1].about(0), new_[0].puid());
    EXPECT_EQ(new_[2].reversal_cause(), v1::CAUSE_APPEAL);
    EXPECT_EQ(new_[3].outcome(), v1::OUTCOME_REVERSED);
    EXPECT_EQ(Import(events), Kinds{});
  }
}

TEST_F(OzoneLogTest, ASuspensionThatRanOutWasNotReversedByTheAppeal) {
  Import(At(1, 1, 0, "modEventTakedown", R"("durationInHours":24)") +
         At(2, 1, 0, "modEventReport", kAppeal) +
         At(3, 2, 0, "modEventReverseTakedown",
            R"("comment":"[SCHEDULED_REVERSAL] Reverting action")") +
         At(4, 3, 0, "modEventResolveAppeal"));
  ASSERT_EQ(new_.size(), 3U);
  EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_UPHELD);
}

TEST_F(OzoneLogTest, ResolvedAMomentBeforeTheReversalIsReversed) {
  const std::string events = At(1, 1, 0, "modEventTakedown") +
                             At(2, 2, 0, "modEventReport", kAppeal) +
                             At(3, 3, 0, "modEventResolveAppeal") +
                             At(4, 3, 0, "modEventReverseTakedown");
  Import(events);
  ASSERT_EQ(new_.size(), 4U);
  EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_REVERSED);
  EXPECT_EQ(new_[3].reversal_cause(), v1::CAUSE_APPEAL);
  EXPECT_EQ(new_[3].cause(0), new_[2].puid());
  EXPECT_EQ(Import(events), Kinds{});
}

TEST_F(OzoneLogTest, AReversalLongBehindTheDecisionIsAnotherMatter) {
  Import(At(1, 1, 0, "modEventTakedown") +
         At(2, 2, 0, "modEventReport", kAppeal) +
         At(3, 3, 0, "modEventResolveAppeal") +
         At(4, 3, 61, "modEventReverseTakedown"));
  ASSERT_EQ(new_.size(), 4U);
  EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_UPHELD);
  EXPECT_EQ(new_[3].reversal_cause(), v1::CAUSE_OWN_REVIEW);
}

TEST_F(OzoneLogTest, WhatIsReplacedByAMilderMeasureIsReversedInPart) {
  const std::string before = At(1, 1, 0, "modEventTakedown") +
                             At(2, 2, 0, "modEventReport", kAppeal) +
                             At(3, 3, 0, "modEventReverseTakedown");
  for (const std::string& milder :
       {At(4, 3, 0, "modEventTakedown", R"("durationInHours":24)"),
        At(4, 3, 1, "modEventLabel", kSpam)}) {
    log_.clear();
    Import(before + milder + At(5, 3, 2, "modEventResolveAppeal"));
    ASSERT_EQ(new_.size(), 5U);
    EXPECT_EQ(new_[4].outcome(), v1::OUTCOME_PARTLY_REVERSED);
  }
}

TEST_F(OzoneLogTest, SomeLabelsTakenBackAreInPart) {
  Import(At(1, 1, 0, "modEventLabel", R"("createLabelVals":["spam","porn"])") +
         At(2, 2, 0, "modEventReport", kAppeal) +
         At(3, 3, 0, "modEventResolveAppeal") +
         At(4, 3, 0, "modEventLabel", kNoSpam));
  ASSERT_EQ(new_.size(), 4U);
  EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_PARTLY_REVERSED);
  EXPECT_EQ(new_[3].extent(), v1::EXTENT_PARTIAL);
}

TEST_F(OzoneLogTest, AnAppealFromAPostIsAboutTheAccountsTakedown) {
  Import(At(1, 1, 0, "modEventTakedown") +
         At(2, 2, 0, "modEventReport", kAppeal, kPost) +
         At(3, 3, 0, "modEventReverseTakedown") +
         At(4, 3, 0, "modEventResolveAppeal", "", kPost));
  ASSERT_EQ(new_.size(), 4U);
  EXPECT_EQ(new_[1].about(0), new_[0].puid());
  EXPECT_EQ(new_[2].reversal_cause(), v1::CAUSE_APPEAL);
  EXPECT_EQ(new_[3].outcome(), v1::OUTCOME_REVERSED);
}

TEST_F(OzoneLogTest, ALaterDayIsLinkedThroughTheLog) {
  const std::string day1 = At(1, 1, 0, "modEventTakedown");
  const std::string day2 = At(2, 2, 0, "modEventReport", kAppeal) +
                           At(3, 3, 0, "modEventReverseTakedown") +
                           At(4, 3, 0, "modEventResolveAppeal");
  for (const bool own : {false, true}) {
    options_.own = own;
    log_.clear();
    ASSERT_EQ(Import(day1), Kinds{v1::KIND_ACTION});
    const std::string takedown = new_[0].puid();
    ASSERT_EQ(Import(day2), (Kinds{v1::KIND_APPEAL_FILED, v1::KIND_REVERSAL,
                                   v1::KIND_APPEAL_DECIDED}));
    EXPECT_EQ(new_[0].about(0), takedown);
    EXPECT_EQ(new_[1].about(0), takedown);
    EXPECT_EQ(new_[1].reversal_cause(), v1::CAUSE_APPEAL);
    EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_REVERSED);
    for (const std::string& again : {day1, day2, day2 + day1}) {
      EXPECT_EQ(Import(again), Kinds{});
      EXPECT_TRUE(last_.refused.empty());
    }
  }
}

TEST_F(OzoneLogTest, ALabelOfAnEarlierDayIsFoundByItsCodes) {
  Import(At(1, 1, 0, "modEventLabel", kSpam, kPost));
  const std::string label = new_[0].puid();
  ASSERT_EQ(Import(At(2, 2, 0, "modEventReport", kAppeal, kPost) +
                   At(3, 3, 0, "modEventResolveAppeal", "", kPost) +
                   At(4, 3, 0, "modEventLabel", kNoSpam, kPost)),
            (Kinds{v1::KIND_APPEAL_FILED, v1::KIND_APPEAL_DECIDED,
                   v1::KIND_REVERSAL}));
  EXPECT_EQ(new_[0].about(0), label);
  EXPECT_EQ(new_[1].outcome(), v1::OUTCOME_REVERSED);
  EXPECT_EQ(new_[2].about(0), label);
  EXPECT_EQ(new_[2].extent(), v1::EXTENT_FULL);
}

TEST_F(OzoneLogTest, AnOlderDayIsRefusedBehindALaterOne) {
  Import(At(2, 2, 0, "modEventTakedown"));
  EXPECT_EQ(Import(At(1, 1, 0, "modEventTakedown")), Kinds{});
  ASSERT_EQ(last_.refused.size(), 1U);
  EXPECT_TRUE(last_.refused[0].reason.starts_with("older than entries"));
}

TEST_F(OzoneLogTest, AnImportEndedInTheMiddleGoesOn) {
  const std::string events = At(1, 1, 0, "modEventTakedown") +
                             At(2, 2, 0, "modEventReport", kAppeal) +
                             At(3, 2, 0, "modEventReport", kAppeal) +
                             At(4, 3, 0, "modEventReverseTakedown") +
                             At(5, 3, 0, "modEventResolveAppeal");
  Import(events);
  const size_t all = log_.size();
  ASSERT_EQ(all, 6U);
  for (size_t stop = 0; stop < all; ++stop) {
    log_.clear();
    Import(events, stop);
    ASSERT_EQ(log_.size(), stop);
    Import(events);
    EXPECT_EQ(log_.size(), all) << stop;
    EXPECT_TRUE(last_.refused.empty()) << stop;
  }
}

TEST_F(OzoneLogTest, ADecisionLoggedBeforeItsReversalWasSeenIsCorrectedOnce) {
  const std::string first = At(1, 1, 0, "modEventTakedown") +
                            At(2, 2, 0, "modEventReport", kAppeal) +
                            At(3, 3, 0, "modEventResolveAppeal");
  const std::string all = first + At(4, 3, 0, "modEventReverseTakedown");
  Import(first);
  EXPECT_EQ(new_[2].outcome(), v1::OUTCOME_UPHELD);
  const std::string decided = new_[2].puid();
  Import(all);
  EXPECT_EQ(totals_.faults.at("appeals decided with another outcome"), 1U);
  EXPECT_EQ(totals_.repaired, 0U);
  options_.repair = true;
  ASSERT_EQ(Import(all), Kinds{v1::KIND_CORRECTION});
  EXPECT_EQ(new_[0].about(0), decided);
  EXPECT_EQ(new_[0].corrected().outcome(), v1::OUTCOME_REVERSED);
  EXPECT_EQ(Import(all), Kinds{});
  EXPECT_TRUE(totals_.faults.empty());
}

TEST_F(OzoneLogTest, ARedactedEntryIsNotLoggedAgain) {
  const std::string events =
      At(1, 1, 0, "modEventTakedown") + At(2, 2, 0, "modEventReport", kAppeal);
  Import(events);
  const std::string takedown = new_[0].puid();
  const std::string bytes = log_.at(takedown).action;
  log_.at(takedown).action.clear();
  last_ = Collector();
  EXPECT_TRUE(ImportOzone(options_, &last_).has_value());
  ASSERT_EQ(last_.actions.size(), 2U);
  EXPECT_EQ(last_.actions[0].puid, takedown);
  EXPECT_EQ(last_.actions[0].action, bytes);
}

TEST_F(OzoneLogTest,
       AnAcknowledgedReportIsNoActionAndOtherDecisionsAreMeasures) {
  ASSERT_EQ(
      Import(At(1, 1, 0, "modEventReport", R"("reportType":"x#reasonSpam")") +
             At(2, 2, 0, "modEventAcknowledge") +
             At(3, 3, 0, "modEventAcknowledge") +
             At(4, 4, 0, "revokeAccountCredentialsEvent",
                R"("comment":"stolen")") +
             At(5, 5, 0, "ageAssuranceOverrideEvent", R"("status":"blocked")") +
             At(6, 6, 0, "ageAssuranceOverrideEvent", R"("status":"reset")") +
             At(7, 7, 0, "modEventTakedown", R"("createLabelVals":["spam"])")),
      (Kinds{v1::KIND_NOTICE_RECEIVED, v1::KIND_NO_ACTION, v1::KIND_ACTION,
             v1::KIND_ACTION, v1::KIND_REVERSAL, v1::KIND_ACTION,
             v1::KIND_ACTION}));
  EXPECT_EQ(new_[1].cause(0), new_[0].puid());
  EXPECT_EQ(totals_.left_out.at("modEventAcknowledge"), 1U);
  EXPECT_EQ(new_[2].account(), v1::ACCOUNT_DECISION_UNLISTED);
  EXPECT_EQ(new_[3].provision(), v1::PROVISION_PARTIAL_SUSPENSION);
  EXPECT_EQ(new_[4].about(0), new_[3].puid());
  EXPECT_EQ(new_[6].visibility(0), v1::VISIBILITY_CONTENT_LABELLED);
}

// As versions before December 2026 logged case 02: under the events' numbers.
TEST_F(OzoneLogTest, WhatEarlierVersionsLoggedIsKnownAndItsFaultsAreCorrected) {
  const std::string events = At(1, 1, 0, "modEventLabel", kSpam, kPost) +
                             At(2, 2, 0, "modEventReport", kAppeal, kPost) +
                             At(3, 3, 0, "modEventLabel", kNoSpam, kPost) +
                             At(4, 3, 0, "modEventResolveAppeal", "", kPost);
  Import(events);
  std::vector<v1::Action> now = new_;
  const char* const roles[] = {"label", "appeal", "unlabel", "decided"};
  log_.clear();
  std::map<std::string, std::string> renamed;
  for (size_t i = 0; i < now.size(); ++i) {
    v1::Action old = now[i];
    OzoneEvent event = EventOf(events, i);
    old.set_puid(OzoneEventPuid(options_.secret, event.id, roles[i]));
    renamed[now[i].puid()] = old.puid();
    for (std::string& about : *old.mutable_about()) about = renamed.at(about);
    const Hash commitment =
        CommitPayload(options_.secret, "example", old.puid(), OzoneParts(event),
                      KeepPayload::kNo)
            .commitment;
    old.set_commitment(commitment.data(), commitment.size());
    if (i == 1) old.clear_about();
    if (i == 2) old.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
    if (i == 3) old.set_outcome(v1::OUTCOME_UPHELD);
    log_[old.puid()] = {i, old.SerializeAsString()};
  }
  EXPECT_EQ(Import(events), Kinds{});
  EXPECT_EQ(totals_.faults.size(), 3U);
  options_.repair = true;
  EXPECT_EQ(Import(events), Kinds(3, v1::KIND_CORRECTION));
  EXPECT_EQ(totals_.repaired, 3U);
  EXPECT_EQ(Import(events), Kinds{});
  EXPECT_TRUE(totals_.faults.empty());
}

TEST_F(OzoneLogTest, AMessageIsOfItsAccount) {
  Import(At(1, 1, 0, "modEventTakedown", "",
            R"({"$type":"chat.bsky.convo.defs#messageRef","did":"did:plc:a",)"
            R"("convoId":"c","messageId":"m"})"));
  EXPECT_EQ(last_.actions.at(0).account, "did:plc:a");
}

TEST_F(OzoneLogTest, AnUnknownTypeIsLeftOutAndSaid) {
  EXPECT_EQ(Import(At(1, 1, 0, "modEventOfTomorrow")), Kinds{});
  ASSERT_EQ(last_.warnings.size(), 1U);
  EXPECT_TRUE(last_.warnings[0].reason.starts_with(
      "unknown event type \"modEventOfTomorrow\""));
}

}  // namespace
}  // namespace modlog::ozone_log_test
