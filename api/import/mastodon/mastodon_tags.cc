#include "api/import/mastodon/mastodon_tags.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>

#include "api/import/input/ascii.h"
#include "verifier/core/result.h"

namespace modlog {
namespace {

constexpr size_t kKeywordsMax = 16;  // of one action

struct Tag {
  std::string_view name;
  v1::Category category;
  v1::Keyword keyword;  // 0: none fits
};

// Ascending by name. A keyword belongs to its category.
constexpr Tag kTags[] = {
    {"alt-right", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
    {"anti-lgbtq", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_DISCRIMINATION},
    {"antisemitism", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
    {"antivax", v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"bots", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_INAUTHENTIC_ACCOUNTS},
    {"conspiracy",
     v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"crypto", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_UNSPECIFIED},
    {"csam", v1::CATEGORY_PROTECTION_OF_MINORS,
     v1::KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL},
    {"disinformation",
     v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"dos", v1::CATEGORY_RISK_FOR_PUBLIC_SECURITY, v1::KEYWORD_UNSPECIFIED},
    {"fascism", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
    {"harassment", v1::CATEGORY_CYBER_VIOLENCE, v1::KEYWORD_CYBER_HARASSMENT},
    {"hate-associated", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_UNSPECIFIED},
    {"hate-speech", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
    {"homophobia", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_DISCRIMINATION},
    {"inappropriate", v1::CATEGORY_OTHER_VIOLATION_TC, v1::KEYWORD_UNSPECIFIED},
    {"malware", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_UNSPECIFIED},
    {"misinformation",
     v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"nazism", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH, v1::KEYWORD_HATE_SPEECH},
    {"online-harassment", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_CYBER_HARASSMENT},
    {"phishing", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_PHISHING},
    {"porn", v1::CATEGORY_OTHER_VIOLATION_TC,
     v1::KEYWORD_ADULT_SEXUAL_MATERIAL},
    {"racism", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_DISCRIMINATION},
    {"scam", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_UNSPECIFIED},
    {"spam", v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_UNSPECIFIED},
    {"terrorism", v1::CATEGORY_RISK_FOR_PUBLIC_SECURITY,
     v1::KEYWORD_TERRORIST_CONTENT},
    {"transphobia", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_DISCRIMINATION},
    {"underage", v1::CATEGORY_PROTECTION_OF_MINORS, v1::KEYWORD_UNSPECIFIED},
    {"violence", v1::CATEGORY_VIOLENCE, v1::KEYWORD_UNSPECIFIED},
    {"white-supremacy", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
};

constexpr bool Ascends() {
  return std::ranges::is_sorted(kTags, std::ranges::less(), &Tag::name);
}
static_assert(Ascends(), "tags are found by halving");

const Tag* FindTag(std::string_view name) {
  const auto* const tag =
      std::ranges::lower_bound(kTags, name, std::ranges::less(), &Tag::name);
  return tag != std::end(kTags) && tag->name == name ? tag : nullptr;
}

}  // namespace

BlockTags ReadBlockTags(std::string_view comment) {
  std::optional<v1::Category> first;
  std::set<v1::Category> categories;
  std::set<v1::Keyword> keywords;
  size_t unknown = 0;
  const std::string text = ToLower(comment);
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find_first_of(",;\n"), rest.size());
    std::string_view name = Trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // "iftas:hate-speech": whose tag it is.
    if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
      name = Trim(name.substr(colon + 1));
    }
    if (name.empty()) continue;
    const Tag* const tag = FindTag(name);
    if (tag == nullptr) {
      ++unknown;
      continue;
    }
    if (!first) first = tag->category;
    categories.insert(tag->category);
    if (tag->keyword != v1::KEYWORD_UNSPECIFIED) keywords.insert(tag->keyword);
  }
  BlockTags tags{.category = first.value_or(kNoCategory),
                 .more = {},
                 .keywords = {keywords.begin(), keywords.end()},
                 .unknown = unknown};
  categories.erase(tags.category);
  tags.more.assign(categories.begin(), categories.end());
  MODLOG_CHECK(tags.keywords.size() <= kKeywordsMax,
               "the table has no more keywords than an action takes");
  return tags;
}

}  // namespace modlog
