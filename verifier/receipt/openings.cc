#include "verifier/receipt/openings.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

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

}  // namespace modlog
