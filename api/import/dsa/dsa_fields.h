#ifndef MODLOG_API_IMPORT_DSA_DSA_FIELDS_H_
#define MODLOG_API_IMPORT_DSA_DSA_FIELDS_H_

// Which attribute of a statement is which field of an action or part of a
// payload: the tables that reading and writing share.
//
// Thread-safe.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/import/dsa/dsa_statement.h"
#include "api/import/dsa_codes.h"
#include "verifier/core/commitment.h"

namespace modlog {

// An attribute with one code, or with a list of codes; `field` is the number of
// the action's, `field_name` its name as part 17 has it.
struct DsaCodeField {
  DsaColumn column;
  DsaCodeList codes;
  int field;
  std::string_view field_name;
  size_t size_max = 1;  // of a list
};
std::span<const DsaCodeField> DsaSingleCodes();
std::span<const DsaCodeField> DsaCodeLists();

// A day. An end is one only with its measure.
struct DsaDayField {
  DsaColumn column;
  int field;
};
std::span<const DsaDayField> DsaDays();

// A text and the part that it becomes.
struct DsaTextPart {
  DsaColumn column;
  PartTag tag;
  Reach reach;
  size_t characters_max;
};
// In the order of their tags.
std::span<const DsaTextPart> DsaTexts();

// "Yes" and "No".
struct DsaYesNoField {
  DsaColumn column;
  int field;
};
std::span<const DsaYesNoField> DsaYesNos();

// Columns that no field has and part 20 always keeps.
inline constexpr std::array<DsaColumn, 3> kDsaMetaColumns = {
    kDsaUuid, kDsaCreatedAt, kDsaPlatformName};
// The mark in part 20 of a row whose days all have a time of 00:00:00.
inline constexpr std::string_view kDsaMidnightMark = "#days";
inline constexpr std::string_view kDsaMidnightFormat = "YYYY-MM-DD 00:00:00";

// TerritoryBit: 0..29 of AT..SK.
std::optional<int> TerritoryBit(std::string_view country);
std::string_view TerritoryName(int bit);

// Two capital letters as (X-65)*26+(Y-65)+1; nothing for any other text.
std::optional<uint32_t> PackLetters(std::string_view letters);
std::string UnpackLetters(uint32_t packed);

// ParseDsaDay reads YYYY-MM-DD as days since 1970-01-01. Nothing for a text of
// another form or a day that no calendar has.
std::optional<uint32_t> ParseDsaDay(std::string_view text);
// IsCalendarDay: whether it is a day, before 1970 as well.
bool IsCalendarDay(std::string_view text);
std::string FormatDsaDay(uint32_t day);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_FIELDS_H_
