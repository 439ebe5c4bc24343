#ifndef MODLOG_API_IMPORT_DSA_CODES_H_
#define MODLOG_API_IMPORT_DSA_CODES_H_

// The codes of the EU's DSA Transparency Database by name, and their numbers in
// an action. Two code lists are in use: that of schema v1 (taxonomy 202309) and
// that of v2 (202507). What v2 renamed keeps its number,
//
//   STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE  v1 |  10
//   STATEMENT_CATEGORY_OTHER_VIOLATION_TC         v2 |
//
// what v2 dropped has a number from 101 on, and so names and numbers lead to
// each other once the list is known.
//
// Pure functions, thread-safe. Source: github.com/digital-services-act/
// transparency-database, app/Models/Statement.php and the API's documentation.

#include <optional>
#include <string>
#include <string_view>

namespace modlog {

inline constexpr unsigned kDsaTaxonomyV1 = 202'309;
inline constexpr unsigned kDsaTaxonomyV2 = 202'507;
inline constexpr int kUnlistedCode = 126;  // *_UNLISTED of every list

enum class DsaCodeList {
  kVisibility,
  kMonetary,
  kProvision,
  kAccount,
  kAccountType,
  kGround,
  kCategory,
  kKeyword,
  kContentType,
  kSourceType,
  kAutomatedDecision,
};

// Where a name occurs.
enum class DsaLists { kBoth, kV1Only, kV2Only };

struct DsaCode {
  int number;
  DsaLists lists;
};
// FindDsaCode returns nothing for a name that neither list has.
std::optional<DsaCode> FindDsaCode(DsaCodeList list, std::string_view name);

struct DsaName {
  std::string_view name;
  bool exact;  // false: the nearest name for a code that the DSA lacks
};
// NameDsaCode returns the name in the list of `taxonomy`; nothing for a number
// that has none there, kUnlistedCode among them. Codes of ours have a nearest
// one: a claim that was not judged is written as illegal content.
std::optional<DsaName> NameDsaCode(DsaCodeList list, int number,
                                   unsigned taxonomy);

// IsDsaCodeName: ^[A-Za-z0-9_]{1,100}$, what a code may look like at all.
bool IsDsaCodeName(std::string_view name);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_CODES_H_
