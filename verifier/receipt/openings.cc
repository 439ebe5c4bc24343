#include "verifier/receipt/openings.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "verifier/base/json_bytes.h"
#include "verifier/base/strict_json.h"

namespace modlog {
namespace {

constexpr std::array<std::string_view, kPartExternalCase + 1> kNames = {
    "",
    "subject_account",
    "content_id",
    "facts",
    "illegal_ground",
    "illegal_explanation",
    "incompatible_ground",
    "incompatible_explanation",
    "content_sha256",
    "targets",
    "source_identity",
    "complainant",
    "reference_url",
    "visibility_other",
    "monetary_other",
    "content_type_other",
    "keyword_other",
    "unlisted_codes",
    "source_id",
    "source_text",
    "source_meta",
    "external_case"};

// Control bytes grow sixfold in JSON, and no text needs others than these.
bool IsPlainText(std::string_view value) {
  return IsUtf8(value) && std::ranges::all_of(value, [](char c) {
           return static_cast<uint8_t>(c) >= 0x20 || c == '\n' || c == '\r' ||
                  c == '\t';
         });
}

nlohmann::ordered_json OpeningJson(const Opening& opening) {
  nlohmann::ordered_json json = {{"tag", PartName(opening.tag)},
                                 {"salt", FormatBase64(opening.salt)}};
  if (IsPlainText(opening.value)) {
    json["text"] = opening.value;
  } else {
    json["value"] = FormatBase64(AsBytes(opening.value));
  }
  return json;
}

}  // namespace

std::string PartName(int tag) {
  if (tag < 1 || tag > kPartExternalCase) return "";
  return std::string(kNames[static_cast<size_t>(tag)]);
}

std::optional<PartTag> PartNamed(std::string_view name) {
  if (const auto number = ParseDecimal(name)) {
    if (*number < 1 || *number > kPartExternalCase) return std::nullopt;
    return static_cast<PartTag>(*number);
  }
  const auto* const found = std::ranges::find(kNames, name);
  if (name.empty() || found == kNames.end()) return std::nullopt;
  return static_cast<PartTag>(found - kNames.begin());
}

std::string PartNames() {
  std::string names;
  for (int tag = 1; tag <= kPartExternalCase; ++tag) {
    if (!MayBeDisclosed(static_cast<PartTag>(tag))) continue;
    names += (names.empty() ? "" : ", ") + PartName(tag);
  }
  return names;
}

bool MayBeDisclosed(PartTag tag) {
  return !PartName(tag).empty() && (MayHaveReach(tag, Reach::kSubject) ||
                                    MayHaveReach(tag, Reach::kPublic));
}

Result<void> CheckOpenings(const Openings& openings,
                           std::string_view record_commitment) {
  if (record_commitment.empty()) {
    return Fail(Code::kBadProof,
                "the entry has no commitment, so nothing can be opened");
  }
  if (AsText(CommitRecord(openings.commitments)) != record_commitment) {
    return Fail(Code::kBadProof,
                "the 24 commitments do not make the commitment in the entry");
  }
  for (const Opening& opening : openings.openings) {
    if (CommitPart(opening.tag, opening.salt, AsBytes(opening.value)) !=
        openings.commitments[opening.tag - 1U]) {
      return Fail(Code::kBadProof,
                  PartName(opening.tag) +
                      ": value and salt do not make commitment " +
                      std::to_string(opening.tag) + " of the record");
    }
  }
  return {};
}

std::string FormatOpenings(const Openings& openings) {
  nlohmann::ordered_json json = {
      {"commitments", nlohmann::ordered_json::array()},
      {"openings", nlohmann::ordered_json::array()}};
  for (const Hash& slot : openings.commitments) {
    json["commitments"].push_back(FormatBase64(slot));
  }
  for (const Opening& opening : openings.openings) {
    json["openings"].push_back(OpeningJson(opening));
  }
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

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
