#ifndef MODLOG_API_CLIENT_PAYLOAD_JSON_H_
#define MODLOG_API_CLIENT_PAYLOAD_JSON_H_

// A payload within a line of JSON:
//
//   {"parts":[{"tag":"TAG_DECISION_FACTS","salt":b64,"text":"…","open":true}],
//    "commitments":[b64, …]}
//
// `text` where the value is UTF-8, else `value` in base64; a registered term by
// its number. So `modlog append` can take back what `modlog export` wrote.
//
// Pure functions, thread-safe.

#include <nlohmann/json.hpp>
#include <string>

#include "modlog/v1/payload.pb.h"
#include "verifier/core/result.h"

namespace modlog {

nlohmann::ordered_json PayloadToJson(const v1::Payload& payload);

// PayloadFromJson: kMalformed names the part and the field.
Result<v1::Payload> PayloadFromJson(const nlohmann::json& json);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_PAYLOAD_JSON_H_
