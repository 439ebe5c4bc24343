#ifndef MODLOG_VERIFIER_STRICT_JSON_H_
#define MODLOG_VERIFIER_STRICT_JSON_H_

// JSON (RFC 8259) without the leniencies that let two readers see two things in
// the same bytes. Thread-safe.

#include <string_view>

#include <nlohmann/json.hpp>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kJsonDepthMax = 16;

// ParseStrictJson reads one value and nothing after it. kMalformed for a key
// that is repeated in its object, nesting deeper than kJsonDepthMax, a byte
// order mark, a zero byte, text that is not UTF-8; the message says at which
// byte.
Result<nlohmann::json> ParseStrictJson(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_STRICT_JSON_H_
