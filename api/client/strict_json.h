#ifndef MODLOG_API_CLIENT_STRICT_JSON_H_
#define MODLOG_API_CLIENT_STRICT_JSON_H_

// JSON read so that two readers cannot disagree about it: RFC 8259 to the
// letter, names unique in their object, depth limited, no byte order mark.

#include <nlohmann/json.hpp>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// ParseStrictJson: kMalformed with the position in the text, counted from 1.
Result<nlohmann::json> ParseStrictJson(std::string_view text, int depth_max);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_STRICT_JSON_H_
