#ifndef MODLOG_VERIFIER_BASE_STRICT_JSON_H_
#define MODLOG_VERIFIER_BASE_STRICT_JSON_H_

// JSON (RFC 8259) without the leniencies that let two readers see two things in
// the same bytes. Thread-safe.

#include <nlohmann/json.hpp>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr int kJsonDepthMax = 16;

// ParseStrictJson reads one value and nothing after it. kMalformed for a key
// that is repeated in its object, nesting deeper than `depth_max`, a byte order
// mark, a zero byte, text that is not UTF-8; the message says at which byte,
// counted from 1.
Result<nlohmann::json> ParseStrictJson(std::string_view text,
                                       int depth_max = kJsonDepthMax);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_STRICT_JSON_H_
