#ifndef MODLOG_VERIFIER_RULES_RULES_H_
#define MODLOG_VERIFIER_RULES_RULES_H_

// The rules of the record by name, and what they find. docs/verifying.md, "The
// rules", is the table for people.
//
//   violation  the log took what it must not hold: the verdict is false
//   warning    a statement in the log is doubtful, and the log could not know
//              or was right to take it: the verdict stays, unless asked
//   unjudged   a newer version of modlog may have written it, or what it rests
//              on: the verdict is "cannot tell" where nothing else is false
//   note       figures that a person should look at (record_summary.h)

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace modlog {

inline constexpr std::string_view kRuleEncoding = "encoding";
inline constexpr std::string_view kRuleLoggedAt = "logged_at";
inline constexpr std::string_view kRuleReferences = "references";      // 1
inline constexpr std::string_view kRuleLife = "life";                  // 1
inline constexpr std::string_view kRuleReversals = "reversals";        // 2
inline constexpr std::string_view kRuleSeals = "seals";                // 3
inline constexpr std::string_view kRuleUniquePuid = "unique_puid";     // 4
inline constexpr std::string_view kRuleKinds = "kinds";                // 5
inline constexpr std::string_view kRuleFields = "fields";              // 5
inline constexpr std::string_view kRuleLateness = "lateness";          // 6
inline constexpr std::string_view kRuleCorrections = "corrections";    // 7
inline constexpr std::string_view kRuleRemovals = "removals";          // 8
inline constexpr std::string_view kRuleAttestations = "attestations";  // 9
inline constexpr std::string_view kRuleTerms = "terms";                // 10
inline constexpr std::string_view kRuleUniformity = "uniformity";      // 11
inline constexpr std::string_view kRuleKeys = "keys";                  // 12
inline constexpr std::string_view kRuleSuccession = "succession";      // 13

inline constexpr std::array<std::string_view, 17> kRuleNames = {
    kRuleEncoding,     kRuleLoggedAt, kRuleReferences,  kRuleLife,
    kRuleReversals,    kRuleSeals,    kRuleUniquePuid,  kRuleKinds,
    kRuleFields,       kRuleLateness, kRuleCorrections, kRuleRemovals,
    kRuleAttestations, kRuleTerms,    kRuleUniformity,  kRuleKeys,
    kRuleSuccession};

// Days are counted since 1970-01-01 UTC.
inline constexpr int64_t kMsPerDay = 86'400'000;

enum class Severity { kViolation, kWarning, kUnjudged };

struct Finding {
  std::string_view rule;  // one of the above
  uint64_t entry = 0;
  std::string what;
  Severity severity = Severity::kViolation;
};

// Whether a rule is about one entry alone, and none before it.
constexpr bool IsOfOneEntry(std::string_view rule) {
  return rule == kRuleEncoding || rule == kRuleLoggedAt || rule == kRuleKinds ||
         rule == kRuleFields;
}

// Findings counts them all and keeps the first ones of each rule and severity.
// Behind an entry that could not be judged a violation of a rule that joins
// entries is none: nobody here knows what that entry did.
class Findings {
 public:
  static constexpr uint64_t kKeptPerRule = 20;

  struct Count {
    uint64_t violations = 0;
    uint64_t warnings = 0;
    uint64_t unjudged = 0;
  };

  void Add(Finding finding) {
    if (finding.severity == Severity::kViolation &&
        !IsOfOneEntry(finding.rule) && finding.entry >= first_unjudged_) {
      finding.severity = Severity::kUnjudged;
    }
    if (finding.severity == Severity::kUnjudged) {
      first_unjudged_ = std::min(first_unjudged_, finding.entry);
    }
    ++NumberIn(finding.severity, &total_);
    if (++NumberIn(finding.severity, &counts_[finding.rule]) <= kKeptPerRule) {
      kept_.push_back(std::move(finding));
    }
  }

  uint64_t violations() const { return total_.violations; }
  uint64_t warnings() const { return total_.warnings; }
  uint64_t unjudged() const { return total_.unjudged; }
  uint64_t total() const {
    return total_.violations + total_.warnings + total_.unjudged;
  }
  const std::vector<Finding>& kept() const { return kept_; }
  // Those kept of a severity, by entry.
  std::vector<Finding> Kept(Severity severity) const {
    std::vector<Finding> list;
    std::ranges::copy_if(
        kept_, std::back_inserter(list),
        [&](const Finding& finding) { return finding.severity == severity; });
    std::ranges::stable_sort(list, {}, &Finding::entry);
    return list;
  }
  const std::map<std::string_view, Count>& counts() const { return counts_; }

 private:
  static uint64_t& NumberIn(Severity severity, Count* count) {
    switch (severity) {
      case Severity::kViolation:
        return count->violations;
      case Severity::kWarning:
        return count->warnings;
      case Severity::kUnjudged:
        break;
    }
    return count->unjudged;
  }

  Count total_;
  uint64_t first_unjudged_ = std::numeric_limits<uint64_t>::max();
  std::map<std::string_view, Count> counts_;
  std::vector<Finding> kept_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_RULES_H_
