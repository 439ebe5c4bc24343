// If these fail, a log can serve another text than a decision committed to, or
// go on serving what it says it erased, and an audit sees nothing.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/audit/record_log.h"
#include "verifier/audit/audit.h"
#include "verifier/core/commitment.h"

namespace modlog::payloads_test {
namespace {

using nlohmann::json;

constexpr char kFacts[] = "spam in twelve comments";

// A log of one entry with a payload of one part, and what is served of it.
class PayloadsTest : public testing::Test {
 protected:
  PayloadsTest() {
    const RecordSecrets secrets = DeriveRecordSecrets({}, {}, "p", "a");
    const RecordPart part = {kPartDecisionFacts, Reach::kPublic,
                             AsBytes(kFacts)};
    slots_ = CommitParts(secrets, {&part, 1});
    salt_ = PartSalt(secrets, kPartDecisionFacts, Reach::kPublic);
    action_ = Takedown("a");
    action_.set_commitment(std::string(AsText(CommitRecord(slots_))));
  }

  json Served() const {
    json commitments = json::array();
    for (const Hash& slot : slots_) commitments.push_back(FormatBase64(slot));
    return {{"payload",
             {{"parts",
               {{{"tag", "TAG_DECISION_FACTS"},
                 {"salt", FormatBase64(salt_)},
                 {"value", FormatBase64(AsBytes(kFacts))},
                 {"open", true}}}},
              {"commitments", commitments}}}};
  }

  // Serves `body` for entry 0; empty: nothing.
  AuditReport Judge(const RecordLog& log, const std::string& body) const {
    Files files = log.MakeFiles();
    if (!body.empty()) files["payload/0"] = body;
    FilesSource source(files);
    const Policy policy = SmallPolicy();
    AuditRequest request;
    request.source = &source;
    request.policy = &policy;
    request.payloads = true;
    return Audit(request);
  }
  AuditReport Judge(const std::string& body) const {
    RecordLog log;
    log.Add(action_);
    return Judge(log, body);
  }

  PartSlots slots_;
  Hash salt_;
  v1::Action action_;
};

TEST_F(PayloadsTest, WhatIsServedIsWhatWasCommittedTo) {
  const AuditReport report = Judge(Served().dump());
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.findings.total(), 0u);
  EXPECT_EQ(report.record.payloads_checked, 1u);
  EXPECT_EQ(report.record.payload_parts_checked, 1u);
}

TEST_F(PayloadsTest, AnyOtherTextSaltOrCommitmentIsFalse) {
  json value = Served();
  value["payload"]["parts"][0]["value"] = FormatBase64(AsBytes("another"));
  json salt = Served();
  salt["payload"]["parts"][0]["salt"] = FormatBase64(Hash{});
  json commitment = Served();
  commitment["payload"]["commitments"][5] = FormatBase64(Hash{});
  json fewer = Served();
  fewer["payload"]["commitments"].erase(0);
  json tag = Served();
  tag["payload"]["parts"][0]["tag"] = "TAG_NONSENSE";
  for (const json& body : {value, salt, commitment}) {
    const AuditReport report = Judge(body.dump());
    EXPECT_EQ(report.verdict, Verdict::kFalse) << body.dump();
    EXPECT_EQ(report.findings.violations(), 1u) << body.dump();
  }
  for (const std::string& body :
       {fewer.dump(), tag.dump(), json(1).dump(), std::string("{"),
        std::string("<html>log in</html>")}) {
    EXPECT_EQ(Judge(body).verdict, Verdict::kCannotTell) << body;
  }
}

TEST_F(PayloadsTest, AnErasedPartThatIsStillServedIsFalse) {
  RecordLog log;
  log.Add(action_);
  v1::Action erasure = RecordOf(v1::KIND_PAYLOAD_ERASED, "e");
  erasure.add_about_index(0);
  erasure.mutable_erasure()->add_tags(kPartDecisionFacts);
  log.Add(erasure);
  EXPECT_EQ(Judge(log, Served().dump()).verdict, Verdict::kFalse);
  json without = Served();
  without["payload"]["parts"] = json::array();
  EXPECT_EQ(Judge(log, without.dump()).verdict, Verdict::kTrue);
  EXPECT_EQ(Judge(log, "").findings.total(), 0u);
}

// An action is taken without its payload, and says all the same how long that
// is to be kept.
TEST_F(PayloadsTest, AnAbsentPayloadIsDoubtfulUntilItsLastDay) {
  AuditReport report = Judge("");
  EXPECT_EQ(report.verdict, Verdict::kTrue);
  EXPECT_EQ(report.findings.warnings(), 1u);
  action_.set_payload_until(24'837);  // 2038
  report = Judge("");
  EXPECT_EQ(report.verdict, Verdict::kTrue);
  EXPECT_EQ(report.findings.warnings(), 1u);
  action_.set_payload_until(kRecordDay - 700);  // past
  report = Judge("");
  EXPECT_EQ(report.verdict, Verdict::kTrue);
  EXPECT_EQ(report.findings.total(), 0u);
}

}  // namespace
}  // namespace modlog::payloads_test
