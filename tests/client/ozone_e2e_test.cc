// If these fail, an appeal that was granted stands in the log as one that was
// refused, or what a later day decided is about nothing.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/client/running_log.h"

namespace modlog::ozone_e2e_test {
namespace {

constexpr char kAccount[] =
    R"({"$type":"com.atproto.admin.defs#repoRef","did":"did:plc:somebody"})";
constexpr char kPost[] =
    R"({"$type":"com.atproto.repo.strongRef","uri":"at://did:plc:somebody/)"
    R"(app.bsky.feed.post/1","cid":"bafy"})";

// An event a line; `day` is of March 2026.
std::string Event(int id, int day, const std::string& type,
                  const std::string& more, const std::string& subject) {
  return R"({"id":)" + std::to_string(id) + R"(,"createdAt":"2026-03-0)" +
         std::to_string(day) +
         R"(T10:00:00.000Z","createdBy":"did:plc:mod","event":{"$type":)"
         R"("tools.ozone.moderation.defs#)" +
         type + "\"" + more + R"(},"subject":)" + subject + "}\n";
}
std::string Appeal(int id, int day, const std::string& subject) {
  return Event(id, day, "modEventReport",
               R"(,"reportType":"com.atproto.moderation.defs#reasonAppeal")",
               subject);
}

class OzoneE2eTest : public testing::TestWithParam<bool> {
 protected:
  Outcome Import(const std::string& name, const std::string& events) {
    WriteFile(folder_ / name, events);
    Words words = {"import",    "ozone",    folder_ / name,    "--platform",
                   "ozone-one", "--secret", folder_ / "secret"};
    if (GetParam()) words.push_back("--own");
    Outcome outcome = log_.Modlog(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome;
  }

  // The newest action of each kind.
  std::map<std::string, Json> Actions() {
    std::map<std::string, Json> actions;
    const Outcome out = log_.Modlog({"export", "--format", "jsonl"});
    EXPECT_EQ(out.status, 0) << out.err;
    for (const std::string& line : Lines(out.out)) {
      const Json action = Json::parse(line)["action"];
      actions[action["kind"].get<std::string>()] = action;
    }
    return actions;
  }

  void ExpectAnHonestLog() {
    ASSERT_EQ(log_.Modlog({"export-tiles", folder_ / "copy"}).status, 0);
    const Outcome audit =
        RunProgram("modlog-verify", {"audit", folder_ / "copy", "--policy",
                                     log_.policy(), "--first-use", "--json"});
    EXPECT_EQ(audit.status, 0) << audit.out;
    EXPECT_EQ(Json::parse(audit.out)["violation_count"], 0) << audit.out;
  }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_P(OzoneE2eTest, AnAppealAgainstALabelThatIsTakenBackIsReversed) {
  const std::string events =
      Event(1, 1, "modEventLabel",
            R"(,"createLabelVals":["spam"],"negateLabelVals":[])", kPost) +
      Appeal(2, 2, kPost) +
      Event(3, 3, "modEventLabel",
            R"(,"createLabelVals":[],"negateLabelVals":["spam"])", kPost) +
      Event(4, 3, "modEventResolveAppeal", "", kPost);
  Import("events.jsonl", events);
  auto actions = Actions();
  EXPECT_EQ(actions["KIND_APPEAL_FILED"]["about"][0],
            actions["KIND_ACTION"]["puid"]);
  EXPECT_EQ(actions["KIND_REVERSAL"]["reversal_cause"], "CAUSE_APPEAL");
  EXPECT_EQ(actions["KIND_APPEAL_DECIDED"]["outcome"], "OUTCOME_REVERSED");
  EXPECT_TRUE(
      Contains(Import("events.jsonl", events).err, "import: 0 entries new"));
  ExpectAnHonestLog();
}

TEST_P(OzoneE2eTest, AnExpiryIsNoReversal) {
  Import("a.jsonl",
         Event(1, 1, "modEventTakedown", R"(,"durationInHours":24)", kAccount) +
             Appeal(2, 1, kAccount) +
             Event(3, 2, "modEventReverseTakedown",
                   R"(,"comment":"[SCHEDULED_REVERSAL] Reverting action")",
                   kAccount) +
             Event(4, 3, "modEventResolveAppeal", "", kAccount));
  EXPECT_EQ(Actions()["KIND_APPEAL_DECIDED"]["outcome"], "OUTCOME_UPHELD");
  ExpectAnHonestLog();
}

TEST_P(OzoneE2eTest, AReversalRightBehindTheDecisionIsWhatItDecided) {
  Import("b.jsonl", Event(1, 1, "modEventTakedown", "", kAccount) +
                        Appeal(2, 2, kAccount) +
                        Event(3, 3, "modEventResolveAppeal", "", kAccount) +
                        Event(4, 3, "modEventReverseTakedown", "", kAccount));
  EXPECT_EQ(Actions()["KIND_APPEAL_DECIDED"]["outcome"], "OUTCOME_REVERSED");
  ExpectAnHonestLog();
}

TEST_P(OzoneE2eTest, ALaterDayIsLinkedToAnEarlierOneThroughTheLog) {
  const std::string first = Event(1, 1, "modEventTakedown", "", kAccount);
  const std::string second =
      Appeal(2, 2, kAccount) +
      Event(3, 3, "modEventReverseTakedown", "", kAccount) +
      Event(4, 3, "modEventResolveAppeal", "", kAccount);
  Import("day1.jsonl", first);
  Import("day2.jsonl", second);
  auto actions = Actions();
  for (const char* kind : {"KIND_APPEAL_FILED", "KIND_REVERSAL"}) {
    EXPECT_EQ(actions[kind]["about"][0], actions["KIND_ACTION"]["puid"])
        << kind;
  }
  EXPECT_EQ(actions["KIND_APPEAL_DECIDED"]["about"][0],
            actions["KIND_APPEAL_FILED"]["puid"]);
  EXPECT_EQ(actions["KIND_APPEAL_DECIDED"]["outcome"], "OUTCOME_REVERSED");
  for (const std::string name : {"day1.jsonl", "day2.jsonl"}) {
    EXPECT_TRUE(
        Contains(Import(name, name == "day1.jsonl" ? first : second).err,
                 "import: 0 entries new"))
        << name;
  }
  ExpectAnHonestLog();
}

INSTANTIATE_TEST_SUITE_P(CopiedAndOwn, OzoneE2eTest, testing::Bool());

}  // namespace
}  // namespace modlog::ozone_e2e_test
