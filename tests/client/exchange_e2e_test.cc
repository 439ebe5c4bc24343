// If these fail, a platform that published an inverted flag cannot put it
// right, or makes all its statements read the same and is not told.

#include <gtest/gtest.h>

#include "tests/client/running_log.h"

namespace modlog::exchange_e2e_test {
namespace {

// Three statements with the one code of automated_detection, two with the
// other.
std::string Statements() {
  std::string lines;
  for (int i = 0; i < 5; ++i) {
    lines +=
        R"({"platform":"example","action":{"kind":"KIND_ACTION","puid":"s-)" +
        std::to_string(i) +
        R"(","taxonomy":202507,"ground":"GROUND_INCOMPATIBLE_CONTENT",)"
        R"("category":"CATEGORY_SCAMS_AND_FRAUD",)"
        R"("visibility":["VISIBILITY_CONTENT_REMOVED"],)"
        R"("application_date":20760,"subject_kind":"SUBJECT_KIND_ITEM",)"
        R"("automated_detection":")" +
        std::string(i < 3 ? "YES_NO_YES" : "YES_NO_NO") + "\"}}\n";
  }
  return lines;
}

// field 14 of the entries 0 to 4.
std::string Rule(const std::string& puid, int from, int to,
                 const std::string& more = "", int taxonomy = 202507) {
  return R"({"platform":"example","action":{"kind":"KIND_CORRECTION","puid":")" +
         puid + R"(","taxonomy":)" + std::to_string(taxonomy) +
         R"(,"bulk":{"first":0,"last":4,"field":14,"from_code":)" +
         std::to_string(from) + R"(,"to_code":)" + std::to_string(to) + more +
         "}}}\n";
}
std::string Exchange(const std::string& puid) {
  return Rule(puid, 1, 2, R"(,"exchange":true)", 202612);
}

class ExchangeTest : public testing::Test {
 protected:
  ExchangeTest() { EXPECT_EQ(Append(Statements()).status, 0); }

  Outcome Append(const std::string& lines) {
    return log_.Modlog({"append", "-"}, lines);
  }
  // What the flag of each statement reads: Y, N or - for absent.
  std::string Reads() const {
    std::string reads;
    for (int i = 0; i < 5; ++i) {
      const Json shown =
          Json::parse(log_.Modlog({"show", std::to_string(i), "--json"}).out);
      const Json& record =
          shown.contains("reads") ? shown["reads"] : shown["action"];
      const std::string flag = record.value("automated_detection", "");
      reads += flag == "YES_NO_YES" ? 'Y' : flag == "YES_NO_NO" ? 'N' : '-';
    }
    return reads;
  }
  Outcome Audit() {
    EXPECT_EQ(log_.Modlog({"export-tiles", folder_ / "copy"}).status, 0);
    return RunProgram("modlog-verify",
                      {"audit", folder_ / "copy", "--policy", log_.policy(),
                       "--first-use", "--json"});
  }
  void ExpectTrue() {
    const Outcome audit = Audit();
    EXPECT_EQ(audit.status, 0) << audit.out.substr(0, 4000) << audit.err;
    const Json report = Json::parse(audit.out);
    EXPECT_EQ(report["violation_count"], 0);
  }

  TemporaryFolder folder_;
  RunningLog log_;
};

TEST_F(ExchangeTest, OneEntryExchangesTwoCodes) {
  const Outcome exchanged = Append(Exchange("swap"));
  EXPECT_EQ(exchanged.status, 0) << exchanged.err;
  EXPECT_FALSE(Contains(exchanged.err, "warning")) << exchanged.err;
  EXPECT_EQ(Reads(), "NNNYY");
  const Outcome shown = log_.Modlog({"show", "3"});
  EXPECT_TRUE(Contains(shown.out, "  automated_detection YES_NO_YES\n"))
      << shown.out;
  ExpectTrue();
}

TEST_F(ExchangeTest, TwoRulesOneAfterTheOtherAreTakenAndWarnedOf) {
  const Outcome naive = Append(Rule("swap-1", 1, 2) + Rule("swap-2", 2, 1));
  EXPECT_EQ(naive.status, 0) << naive.err;
  EXPECT_TRUE(Contains(naive.err, "-:2: warning: bulk: turns entry 5 back"))
      << naive.err;
  EXPECT_TRUE(Contains(naive.err, "log one entry with bulk.exchange"));
  EXPECT_FALSE(Contains(naive.err, "-:1: warning"));
  EXPECT_TRUE(Contains(naive.err,
                       "2 logged, 0 logged before, 0 refused, 1 "
                       "logged with a warning"));
  EXPECT_EQ(Reads(), "YYYYY");
  ExpectTrue();
}

TEST_F(ExchangeTest, AnotherRunWarnsOfTheRunBefore) {
  ASSERT_EQ(Append(Rule("swap-1", 1, 2)).status, 0);
  const Outcome second = Append(Rule("swap-2", 2, 1));
  EXPECT_TRUE(Contains(second.err, "warning: bulk: turns entry 5 back"))
      << second.err;
}

TEST_F(ExchangeTest, ThreeRulesByAThirdCodeSayTheSameWithoutAWarning) {
  const Outcome three = Append(Rule("swap-a", 1, 126) + Rule("swap-b", 2, 1) +
                               Rule("swap-c", 126, 2));
  EXPECT_EQ(three.status, 0) << three.err;
  EXPECT_FALSE(Contains(three.err, "warning")) << three.err;
  EXPECT_EQ(Reads(), "NNNYY");
  ExpectTrue();
}

TEST_F(ExchangeTest, UnderAnOlderListItIsRefusedWithTheMonthToWrite) {
  const Outcome refused =
      Append(Rule("swap", 1, 2, R"(,"exchange":true)", 202507));
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err, "bulk.exchange: goes with taxonomy 202612"))
      << refused.err;
  EXPECT_EQ(Reads(), "YYYNN");
}

TEST_F(ExchangeTest, TheSameEntryAgainIsKnownAndAnotherTurnsItBack) {
  ASSERT_EQ(Append(Exchange("swap")).status, 0);
  const Outcome again = Append(Exchange("swap"));
  EXPECT_TRUE(Contains(again.err, "0 logged, 1 logged before")) << again.err;
  EXPECT_EQ(Reads(), "NNNYY");
  ASSERT_EQ(Append(Exchange("back")).status, 0);
  EXPECT_EQ(Reads(), "YYYNN");
  ExpectTrue();
}

}  // namespace
}  // namespace modlog::exchange_e2e_test
