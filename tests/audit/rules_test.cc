// If these fail, an audit passes over an entry that the log should never have
// let in, or accuses a log of one that is as it should be.

#include <gtest/gtest.h>

#include "tests/audit/small_log.h"
#include "verifier/audit/audit.h"
#include "verifier/core/entry.h"
#include "verifier/rules/unique_puid.h"

namespace modlog::rules_test {
namespace {

AuditReport AuditEntries(std::vector<std::string> entries) {
  SmallLog log;
  log.entries = std::move(entries);
  FilesSource source(log.MakeFiles());
  const Policy policy = SmallPolicy();
  AuditRequest request;
  request.source = &source;
  request.policy = &policy;
  request.threads = 3;
  return Audit(request);
}

std::vector<std::string> FindingsOf(std::vector<std::string> entries) {
  const AuditReport report = AuditEntries(std::move(entries));
  EXPECT_EQ(report.verdict,
            report.findings.total() == 0 ? Verdict::kTrue : Verdict::kFalse);
  std::vector<std::string> found;
  for (const Finding& finding : report.findings.kept()) {
    found.push_back(std::string(finding.rule) + " " +
                    std::to_string(finding.entry));
  }
  return found;
}

using Found = std::vector<std::string>;

// An entry around action bytes that no admission would have let in.
std::string Around(const std::string& action) {
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(1'767'225'600'000, "p"), action, &leaf);
  return leaf;
}
std::string ActionOf(const std::string& leaf) {
  return std::string(DecodeEntry(leaf)->action);
}

TEST(RulesTest, AnOrdinaryLogBreaksNoRule) {
  EXPECT_EQ(FindingsOf(SmallLog::OfSize(700).entries), Found{});
}

TEST(RulesTest, BytesThatAreNoCanonicalEntryAreNamed) {
  const std::string good = ActionOf(SmallEntry(0));
  const std::string bad[] = {
      "",                                             // an empty entry
      "x",                                            // no entry at all
      SmallEntry(1) + "x",                            // a trailing byte
      Around(good + std::string("\x98\x06\x01", 3)),  // unknown field 99
      Around(good + good),                            // repeated fields
      Around(std::string("\x08\x81\x00", 3) + good.substr(2)),  // padded varint
      Around(good.substr(2) + good.substr(0, 2)),               // wrong order
      Around(good + std::string("\x30\x00", 2)),  // explicit default
      Around("\x12\x02\xff\xff"),                 // not UTF-8
      Around("\x12\x7f"),                         // cut
  };
  for (const std::string& entry : bad) {
    EXPECT_EQ(FindingsOf({SmallEntry(10), entry, SmallEntry(11)}),
              Found{"encoding 1"})
        << FormatHex(AsBytes(entry));
  }
}

TEST(RulesTest, AnEntryLargerThanTheLimitIsNamed) {
  EXPECT_EQ(FindingsOf({std::string(kLeafSizeMax + 1, 'x')}),
            Found{"encoding 0"});
}

TEST(RulesTest, ATimeThatGoesBackIsNamedOnce) {
  EXPECT_EQ(FindingsOf({MakeEntry(5, "p", "a"), MakeEntry(5, "p", "b"),
                        MakeEntry(4, "p", "c"), MakeEntry(6, "p", "d")}),
            Found{"logged_at 2"});
  // Across the border of two bundles.
  std::vector<std::string> entries;
  for (int n = 0; n < 300; ++n) {
    entries.push_back(MakeEntry(n < 256 ? 9 : 8, "p", std::to_string(n)));
  }
  EXPECT_EQ(FindingsOf(entries), Found{"logged_at 256"});
}

TEST(RulesTest, APuidThatStandsTwiceIsNamedWithItsFirstEntry) {
  std::vector<std::string> entries = SmallLog::OfSize(600).entries;
  entries[599] = SmallEntry(17);  // an old time as well
  const AuditReport report = AuditEntries(entries);
  ASSERT_EQ(report.findings.total(), 2u);
  EXPECT_EQ(report.findings.kept()[0].rule, "logged_at");
  EXPECT_EQ(report.findings.kept()[1].rule, kRuleUniquePuid);
  EXPECT_EQ(report.findings.kept()[1].entry, 599u);
  EXPECT_EQ(report.findings.kept()[1].what,
            "has the platform and puid of entry 17");
  EXPECT_EQ(report.counts.entries, 600u);
}

TEST(RulesTest, AnotherPlatformMayUseTheSamePuid) {
  EXPECT_EQ(FindingsOf({MakeEntry(1, "p", "a"), MakeEntry(1, "q", "a"),
                        MakeEntry(1, "pa", "b"), MakeEntry(1, "p", "ab")}),
            Found{});
}

TEST(RulesTest, PuidsThatShareOnlyThePrefixOfTheirKeyAreNoDuplicates) {
  Hash first = {};
  Hash second = {};
  second[31] = 1;
  KeyPrefixes prefixes;
  prefixes.Add(KeyPrefixes::Of(first));
  prefixes.Add(KeyPrefixes::Of(second));
  const std::vector<uint64_t> repeated = prefixes.TakeRepeated(10);
  ASSERT_EQ(repeated.size(), 1u);
  UniquePuidRule rule(repeated);
  Findings findings;
  rule.Take(1, first, &findings);
  rule.Take(2, second, &findings);
  EXPECT_EQ(findings.total(), 0u);
  rule.Take(2, second, &findings);
  EXPECT_EQ(findings.total(), 1u);
}

TEST(RulesTest, EveryPrefixIsNumberedOnceAndFoundAgain) {
  KeyPrefixes prefixes;
  std::vector<uint64_t> added;
  for (uint64_t n = 0; n < 1'000; ++n) {
    added.push_back(KeyPrefixes::Of(Sha256(AsBytes(std::to_string(n)))));
    prefixes.Add(added.back());
    prefixes.Add(added.back());
  }
  prefixes.Number();
  ASSERT_EQ(prefixes.size(), added.size());
  std::vector<bool> numbers(added.size());
  for (const uint64_t prefix : added) {
    const auto number = prefixes.NumberOf(prefix);
    ASSERT_TRUE(number && *number < numbers.size() && !numbers[*number]);
    numbers[*number] = true;
  }
  EXPECT_FALSE(prefixes.NumberOf(added[0] ^ 1));
}

TEST(RulesTest, ManyViolationsAreAllCountedAndTheFirstOfEachRuleKept) {
  std::vector<std::string> entries(500, SmallEntry(0));
  entries.push_back("x");
  const AuditReport report = AuditEntries(entries);
  EXPECT_EQ(report.findings.total(), 500u);
  EXPECT_EQ(report.findings.counts().at(kRuleUniquePuid).violations, 499u);
  EXPECT_EQ(report.findings.counts().at("encoding").violations, 1u);
  EXPECT_EQ(report.findings.kept().size(), Findings::kKeptPerRule + 1);
}

TEST(RulesTest, IntegrityAloneAsksForNoRule) {
  SmallLog log;
  log.entries = {"any", "log", "of", "tlog-tiles", ""};
  FilesSource source(log.MakeFiles());
  const Policy policy = SmallPolicy();
  AuditRequest request;
  request.source = &source;
  request.policy = &policy;
  request.integrity_only = true;
  const AuditReport report = Audit(request);
  EXPECT_EQ(report.verdict, Verdict::kTrue) << report.reason;
  EXPECT_FALSE(report.rules_checked);
}

}  // namespace
}  // namespace modlog::rules_test
