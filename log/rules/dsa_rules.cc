#include "log/rules/dsa_rules.h"

#include <algorithm>

#include "log/rules/dsa_lists.h"

namespace modlog {

namespace {

constexpr uint32_t kTaxonomyV2 = 202'507;
bool BelongsSomewhere(v1::Keyword keyword, const v1::Action& action) {
  if (KeywordBelongs(keyword, action.category())) return true;
  const auto& more = action.more_categories();
  return std::any_of(more.begin(), more.end(), [&](int category) {
    return KeywordBelongs(keyword, static_cast<v1::Category>(category));
  });
}

void CheckKeywords(const v1::Action& action,
                   std::vector<Violation>* violations) {
  if (action.taxonomy() < kTaxonomyV2) return;  // v1 grouped them otherwise
  for (int i = 0; i < action.keywords_size(); ++i) {
    if (BelongsSomewhere(action.keywords(i), action)) continue;
    violations->push_back({"keywords[" + std::to_string(i) + "]",
                           "belongs to none of the action's categories"});
    return;  // one is enough to look at the list
  }
}

void CheckDuty(const v1::Action& action, std::vector<Violation>* violations) {
  const auto require = [&](bool has, std::string_view field) {
    if (has) return;
    violations->push_back(
        {std::string(field), "is required with regime = REGIME_EU_DSA"});
  };
  require(action.content_types_size() > 0, "content_types");
  require(action.content_date() != 0, "content_date");
  require(action.source_type() != 0, "source_type");
  require(action.automated_detection() != 0, "automated_detection");
  require(action.automated_decision() != 0, "automated_decision");
  require(action.territory() != 0, "territory");
}

}  // namespace

void CheckDsa(const v1::Action& action, std::vector<Violation>* violations) {
  CheckKeywords(action, violations);
  if (action.ean13() != 0 && !IsEan13(action.ean13())) {
    violations->push_back({"ean13", "has a wrong check digit"});
  }
  const bool decides = action.kind() == v1::KIND_ACTION ||
                       action.kind() == v1::KIND_MODIFICATION;
  if (action.regime() == v1::REGIME_EU_DSA && decides) {
    CheckDuty(action, violations);
  }
}

}  // namespace modlog
