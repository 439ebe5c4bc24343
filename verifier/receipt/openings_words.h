#ifndef MODLOG_VERIFIER_RECEIPT_OPENINGS_WORDS_H_
#define MODLOG_VERIFIER_RECEIPT_OPENINGS_WORDS_H_

// Openings that hold, in words and as JSON for reports. Values are foreign
// text: printable ASCII reaches a terminal, everything else escaped, and no
// more than kOpenedSizeMax bytes of each; the JSON has all.

#include <nlohmann/json.hpp>

#include "verifier/base/lines.h"
#include "verifier/receipt/openings.h"

namespace modlog {

inline constexpr size_t kOpenedSizeMax = 20'000;  // 5,000 characters of UTF-8

void AddOpenings(const Openings& openings, Lines* lines);
nlohmann::ordered_json OpeningsJson(const Openings& openings);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_OPENINGS_WORDS_H_
