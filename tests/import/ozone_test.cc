// If these fail, a decision of a platform that works with Ozone is missing from
// the log, is said of another subject, or names a person there.

#include "api/import/ozone/ozone.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "api/import/ozone/ozone_event.h"
#include "log/write/admission.h"
#include "modlog/v1/payload.pb.h"
#include "tests/import/collector.h"

namespace modlog::ozone_test {
namespace {

constexpr uint32_t kToday = 20'454;  // 2026-01-01
constexpr uint32_t k20250301 = 20'148;
using Kinds = std::vector<v1::Kind>;

constexpr char kAlice[] =
    R"({"$type":"com.atproto.admin.defs#repoRef","did":"did:plc:alice"})";
constexpr char kPost[] =
    R"({"$type":"com.atproto.repo.strongRef","cid":"bafy",)"
    R"("uri":"at://did:plc:alice/app.bsky.feed.post/1"})";

// An event of one day after another: number 1 on 1 March 2025.
std::string Event(int id, const std::string& type, const std::string& more = "",
                  const std::string& subject = kAlice) {
  return absl::StrCat(
      R"({"id":)", id, R"(,"createdAt":"2025-03-)", id < 10 ? "0" : "", id,
      R"(T12:00:00.000Z","createdBy":"did:plc:moderator","event":{"$type":)",
      R"("tools.ozone.moderation.defs#)", type, "\"", more.empty() ? "" : ",",
      more, R"(},"subject":)", subject, R"(,"subjectBlobCids":[]})");
}

std::string Lines(const std::vector<std::string>& events) {
  std::string text;
  for (const std::string& event : events) text += event + "\n";
  return text;
}

class OzoneTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/modlog-ozone-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.platform = "example";
    options_.secret.bytes.fill(7);
    options_.today = kToday;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& text) {
    const std::string path = absl::StrCat(folder_, "/", ++files_, ".json");
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Kinds Import(const std::vector<std::string>& texts) {
    options_.files.clear();
    for (const std::string& text : texts) {
      options_.files.push_back(Write(text));
    }
    last_ = Collector();
    const auto totals = ImportOzone(options_, &last_);
    EXPECT_TRUE(totals.has_value()) << totals.error().message;
    totals_ = totals.value_or(ImportTotals{});
    Kinds kinds;
    for (size_t i = 0; i < last_.actions.size(); ++i) {
      const auto admitted = Admit("example", last_.actions[i].action,
                                  int64_t{kToday} * 86'400'000);
      EXPECT_TRUE(admitted.has_value())
          << i << (admitted ? "" : admitted.error()[0].field) << " "
          << (admitted ? "" : admitted.error()[0].description);
      kinds.push_back(last_.messages[i].kind());
    }
    return kinds;
  }
  std::vector<std::string> Refusals() const {
    std::vector<std::string> reasons;
    for (const ImportRemark& remark : last_.refused) {
      reasons.push_back(FormatReason(remark));
    }
    return reasons;
  }
  std::string RefusedFile(const std::string& text) {
    options_.files = {Write(text)};
    Collector collector;
    const auto totals = ImportOzone(options_, &collector);
    return totals.has_value() ? "" : totals.error().message;
  }

  std::string folder_;
  int files_ = 0;
  OzoneOptions options_;
  Collector last_;
  ImportTotals totals_;
};

TEST_F(OzoneTest, AReportedAccountIsTakenDownAppealsAndIsRestored) {
  const Kinds kinds = Import({Lines(
      {Event(1, "modEventReport",
             R"("reportType":"com.atproto.moderation.defs#reasonSpam",)"
             R"("comment":"buy")"),
       Event(2, "modEventTakedown", R"("policies":["spam"],"strikeCount":2)"),
       Event(3, "modEventReport",
             R"("reportType":"tools.ozone.report.defs#reasonAppeal")"),
       Event(4, "modEventReverseTakedown", R"("comment":"sorry")"),
       Event(5, "modEventResolveAppeal")})});
  ASSERT_EQ(kinds, (Kinds{v1::KIND_NOTICE_RECEIVED, v1::KIND_ACTION,
                          v1::KIND_APPEAL_FILED, v1::KIND_REVERSAL,
                          v1::KIND_APPEAL_DECIDED}));
  const auto& actions = last_.messages;
  EXPECT_EQ(actions[0].category(), v1::CATEGORY_SCAMS_AND_FRAUD);
  EXPECT_EQ(actions[1].account(), v1::ACCOUNT_DECISION_TERMINATED);
  EXPECT_EQ(actions[1].cause(0), actions[0].puid());
  EXPECT_EQ(actions[1].strikes(), 2U);
  EXPECT_EQ(actions[1].application_date(), k20250301 + 1);
  EXPECT_EQ(actions[2].about(0), actions[1].puid());
  EXPECT_EQ(actions[3].about(0), actions[1].puid());
  EXPECT_EQ(actions[3].reversal_cause(), v1::CAUSE_APPEAL);
  EXPECT_EQ(actions[4].about(0), actions[2].puid());
  EXPECT_EQ(actions[4].outcome(), v1::OUTCOME_REVERSED);
  for (const v1::Action& action : actions) {
    EXPECT_EQ(action.provenance(), v1::PROVENANCE_COPIED_FROM_PLATFORM);
  }
}

TEST_F(OzoneTest, AnAppealThatChangesNothingIsUpheld) {
  Import({Lines({Event(1, "modEventTakedown"),
                 Event(2, "modEventReport", R"("reportType":"x#reasonAppeal")"),
                 Event(3, "modEventResolveAppeal")})});
  EXPECT_EQ(last_.messages[2].outcome(), v1::OUTCOME_UPHELD);
}

TEST_F(OzoneTest, HoursMakeASuspensionWithAnEnd) {
  EXPECT_EQ(Import({Lines({Event(1, "modEventTakedown",
                                 R"("durationInHours":72,"strikeCount":1,)"
                                 R"("strikeExpiresAt":"2025-09-01T00:00:00Z")"),
                           Event(1 + 1, "modEventTakedown",
                                 R"("durationInHours":24)", kPost)})}),
            (Kinds{v1::KIND_ACTION, v1::KIND_ACTION}));
  const auto& actions = last_.messages;
  EXPECT_EQ(actions[0].account(), v1::ACCOUNT_DECISION_SUSPENDED);
  EXPECT_EQ(actions[0].end_account(), k20250301 + 3);
  EXPECT_EQ(actions[0].strikes_expire(), k20250301 + 184);
  EXPECT_EQ(actions[1].visibility(0), v1::VISIBILITY_CONTENT_REMOVED);
  EXPECT_EQ(actions[1].subject_kind(), v1::SUBJECT_KIND_ITEM);
  EXPECT_EQ(actions[1].end_visibility(), k20250301 + 2);
}

TEST_F(OzoneTest, ASecondTakedownInForceIsAModificationAndTheReversalEndsIt) {
  ASSERT_EQ(
      Import({Lines({Event(1, "modEventTakedown", R"("durationInHours":240)"),
                     Event(2, "modEventTakedown"),
                     Event(3, "modEventReverseTakedown"),
                     Event(4, "modEventTakedown")})}),
      (Kinds{v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_REVERSAL,
             v1::KIND_ACTION}));
  EXPECT_EQ(last_.messages[1].about(0), last_.messages[0].puid());
  EXPECT_EQ(last_.messages[2].about(0), last_.messages[1].puid());
}

TEST_F(OzoneTest, TheEndOfASuspensionIsNotLoggedTwice) {
  EXPECT_EQ(
      Import({Lines(
          {Event(1, "modEventTakedown", R"("durationInHours":24)"),
           Event(2, "modEventReverseTakedown",
                 R"("comment":"[SCHEDULED_REVERSAL] Reverting action")")})}),
      Kinds{v1::KIND_ACTION});
  EXPECT_EQ(totals_.left_out.at("ends that were logged with their takedown"),
            1U);
}

TEST_F(OzoneTest, LabelsAreAppliedAndNegatedInPartAndInFull) {
  const auto label = [](const char* create, const char* negate) {
    return absl::StrCat(R"("createLabelVals":[)", create,
                        R"(],"negateLabelVals":[)", negate, "]");
  };
  ASSERT_EQ(
      Import({Lines(
          {Event(1, "modEventLabel", label(R"("porn","spam")", ""), kPost),
           Event(2, "modEventLabel", label("", R"("spam")"), kPost),
           Event(3, "modEventLabel", label("", R"("porn","other")"), kPost)})}),
      (Kinds{v1::KIND_ACTION, v1::KIND_REVERSAL, v1::KIND_REVERSAL}));
  EXPECT_EQ(last_.messages[0].visibility(0), v1::VISIBILITY_CONTENT_LABELLED);
  EXPECT_EQ(last_.messages[1].extent(), v1::EXTENT_PARTIAL);
  EXPECT_EQ(last_.messages[2].extent(), v1::EXTENT_FULL);
  EXPECT_EQ(
      totals_.left_out.at("negations of labels that no event here applied"),
      1U);
}

TEST_F(OzoneTest, AScheduleIsExecutedOrCancelled) {
  const std::string when = R"("executeAt":"2025-04-01T00:00:00Z")";
  ASSERT_EQ(Import({Lines({Event(1, "scheduleTakedownEvent", when),
                           Event(2, "cancelScheduledTakedownEvent"),
                           Event(3, "scheduleTakedownEvent", when),
                           Event(4, "modEventTakedown"),
                           Event(5, "cancelScheduledTakedownEvent")})}),
            (Kinds{v1::KIND_SCHEDULED, v1::KIND_SCHEDULE_CANCELLED,
                   v1::KIND_SCHEDULED, v1::KIND_ACTION}));
  EXPECT_EQ(last_.messages[0].execute_date(), k20250301 + 31);
  EXPECT_EQ(last_.messages[1].about(0), last_.messages[0].puid());
  EXPECT_EQ(last_.messages[3].about(0), last_.messages[2].puid());
  EXPECT_EQ(Refusals(), (std::vector<std::string>{
                            "row 5, column subject: no scheduled takedown of "
                            "the same subject before it"}));
}

TEST_F(OzoneTest, EveryShapeOfAFileIsRead) {
  const std::string event = Event(1, "modEventTakedown");
  std::string pretty =
      "{\n  \"events\": [" + event + "],\n  \"cursor\": \"x\"\n}";
  const std::string view = Event(
      1, "modEventTakedown", "",
      R"({"$type":"tools.ozone.moderation.defs#repoView","did":"did:plc:alice",)"
      R"("handle":"alice.test","moderation":{"subjectStatus":{"id":1}}})");
  std::string puid;
  for (const std::string& text :
       {"[" + event + "]", "{\"events\":[" + event + "]}", pretty, event,
        event + "\n\n", "\xef\xbb\xbf" + event, "[" + view + "]"}) {
    EXPECT_EQ(Import({text}), Kinds{v1::KIND_ACTION}) << text;
    if (puid.empty()) puid = last_.actions[0].action;
    EXPECT_EQ(last_.actions[0].action, puid) << text;
  }
}

TEST_F(OzoneTest, AnswersOneBehindTheOtherAreRead) {
  const std::string one =
      "{\"cursor\":\"7::8\",\"events\":[" + Event(1, "modEventTakedown") + "]}";
  const std::string two = "{\n  \"events\": [\n" +
                          Event(2, "modEventReverseTakedown") + ",\n" +
                          Event(3, "modEventTakedown") + "]\n}\n";
  const Kinds all = {v1::KIND_ACTION, v1::KIND_REVERSAL, v1::KIND_ACTION};
  EXPECT_EQ(Import({one + two}), all);
  EXPECT_EQ(Import({one + "\n" + two}), all);
  EXPECT_EQ(Import({two + one}), all);
}

TEST_F(OzoneTest, AFileThatEndsInTheMiddleIsSaidSo) {
  const std::string first = Event(1, "modEventTakedown");
  const std::string cut = Event(2, "modEventTakedown").substr(0, 90);
  for (const std::string& text :
       {first + "\n" + cut, "[" + first + ",\n" + cut, "[" + first + ",",
        "{\"cursor\":\"x\",\n\"events\":[" + first + "," + cut}) {
    EXPECT_EQ(Import({text}), Kinds{v1::KIND_ACTION}) << text;
    EXPECT_EQ(Refusals(), (std::vector<std::string>{
                              "row 2: the file ends in the middle, behind the "
                              "event with id 1: get it anew and import it "
                              "again"}))
        << text;
  }
}

TEST_F(OzoneTest, FilesMayOverlapAndComeInAnyOrder) {
  const std::string first = Event(1, "modEventTakedown");
  const std::string second = Event(2, "modEventReverseTakedown");
  EXPECT_EQ(Import({second + "\n", Lines({second, first})}),
            (Kinds{v1::KIND_ACTION, v1::KIND_REVERSAL}));
  EXPECT_EQ(totals_.left_out.at("events given twice"), 1U);
  EXPECT_EQ(Import({first + "\n", Event(1, "modEventTakedown", "", kPost)}),
            Kinds{v1::KIND_ACTION});
  ASSERT_EQ(last_.refused.size(), 1U);
  EXPECT_TRUE(last_.refused[0].reason.starts_with(
      "another event with this number is in "))
      << last_.refused[0].reason;
}

TEST_F(OzoneTest, WhatIsNoDecisionIsCountedByItsName) {
  EXPECT_EQ(Import({Lines({Event(1, "modEventAcknowledge"),
                           Event(2, "modEventTag", R"("add":[],"remove":[])"),
                           Event(3, "modEventTag", R"("add":[],"remove":[])"),
                           Event(4, "modEventOfTomorrow")})}),
            Kinds{});
  EXPECT_EQ(totals_.left_out,
            (std::map<std::string, uint64_t>{{"modEventAcknowledge", 1},
                                             {"modEventTag", 2},
                                             {"modEventOfTomorrow", 1}}));
  EXPECT_EQ(totals_.items, 4U);
}

TEST_F(OzoneTest, NoNameStandsInAnAction) {
  options_.keep = KeepPayload::kYes;
  Import({Event(1, "modEventReport",
                R"("reportType":"x#reasonRude","comment":"unspeakable")")});
  ASSERT_EQ(last_.actions.size(), 1U);
  for (const char* word : {"alice", "unspeakable", "moderator"}) {
    EXPECT_EQ(last_.actions[0].action.find(word), std::string::npos) << word;
  }
  v1::Payload payload;
  ASSERT_TRUE(payload.ParseFromString(last_.actions[0].payload));
  std::map<int, const v1::Part*> parts;
  for (const v1::Part& part : payload.parts()) parts[part.tag()] = &part;
  EXPECT_EQ(parts.at(v1::TAG_SUBJECT_ACCOUNT)->value(), "did:plc:alice");
  EXPECT_EQ(parts.at(v1::TAG_SOURCE_IDENTITY)->value(), "did:plc:moderator");
  for (const auto& [tag, part] : parts) {
    EXPECT_EQ(part->open(), tag == v1::TAG_SOURCE_META) << tag;
  }
}

TEST_F(OzoneTest, TheModeratorIsKeptNowhere) {
  options_.keep = KeepPayload::kYes;
  Import({Event(1, "modEventTakedown")});
  EXPECT_EQ(last_.actions[0].payload.find("moderator"), std::string::npos);
}

TEST_F(OzoneTest, AnUnknownReasonIsKeptByItsNameAndSaid) {
  options_.keep = KeepPayload::kYes;
  Import({Event(1, "modEventReport", R"("reportType":"x#reasonNovel")")});
  EXPECT_EQ(last_.messages[0].category(), v1::CATEGORY_UNLISTED);
  EXPECT_NE(last_.actions[0].payload.find("category=reasonNovel\n"),
            std::string::npos);
  ASSERT_EQ(last_.warnings.size(), 1U);
  EXPECT_EQ(last_.warnings[0].reason,
            "unknown reason \"reasonNovel\", kept by its name");
}

TEST_F(OzoneTest, CopiedEventsMayBeUnlinkedAndOwnOnesMayNot) {
  const std::string events = Lines(
      {Event(1, "modEventReverseTakedown"), Event(2, "modEventResolveAppeal"),
       Event(3, "modEventReport", R"("reportType":"x#reasonAppeal")")});
  EXPECT_EQ(Import({events}), (Kinds{v1::KIND_REVERSAL, v1::KIND_APPEAL_DECIDED,
                                     v1::KIND_APPEAL_FILED}));
  EXPECT_EQ(last_.warnings.size(), 3U);
  options_.own = true;
  EXPECT_EQ(Import({events}), Kinds{});
  EXPECT_EQ(Refusals(),
            (std::vector<std::string>{
                "row 1, column subject: no takedown in force of the same "
                "subject before it",
                "row 2, column subject: no appeal of the same subject before "
                "it",
                "row 3, column subject: no measure of the same subject before "
                "it"}));
}

TEST_F(OzoneTest, EachBadEventIsNamedWithMemberAndReasonAndTheRestIsRead) {
  std::string long_ago = Event(7, "modEventTakedown");
  long_ago.replace(long_ago.find("2025"), 4, "1970");
  std::string future = Event(8, "modEventTakedown");
  future.replace(future.find("2025"), 4, "2099");
  std::string no_date = Event(9, "modEventTakedown");
  no_date.replace(no_date.find("2025-03-09"), 10, "2025-02-29");
  Import(
      {Lines({Event(1, "modEventTakedown"), "{\"id\":2,", "[]", "{\"id\":-3}",
              Event(4, "modEventTakedown", R"("durationInHours":"long")"),
              Event(5, "modEventTakedown", R"("strikeCount":1001)"),
              Event(6, "modEventTakedown", "", R"({"did":7})"), long_ago,
              future, no_date,
              Event(10, "modEventTakedown",
                    R"("comment":")"
                    "caf\xe9\""),
              Event(11, "modEventTakedown", R"("durationInHours":900000)"),
              Event(12, "modEventLabel", R"("createLabelVals":[1])"),
              Event(13, "scheduleTakedownEvent")})});
  EXPECT_EQ(last_.messages.size(), 1U);
  EXPECT_EQ(
      Refusals(),
      (std::vector<std::string>{
          "row 2: not JSON, cut off, or not UTF-8", "row 3: no JSON object",
          "row 4, column id: missing, or no whole number",
          "row 5, column event.durationInHours: not a whole number",
          "row 7, column subject.did: not a string",
          "row 10, column createdAt: got \"2025-02-29T12:00:00.000Z\", want a "
          "date and time like 2025-03-01T12:00:00Z",
          "row 11: not JSON, cut off, or not UTF-8",
          "row 13, column event.createLabelVals: holds something else than "
          "short strings",
          "row 6, column event.strikeCount: got 1001, want at most 1000",
          "row 8, column createdAt: before 2000-01-01",
          "row 9, column createdAt: in the future",
          "row 12, column event.durationInHours: ends after 2038-01-01",
          "row 14, column event.executeAt: missing, as is executeAfter"}));
}

TEST_F(OzoneTest, AFileWithoutEventsIsRefusedWhole) {
  const std::string file = folder_ + "/";
  EXPECT_EQ(RefusedFile(""), file + "1.json: empty");
  EXPECT_EQ(RefusedFile("[{]"),
            file + "2.json: not JSON, cut off, or not UTF-8");
  EXPECT_EQ(RefusedFile("{\n\"cursor\":\"x\"}"),
            file +
                "3.json: want an array of events, an object with \"events\", "
                "or one event a line");
  EXPECT_EQ(RefusedFile(std::string(100, '[')),
            file + "4.json: more than 64 levels deep");
}

TEST_F(OzoneTest, WhatIsTooLongIsRefusedByItsLimit) {
  const std::string comment(kOzoneLineSizeMax, 'x');
  Import({Lines(
      {Event(1, "modEventTakedown"),
       Event(2, "modEventTakedown", R"("comment":")" + comment + "\"")})});
  EXPECT_EQ(
      Refusals(),
      (std::vector<std::string>{"row 2: line of more than 1048576 bytes"}));
}

TEST(ParseDateTime, ReadsWhatTheLexiconAllowsAndNothingElse) {
  EXPECT_EQ(ParseDateTime("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ParseDateTime("1970-01-02T00:00:00.123456Z"), 86'400);
  EXPECT_EQ(ParseDateTime("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(ParseDateTime("1969-12-31T23:30:00-0030"), 0);
  for (const char* wrong :
       {"", "1970-01-01", "1970-01-01 00:00:00Z", "1970-01-01T00:00:00",
        "1970-13-01T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00+2", "1970-01-01T00:00:00Zx"}) {
    EXPECT_EQ(ParseDateTime(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace modlog::ozone_test
