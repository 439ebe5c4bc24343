#ifndef MODLOG_VERIFIER_BASE_WORDS_H_
#define MODLOG_VERIFIER_BASE_WORDS_H_

// Small pieces of text for people. Pure functions, thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kQuotedSizeMax = 255;  // an origin

// Quoted is Quote (core) for reports, where a name must be shown whole: foreign
// text in double quotes, cut at `size_max` bytes, with everything but
// printable ASCII escaped. No text of a log reaches a terminal raw.
std::string Quoted(std::string_view text, size_t size_max = kQuotedSizeMax);

// Grouped returns "1,234,567".
std::string Grouped(uint64_t number);

// Counted returns "1 entry", "1,000 entries".
std::string Counted(uint64_t number, std::string_view one,
                    std::string_view many);

// FormatTimeMs returns "2026-01-01 00:00:00.000 UTC" for milliseconds since
// 1970; FormatTimeS has no fraction. Times outside the years 0..9999 are
// returned as a number.
std::string FormatTimeMs(int64_t time_ms);
std::string FormatTimeS(uint64_t time_s);

// FormatDay returns "2026-01-01" for days since 1970.
std::string FormatDay(uint32_t day);

// HashText returns the base64 of a hash, as a checkpoint has it.
inline std::string HashText(const Hash& hash) { return FormatBase64(hash); }

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_WORDS_H_
