#ifndef MODLOG_LOG_RULES_CODE_LISTS_H_
#define MODLOG_LOG_RULES_CODE_LISTS_H_

// Two-letter codes as numbers: XY is (X-65)*26 + (Y-65) + 1, so 1..676. Which
// of them exist: ISO 639-1 for languages, with the older codes that the EU's
// database still takes; ISO 3166-1 alpha-2 for countries, with XK for Kosovo
// and thirty of which have a bit of `territory`. Thread-safe.

#include <cstdint>

namespace modlog {

bool IsLanguage(uint32_t code);
bool IsCountry(uint32_t code);
// Whether the country has a bit of its own in `territory`.
bool HasTerritoryBit(uint32_t code);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_CODE_LISTS_H_
