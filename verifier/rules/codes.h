#ifndef MODLOG_VERIFIER_RULES_CODES_H_
#define MODLOG_VERIFIER_RULES_CODES_H_

// Code lists, as the auditor knows them: two-letter codes packed as
// (X-65)*26 + (Y-65) + 1, keywords by category, EAN-13. Sources: ISO 639-1 with
// the older codes that the EU's database takes, ISO 3166-1 with XK, the DSA
// statement of reasons v2, GS1. Thread-safe.

#include <cstdint>

#include "modlog/v1/action.pb.h"

namespace modlog {

inline constexpr int kCodeMax = 127;                 // of an enum's numbers
inline constexpr uint32_t kPackedMax = 26 * 26;      // of two packed letters
inline constexpr uint32_t kNumberMax = 1u << 20;     // of a term or a key
inline constexpr uint32_t kFirstDay = 10'957;        // 2000-01-01
inline constexpr uint32_t kLastDay = 24'837;         // 2038-01-01
inline constexpr uint32_t kWorldwideBit = 1u << 30;  // of territory

constexpr bool IsCode(int value) { return value >= 1 && value <= kCodeMax; }
constexpr bool IsDay(uint32_t day) {
  return day >= kFirstDay && day <= kLastDay;
}

bool IsListedLanguage(uint32_t code);
bool IsListedCountry(uint32_t code);
// The country has a bit of its own in `territory`.
bool IsTerritoryBit(uint32_t code);

// Whether a keyword belongs to one of an action's categories. A code that the
// list lacks does: enums are open.
bool KeywordFits(int keyword, const v1::Action& action);

// The number has at most 13 digits and the check digit is right.
bool HasEan13CheckDigit(uint64_t number);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_CODES_H_
