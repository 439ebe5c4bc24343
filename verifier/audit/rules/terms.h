#ifndef MODLOG_VERIFIER_AUDIT_RULES_TERMS_H_
#define MODLOG_VERIFIER_AUDIT_RULES_TERMS_H_

// The rule "terms": a term is registered by the same platform before its first
// use, is used as what it was registered as, and its number is given once, for
// ever. Not thread-safe.

#include <unordered_map>

#include "modlog/v1/action.pb.h"
#include "verifier/audit/rules/rules.h"

namespace modlog {

class TermsRule {
 public:
  // Platforms by number, the caller's.
  void TakeTerm(uint32_t platform, uint64_t entry, const v1::Term& term,
                Findings* findings);
  void TakeUse(uint32_t platform, uint64_t entry, uint32_t number,
               v1::TermKind kind, Findings* findings);

  // MostUsedReasons returns, by platform, how often the reason used most was
  // used: the same text for how many.
  std::unordered_map<uint32_t, uint64_t> MostUsedReasons() const;

 private:
  struct Registered {
    int kind = 0;
    uint64_t entry = 0;
    uint64_t uses = 0;
  };
  static uint64_t Key(uint32_t platform, uint32_t number) {
    return uint64_t{platform} << 32 | number;
  }
  std::unordered_map<uint64_t, Registered> terms_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_TERMS_H_
