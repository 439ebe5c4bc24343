#include "tests/agreement/both.h"

#include <algorithm>

#include "tests/audit/record_log.h"
#include "verifier/core/entry.h"
#include "verifier/rules/audited_succession.h"
#include "verifier/rules/keys.h"
#include "verifier/rules/record_facts.h"

namespace modlog {
namespace {

// As a log that takes anything would write it: empty, too long.
std::string LeafOf(const std::string& platform, const std::string& action) {
  std::string leaf = EncodeEntryHeader(kRecordTimeMs, platform) + '\x7a';
  size_t size = action.size();
  for (; size >= 0x80; size >>= 7) leaf += static_cast<char>(size | 0x80);
  return leaf + static_cast<char>(size) + action;
}

// What the judge says of an entry that stands alone. Of the rules of keys and
// of succession that is what one entry tells: a proof, a name.
std::vector<Finding> FindingsOf(const std::string& platform,
                                const std::string& action) {
  const std::string leaf = LeafOf(platform, action);
  const std::vector<Bytes> entries = {AsBytes(leaf)};
  const std::vector<Hash> hashes = {HashLeaf(entries[0])};
  const std::vector<size_t> missing;
  const RecordFacts facts = ReadRecordFacts({0, entries, hashes, missing});
  Findings joined;
  for (const RareEntry& rare : facts.rare) {
    if (rare.action.key_event().op() == v1::KEY_OP_REGISTER) {
      KeysRule(kAgreementOrigin)
          .TakeEvent(platform, 0, rare.action.key_event(), &joined);
    }
    if (rare.action.has_succession()) {
      SuccessionRule(kAgreementOrigin).Take(0, platform, rare.action, &joined);
    }
  }
  std::vector<Finding> findings = facts.findings;
  findings.insert(findings.end(), joined.kept().begin(), joined.kept().end());
  return findings;
}

}  // namespace

bool Agreement::violates() const {
  return std::ranges::count(findings, Severity::kViolation,
                            &Finding::severity) > 0;
}

bool Agreement::unjudged() const {
  return std::ranges::count(findings, Severity::kUnjudged, &Finding::severity) >
         0;
}

Agreement AskBoth(const std::string& platform, const std::string& action) {
  Agreement both;
  const auto admitted =
      Admit(platform, action, kRecordTimeMs, {}, nullptr, kAgreementOrigin);
  if (!admitted) both.refusals = admitted.error();
  both.findings = FindingsOf(platform, action);
  return both;
}

std::string Words(const Agreement& both, const std::string& action) {
  v1::Action message;
  std::string words = message.ParseFromString(action)
                          ? message.ShortDebugString().substr(0, 600)
                          : "unparsable";
  for (const Violation& refusal : both.refusals) {
    words += "\n  log:   " + refusal.field + " " + refusal.description;
  }
  for (const Finding& finding : both.findings) {
    words += "\n  judge: " + std::string(finding.rule) + " " + finding.what +
             (finding.severity == Severity::kWarning ? " (warning)" : "");
  }
  return words;
}

}  // namespace modlog
