#include "log/rules/dsa_lists.h"

#include <algorithm>
#include <iterator>

namespace modlog {

namespace {

constexpr int kCodesOfOthers = 100;  // from here on not the DSA's

// The codes of a category's keywords follow each other.
struct KeywordRange {
  v1::Category category;
  int first, last;
};
constexpr KeywordRange kRanges[] = {
    {v1::CATEGORY_ANIMAL_WELFARE, 1, 2},
    {v1::CATEGORY_CONSUMER_INFORMATION, 3, 7},
    {v1::CATEGORY_CYBER_VIOLENCE, 8, 13},
    {v1::CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN, 14, 20},
    {v1::CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS, 21, 24},
    {v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH, 25, 27},
    {v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS, 28, 33},
    {v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS, 34, 36},
    {v1::CATEGORY_OTHER_VIOLATION_TC, 37, 42},
    {v1::CATEGORY_PROTECTION_OF_MINORS, 43, 47},
    {v1::CATEGORY_RISK_FOR_PUBLIC_SECURITY, 48, 51},
    {v1::CATEGORY_SCAMS_AND_FRAUD, 52, 57},
    {v1::CATEGORY_SELF_HARM, 58, 60},
    {v1::CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS, 61, 62},
    {v1::CATEGORY_VIOLENCE, 63, 67},
};
static_assert(v1::KEYWORD_UNLAWFUL_SALE_ANIMALS == 2 &&
                  v1::KEYWORD_HIDDEN_ADVERTISEMENT == 3 &&
                  v1::KEYWORD_COPYRIGHT_INFRINGEMENT == 28 &&
                  v1::KEYWORD_TRAFFICKING_WOMEN_GIRLS == 67,
              "the ranges follow the codes of action.proto");

}  // namespace

bool IsEan13(uint64_t number) {
  uint64_t sum = 0;
  for (int place = 0; place < 13; ++place, number /= 10) {
    sum += number % 10 * (place % 2 == 0 ? 1 : 3);
  }
  return number == 0 && sum % 10 == 0;
}

bool KeywordBelongs(v1::Keyword keyword, v1::Category category) {
  if (keyword == v1::KEYWORD_OTHER || keyword == v1::KEYWORD_STALKING ||
      keyword == v1::KEYWORD_UNLISTED) {
    return true;
  }
  if (keyword == v1::KEYWORD_CIRCUMVENTION) {
    return category == v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS;
  }
  // A code that this list lacks is kept: enums are open.
  if (keyword >= kCodesOfOthers || keyword > v1::KEYWORD_STALKING) return true;
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [&](const KeywordRange& range) {
                       return range.category == category &&
                              range.first <= keyword && keyword <= range.last;
                     });
}

}  // namespace modlog
