#include "verifier/rules/audited_terms.h"

#include <algorithm>

namespace modlog {
namespace {

std::string NameOfTerm(uint32_t number) {
  return "term " + std::to_string(number);
}

std::string KindOfTerm(int kind) {
  const std::string& name = v1::TermKind_Name(kind);
  constexpr std::string_view kPrefix = "TERM_KIND_";
  return name.empty() ? "code " + std::to_string(kind)
                      : name.substr(kPrefix.size());
}

}  // namespace

void TermsRule::TakeTerm(const PlatformId& platform, uint64_t entry,
                         const v1::Term& term, Findings* findings) {
  if (term.replaces() != 0) {
    const auto it = terms_.find({platform, term.replaces()});
    if (it == terms_.end() || it->second.kind != term.kind()) {
      findings->Add({kRuleTerms, entry,
                     NameOfTerm(term.number()) + " replaces " +
                         NameOfTerm(term.replaces()) +
                         ", which is not registered as the same"});
    }
  }
  const auto [it, is_new] = terms_.try_emplace(
      std::pair(platform, term.number()), Registered{term.kind(), entry, 0});
  if (is_new) return;
  findings->Add({kRuleTerms, entry,
                 NameOfTerm(term.number()) + " was registered by entry " +
                     std::to_string(it->second.entry)});
}

void TermsRule::TakeUse(const PlatformId& platform, uint64_t entry,
                        uint32_t number, v1::TermKind kind,
                        Findings* findings) {
  const auto it = terms_.find({platform, number});
  if (it == terms_.end()) {
    findings->Add({kRuleTerms, entry,
                   NameOfTerm(number) + " is used and not registered before"});
    return;
  }
  ++it->second.uses;
  if (it->second.kind == kind) return;
  findings->Add({kRuleTerms, entry,
                 NameOfTerm(number) + " is used as " + KindOfTerm(kind) +
                     " and registered as " + KindOfTerm(it->second.kind)});
}

std::map<PlatformId, uint64_t> TermsRule::MostUsedReasons() const {
  std::map<PlatformId, uint64_t> most;
  for (const auto& [key, term] : terms_) {
    if (term.kind != v1::TERM_KIND_REASON) continue;
    uint64_t& uses = most[key.first];
    uses = std::max(uses, term.uses);
  }
  return most;
}

}  // namespace modlog
