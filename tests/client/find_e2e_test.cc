// If these fail, a person cannot follow a decision with the programs: what came
// of it, and what is new.

#include <gtest/gtest.h>
#include <signal.h>

#include "tests/client/running_log.h"

namespace modlog::find_e2e_test {
namespace {

std::string Action(const std::string& puid) {
  return R"({"kind":"KIND_ACTION","puid":")" + puid +
         R"(","taxonomy":202507,"visibility":["VISIBILITY_CONTENT_REMOVED"],)"
         R"("ground":"GROUND_INCOMPATIBLE_CONTENT",)"
         R"("category":"CATEGORY_VIOLENCE","application_date":18634,)"
         R"("subject_kind":"SUBJECT_KIND_ITEM"})"
         "\n";
}

std::string Reversal(const std::string& puid, const std::string& about) {
  return R"({"kind":"KIND_REVERSAL","puid":")" + puid +
         R"(","taxonomy":202507,"about":[")" + about +
         R"("],"extent":"EXTENT_FULL","reversal_cause":"CAUSE_OWN_REVIEW"})"
         "\n";
}

class FindTest : public testing::Test {
 protected:
  Outcome Append(const std::string& lines) {
    return log_.Modlog({"append", "--platform", "example", "-"}, lines);
  }
  RunningLog log_;
};

TEST_F(FindTest, ShowTellsWhatCameOfADecision) {
  ASSERT_EQ(Append(Action("a") + Action("b") + Reversal("r", "a")).status, 0);
  const Outcome shown = log_.Modlog({"show", "0"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_TRUE(Contains(shown.out, "reversed (follows from entry 2)"));
  EXPECT_TRUE(Contains(shown.out, "reversal, in full, because of own review"));
  const Json by_puid = Json::parse(
      log_.Modlog({"show", "--platform", "example", "--puid", "b", "--json"})
          .out);
  EXPECT_EQ(by_puid["index"], 1);
  EXPECT_EQ(by_puid["state"], "IN_FORCE");
  EXPECT_EQ(by_puid["events"].size(), 0u);
  EXPECT_EQ(log_.Modlog({"show", "3"}).status, 1);
  EXPECT_EQ(
      log_.Modlog({"show", "--platform", "example", "--puid", "x"}).status, 1);
  EXPECT_EQ(log_.Modlog({"show", "--puid", "x"}).status, 2);
}

TEST_F(FindTest, ShowTellsWhatACorrectedEntryReads) {
  const std::string rule =
      R"({"kind":"KIND_CORRECTION","puid":"x","taxonomy":202507,"bulk":)"
      R"({"last":"1","field":14,"from_code":0,"to_code":2}})"
      "\n"
      R"({"kind":"KIND_CORRECTION","puid":"y","taxonomy":202507,"bulk":)"
      R"({"last":"0","field":11,"from_code":18634,"to_code":18635}})"
      "\n";
  ASSERT_EQ(Append(Action("a") + Action("b") + rule).status, 0);
  const Outcome shown = log_.Modlog({"show", "1"});
  EXPECT_TRUE(Contains(shown.out, "  automated_detection YES_NO_NO\n"))
      << shown.out;
  const Json json = Json::parse(log_.Modlog({"show", "1", "--json"}).out);
  EXPECT_EQ(json["reads"]["automated_detection"], "YES_NO_NO");
  EXPECT_EQ(json["reads"]["puid"], "b") << "the whole record";
  EXPECT_FALSE(json["action"].contains("automated_detection"));
  EXPECT_FALSE(
      Json::parse(log_.Modlog({"show", "2", "--json"}).out).contains("reads"));
}

TEST_F(FindTest, SearchPrintsWhatMatchesAndSaysWhetherThereWasAny) {
  std::string lines;
  for (int i = 0; i < 2'500; ++i) lines += Action("p" + std::to_string(i));
  ASSERT_EQ(Append(lines + Reversal("r", "p7")).status, 0);
  const Outcome found = log_.Modlog({"search", "--kind", "reversal"});
  EXPECT_EQ(found.status, 0);
  EXPECT_EQ(Lines(found.out).size(), 1u);
  EXPECT_TRUE(Contains(found.out, "2500"));
  const Outcome all =
      log_.Modlog({"search", "--limit", "5000", "--category", "violence",
                   "--since", "2021-01-07", "--until", "2021-01-07"});
  EXPECT_EQ(Lines(all.out).size(), 2'500u);
  EXPECT_EQ(log_.Modlog({"search", "--kind", "LABEL"}).status, 1);
  const Outcome wrong = log_.Modlog({"search", "--kind", "BAN"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(Contains(wrong.err, "--kind: BAN is no code")) << wrong.err;
  EXPECT_TRUE(Contains(log_.Modlog({"search", "--since", "1 May"}).err,
                       "--since must be a date, YYYY-MM-DD"));
  EXPECT_TRUE(
      Contains(log_.Modlog({"search", "--puid", "p7"}).err, "filter.platform"));
}

TEST_F(FindTest, WatchPrintsWhatIsNewAndWhereToGoOn) {
  ASSERT_EQ(Append(Action("old")).status, 0);
  Program watch("modlog", log_.With({"watch", "--from", "0", "--json"}));
  EXPECT_TRUE(Contains(watch.WaitForOutput("old"), "\"index\":0"));
  ASSERT_EQ(Append(Action("new")).status, 0);
  EXPECT_TRUE(Contains(watch.WaitForOutput("new"), "\"index\":1"));
  watch.Signal(SIGINT);
  const Outcome ended = watch.Wait();
  EXPECT_EQ(ended.status, 130);
  EXPECT_TRUE(Contains(ended.err, "go on with --from 2")) << ended.err;
}

}  // namespace
}  // namespace modlog::find_e2e_test
