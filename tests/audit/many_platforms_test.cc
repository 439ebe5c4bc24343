// If these fail, whoever makes up names makes an audit take memory for each of
// them, or a platform escapes the rules behind so many others.

#include <gtest/gtest.h>

#include "tests/audit/record_log.h"
#include "verifier/audit/audit.h"

namespace modlog::many_platforms_test {
namespace {

AuditReport AuditOf(RecordLog* log) {
  FilesSource source(log->MakeFiles());
  const Policy policy = SmallPolicy();
  AuditRequest request;
  request.source = &source;
  request.policy = &policy;
  request.threads = 2;
  return Audit(request);
}

std::string Name(size_t n) { return "n" + std::to_string(n); }

TEST(ManyPlatformsTest, BeyondTheFirstOnesTheyAreCountedTogether) {
  RecordLog log;
  constexpr size_t kBeyond = 100;
  for (size_t i = 0; i < kPlatformsKept + kBeyond; ++i) {
    log.Add(Takedown("a"), Name(i));
  }
  log.Add(Takedown("b"), Name(0));
  log.Add(Takedown("b"), Name(kPlatformsKept));
  const AuditReport report = AuditOf(&log);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_EQ(report.record.platforms.size(), kPlatformsKept);
  EXPECT_EQ(report.record.further_platforms, kBeyond);
  EXPECT_EQ(report.record.further.actions, kBeyond + 1);
  EXPECT_EQ(report.record.platforms.at(Name(0)).actions, 2u);
}

TEST(ManyPlatformsTest, EachOfThemIsStillJudgedByItself) {
  RecordLog log;
  for (size_t i = 0; i < kPlatformsKept; ++i) log.Add(Takedown("a"), Name(i));
  v1::Action uses = Takedown("u");
  uses.set_policy_term(1);
  log.Add(RecordOf(v1::KIND_TERM, "t"), "one");
  const uint64_t fine = log.Add(uses, "one");
  const uint64_t wrong = log.Add(uses, "other");  // the term is another's
  log.Add(AboutRecord(v1::KIND_VOID, "v", "u"), "one");
  const uint64_t about = log.Add(AboutRecord(v1::KIND_VOID, "v", "t"), "other");
  const AuditReport report = AuditOf(&log);
  std::vector<uint64_t> found;
  for (const Finding& finding : report.findings.kept()) {
    EXPECT_NE(finding.entry, fine) << finding.what;
    found.push_back(finding.entry);
  }
  EXPECT_EQ(found, (std::vector<uint64_t>{wrong, about}));
}

// Of one entry, too, more can be wrong than there is memory to say.
TEST(ManyPlatformsTest, WhatIsWrongWithOneEntryIsCountedUpToALimit) {
  RecordLog log;
  v1::Action action = Takedown("a");
  for (int i = 0; i < 1'000; ++i) action.add_about("");
  log.Add(action);
  log.Add(action);
  const AuditReport report = AuditOf(&log);
  EXPECT_EQ(report.verdict, Verdict::kFalse);
  EXPECT_GE(report.findings.violations(), 2u * kFindingsPerEntryMax);
  EXPECT_LE(report.findings.violations(),
            2u * (kFindingsPerEntryMax + kReferencesFollowedMax) + 10);
}

}  // namespace
}  // namespace modlog::many_platforms_test
