#ifndef MODLOG_VERIFIER_RULES_AUDITED_TERMS_H_
#define MODLOG_VERIFIER_RULES_AUDITED_TERMS_H_

// The rule "terms": a term is registered by the same platform before its first
// use, is used as what it was registered as, and its number is given once, for
// ever. Not thread-safe.

#include <map>
#include <utility>

#include "modlog/v1/action.pb.h"
#include "verifier/rules/record_facts.h"
#include "verifier/rules/rules.h"

namespace modlog {

class TermsRule {
 public:
  void TakeTerm(const PlatformId& platform, uint64_t entry,
                const v1::Term& term, Findings* findings);
  void TakeUse(const PlatformId& platform, uint64_t entry, uint32_t number,
               v1::TermKind kind, Findings* findings);

  // MostUsedReasons returns, by platform, how often the reason used most was
  // used: the same text for how many.
  std::map<PlatformId, uint64_t> MostUsedReasons() const;

 private:
  struct Registered {
    int kind = 0;
    uint64_t entry = 0;
    uint64_t uses = 0;
  };
  // Not by a hash table: writers choose the numbers.
  std::map<std::pair<PlatformId, uint32_t>, Registered> terms_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_AUDITED_TERMS_H_
