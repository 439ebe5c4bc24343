#include "verifier/rules/codes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace modlog {
namespace {

// By first letter, the second letters that make a code.
using Grid = std::array<std::string_view, 26>;

constexpr Grid kLanguages = {"ABEFKMNRSVYZ",
                             "AEGHIMNORS",
                             "AEHORSUVY",
                             "AEVZ",
                             "ELNOSTU",
                             "AFIJORY",
                             "ADLNUV",
                             "AEIORTUYZ",
                             "ADEGIKNOSTUW",
                             "AIVW",
                             "AGIJKLMNORSUVWY",
                             "ABGINOTUV",
                             "GHIKLNORSTY",
                             "ABDEGLNORVY",
                             "CJMRS",
                             "AILST",
                             "U",
                             "MNOUW",
                             "ACDEGHIKLMNOQRSTUVW",
                             "AEGHIKLNORSTWY",
                             "GKRZ",
                             "EIO",
                             "AO",
                             "H",
                             "IO",
                             "AHU"};
constexpr Grid kCountries = {"DEFGILMOQRSTUWXZ",
                             "ABDEFGHIJLMNOQRSTVWYZ",
                             "ACDFGHIKLMNORUVWXYZ",
                             "EJKMOZ",
                             "CEGHRST",
                             "IJKMOR",
                             "ABDEFGHILMNPQRSTUWY",
                             "KMNRTU",
                             "DELMNOQRST",
                             "EMOP",
                             "EGHIMNPRWYZ",
                             "ABCIKRSTUVY",
                             "ACDEFGHKLMNOPQRSTUVWXYZ",
                             "ACEFGILOPRUZ",
                             "M",
                             "AEFGHKLMNRSTWY",
                             "A",
                             "EOSUW",
                             "ABCDEGHIJKLMNORSTVXYZ",
                             "CDFGHJKLMNORTVWZ",
                             "AGMSYZ",
                             "ACEGINU",
                             "FS",
                             "K",
                             "ET",
                             "AMW"};

constexpr Grid kTerritories = {
    "T",  "EG", "YZ", "EK", "ES", "IR",  "R", "RU", "EST", "", "", "ITUV", "T",
    "LO", "",   "LT", "",   "O",  "EIK", "",  "",   "",    "", "", "",     ""};

bool InGrid(const Grid& grid, uint32_t code) {
  if (code == 0 || code > kPackedMax) return false;
  const char second = static_cast<char>('A' + (code - 1) % 26);
  return grid[(code - 1) / 26].find(second) != std::string_view::npos;
}

// The category of keywords 1..67, in the order of the documentation.
struct Group {
  v1::Category category;
  int last;  // keyword; the first follows the last of the group before
};
constexpr Group kGroups[] = {
    {v1::CATEGORY_ANIMAL_WELFARE, v1::KEYWORD_UNLAWFUL_SALE_ANIMALS},
    {v1::CATEGORY_CONSUMER_INFORMATION, v1::KEYWORD_NONCOMPLIANCE_PRICING},
    {v1::CATEGORY_CYBER_VIOLENCE, v1::KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE},
    {v1::CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN,
     v1::KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN},
    {v1::CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS,
     v1::KEYWORD_RIGHT_TO_BE_FORGOTTEN},
    {v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH, v1::KEYWORD_HATE_SPEECH},
    {v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS,
     v1::KEYWORD_TRADEMARK_INFRINGEMENT},
    {v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_VIOLATION_NATIONAL_LAW},
    {v1::CATEGORY_OTHER_VIOLATION_TC, v1::KEYWORD_NUDITY},
    {v1::CATEGORY_PROTECTION_OF_MINORS, v1::KEYWORD_UNSAFE_CHALLENGES},
    {v1::CATEGORY_RISK_FOR_PUBLIC_SECURITY, v1::KEYWORD_TERRORIST_CONTENT},
    {v1::CATEGORY_SCAMS_AND_FRAUD, v1::KEYWORD_PYRAMID_SCHEMES},
    {v1::CATEGORY_SELF_HARM, v1::KEYWORD_SUICIDE},
    {v1::CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS, v1::KEYWORD_UNSAFE_PRODUCTS},
    {v1::CATEGORY_VIOLENCE, v1::KEYWORD_TRAFFICKING_WOMEN_GIRLS},
};

v1::Category CategoryOf(int keyword) {
  if (keyword == v1::KEYWORD_CIRCUMVENTION) {
    return v1::CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS;
  }
  for (const Group& group : kGroups) {
    if (keyword <= group.last) return group.category;
  }
  return v1::CATEGORY_UNSPECIFIED;  // of any category, or unknown
}

}  // namespace

bool IsListedLanguage(uint32_t code) { return InGrid(kLanguages, code); }
bool IsListedCountry(uint32_t code) { return InGrid(kCountries, code); }
bool IsTerritoryBit(uint32_t code) { return InGrid(kTerritories, code); }

bool KeywordFits(int keyword, const v1::Action& action) {
  const v1::Category category = CategoryOf(keyword);
  const auto& more = action.more_categories();
  return category == v1::CATEGORY_UNSPECIFIED ||
         category == action.category() ||
         std::find(more.begin(), more.end(), category) != more.end();
}

bool HasEan13CheckDigit(uint64_t number) {
  uint64_t sum = 0;
  for (uint64_t weight = 1, digits = 0; digits < 13; ++digits) {
    sum += weight * (number % 10);
    weight = 4 - weight;
    number /= 10;
  }
  return number == 0 && sum % 10 == 0;
}

}  // namespace modlog
