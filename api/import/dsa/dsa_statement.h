#ifndef MODLOG_API_IMPORT_DSA_DSA_STATEMENT_H_
#define MODLOG_API_IMPORT_DSA_DSA_STATEMENT_H_

// A statement of reasons as the DSA Transparency Database publishes it: one
// value for each attribute, by whatever file it came in. Nothing, null, the
// word "null", "", [], [null] and ["null"] are one thing here.
//
// Columns are in the order of the full dump of schema v2 (38). That of v1 lacks
// content_id_ean (37); light dumps lack the two explanations, the territory and
// the facts. JSON names two of them otherwise: platform_uid is puid, and
// content_id_ean is the EAN-13 in content_id.
//
// Pure functions, thread-safe. Source: the database's export of a day.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

enum DsaColumn : uint8_t {
  kDsaUuid,
  kDsaVisibility,
  kDsaVisibilityOther,
  kDsaEndVisibility,
  kDsaMonetary,
  kDsaMonetaryOther,
  kDsaEndMonetary,
  kDsaProvision,
  kDsaEndProvision,
  kDsaAccount,
  kDsaEndAccount,
  kDsaAccountType,
  kDsaGround,
  kDsaReferenceUrl,
  kDsaIllegalGround,
  kDsaIllegalExplanation,
  kDsaIncompatibleGround,
  kDsaIncompatibleExplanation,
  kDsaAlsoIllegal,
  kDsaCategory,
  kDsaMoreCategories,
  kDsaKeywords,
  kDsaKeywordOther,
  kDsaContentTypes,
  kDsaContentTypeOther,
  kDsaLanguage,
  kDsaContentDate,
  kDsaEan13,
  kDsaTerritory,
  kDsaApplicationDate,
  kDsaFacts,
  kDsaSourceType,
  kDsaSourceIdentity,
  kDsaAutomatedDetection,
  kDsaAutomatedDecision,
  kDsaPlatformName,
  kDsaPuid,
  kDsaCreatedAt,
};
inline constexpr size_t kDsaColumnCount = 38;

// DsaColumnName returns the name in the dumps.
std::string_view DsaColumnName(DsaColumn column);
// DsaAttributeName returns the name in the API's JSON.
std::string_view DsaAttributeName(DsaColumn column);
// FindDsaColumn takes either name.
std::optional<DsaColumn> FindDsaColumn(std::string_view name);

inline constexpr std::array<DsaColumn, 5> kDsaLists = {
    kDsaVisibility, kDsaMoreCategories, kDsaKeywords, kDsaContentTypes,
    kDsaTerritory};
bool IsDsaList(DsaColumn column);

struct DsaOther {
  std::string name;
  std::string value;
  bool is_json = false;  // the text of a value that was no string

  bool operator==(const DsaOther&) const = default;
};

// The word null in the place of nothing, as it was written.
struct DsaNull {
  DsaColumn column;
  std::string text;
};

struct DsaStatement {
  // Texts, codes and days as they were written; a list's is empty.
  std::array<std::string, kDsaColumnCount> cells;
  // The lists, in the order of kDsaLists.
  std::array<std::vector<std::string>, kDsaLists.size()> lists;
  // Attributes without a column, in the order of the source.
  std::vector<DsaOther> others;
  // What was read as nothing; it says nothing, and is no part of what is equal.
  std::vector<DsaNull> nulls;

  std::vector<std::string>& List(DsaColumn column);
  const std::vector<std::string>& List(DsaColumn column) const;
  void Clear();

  bool operator==(const DsaStatement& other) const {
    return cells == other.cells && lists == other.lists &&
           others == other.others;
  }
};

// TakingNullForACode returns the statement as it was read before the word null
// was nothing: logs may have records of it.
DsaStatement TakingNullForACode(const DsaStatement& statement);

// SaysNull: whether a value of the column is the word null in place of nothing,
// in any case and with blanks or quotes around it. The database takes the word
// for every code that may be absent (its rule `in:null`), and days are read the
// same way. Texts in which a person may have written it, names and numbers say
// what they say.
bool SaysNull(DsaColumn column, std::string_view value);

// ParseCodeList reads a list's cell: JSON, ["A","B"], or nothing at all; null
// in it is no code. kMalformed for anything else, escapes in the strings
// included.
// `nulls`, where it is given, gets the codes that were the word.
Result<std::vector<std::string>> ParseCodeList(
    std::string_view cell, std::vector<std::string>* nulls = nullptr);
// FormatCodeList writes ["A","B"], and [] for an empty one.
std::string FormatCodeList(const std::vector<std::string>& codes);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_STATEMENT_H_
