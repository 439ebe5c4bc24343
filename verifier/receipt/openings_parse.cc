#include <nlohmann/json.hpp>

#include "verifier/base/json_bytes.h"
#include "verifier/base/strict_json.h"
#include "verifier/receipt/openings.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> WrongOpening(const std::string& what) {
  return Fail(Code::kMalformed, what);
}

Result<Hash> HashOf(const Json& json, const std::string& what) {
  ASSIGN_OR_RETURN(const std::string bytes, JsonBytes(json, what));
  const auto hash = HashFromBytes(AsBytes(bytes));
  if (hash) return *hash;
  return WrongOpening(what + ": " + std::to_string(bytes.size()) +
                      " bytes, want 32 in base64");
}

Result<PartTag> TagOf(const Json& json) {
  std::string name;
  if (json.is_number_unsigned()) name = std::to_string(json.get<uint64_t>());
  if (json.is_string()) name = json.get<std::string>();
  // A number in quotes would be a third way to say the same.
  const bool digits = !name.empty() && name[0] >= '0' && name[0] <= '9';
  const auto tag = PartNamed(name);
  if (!tag || digits == json.is_string()) {
    return WrongOpening("tag: " + Quote(name) + " is no part");
  }
  if (!MayBeDisclosed(*tag)) {
    return WrongOpening(
        PartName(*tag) +
        ": is the platform's alone, and never part of a receipt");
  }
  return *tag;
}

Result<std::string> ValueOf(const Json& opening, const std::string& part) {
  if (opening.contains("value")) {
    return JsonBytes(opening["value"], part + ": value");
  }
  const auto* const text = opening["text"].get_ptr<const std::string*>();
  if (text == nullptr) return WrongOpening(part + ": text: not a string");
  return *text;
}

Result<Opening> OpeningOf(const Json& json) {
  const bool whole = json.is_object() && json.size() == 3 &&
                     json.contains("tag") && json.contains("salt") &&
                     (json.contains("text") || json.contains("value"));
  if (!whole) {
    return WrongOpening("an opening has tag, salt and either text or value");
  }
  ASSIGN_OR_RETURN(const PartTag tag, TagOf(json["tag"]));
  const std::string part = PartName(tag);
  ASSIGN_OR_RETURN(const Hash salt, HashOf(json["salt"], part + ": salt"));
  ASSIGN_OR_RETURN(std::string value, ValueOf(json, part));
  return Opening{tag, salt, std::move(value)};
}

Result<PartSlots> SlotsOf(const Json& json) {
  PartSlots slots;
  if (!json.is_array() || json.size() != slots.size()) {
    return WrongOpening("commitments: must be 24");
  }
  for (size_t i = 0; i < slots.size(); ++i) {
    ASSIGN_OR_RETURN(slots[i],
                     HashOf(json[i], "commitment " + std::to_string(i + 1)));
  }
  return slots;
}

}  // namespace

Result<Openings> ParseOpenings(std::string_view file) {
  if (file.size() > kOpeningsFileSizeMax) {
    return Fail(Code::kTooLarge, std::to_string(file.size()) +
                                     " bytes, at most " +
                                     std::to_string(kOpeningsFileSizeMax));
  }
  ASSIGN_OR_RETURN(const Json json, ParseStrictJson(file));
  if (!json.is_object() || json.size() != 2 || !json.contains("commitments") ||
      !json.contains("openings")) {
    return WrongOpening("must be an object of commitments and openings");
  }
  Openings parsed;
  ASSIGN_OR_RETURN(parsed.commitments, SlotsOf(json["commitments"]));
  if (!json["openings"].is_array()) return WrongOpening("openings: not a list");
  for (const Json& element : json["openings"]) {
    ASSIGN_OR_RETURN(Opening opening, OpeningOf(element));
    if (!parsed.openings.empty() && parsed.openings.back().tag >= opening.tag) {
      return WrongOpening(PartName(opening.tag) +
                          ": parts must ascend by number, each once");
    }
    parsed.openings.push_back(std::move(opening));
  }
  return parsed;
}

}  // namespace modlog
