#ifndef MODLOG_VERIFIER_BASE_JSON_BYTES_H_
#define MODLOG_VERIFIER_BASE_JSON_BYTES_H_

// Bytes in JSON: a string of base64 (core/bytes.h). Thread-safe.

#include <nlohmann/json.hpp>
#include <string>

#include "verifier/core/bytes.h"

namespace modlog {

// JsonBytes reads them; `what` names the field. kMalformed for anything else.
inline Result<std::string> JsonBytes(const nlohmann::json& json,
                                     const std::string& what) {
  const auto* const text = json.get_ptr<const std::string*>();
  if (text == nullptr) return Fail(Code::kMalformed, what + ": not base64");
  auto bytes = ParseBase64(*text);
  if (!bytes) return Fail(Code::kMalformed, what + ": not base64");
  return bytes;
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_JSON_BYTES_H_
