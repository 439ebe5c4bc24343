#include "api/tool/payload_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "verifier/core/commitment.h"

namespace modlog {
namespace {

std::string NameOf(v1::Tag tag) {
  constexpr std::string_view kPrefix = "TAG_";
  const std::string& name = v1::Tag_Name(tag);
  if (name.empty()) return absl::StrCat("part ", static_cast<int>(tag));
  return absl::StrReplaceAll(absl::AsciiStrToLower(name.substr(kPrefix.size())),
                             {{"_", " "}});
}

bool IsBinary(v1::Tag tag) {
  return tag == v1::TAG_CONTENT_SHA256 || tag == v1::TAG_TARGETS;
}

// A value is somebody else's text: nothing in it may steer a terminal.
std::string Indented(std::string_view value) {
  std::string text = "      ";
  for (const char c : value) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\n') {
      text += "\n      ";
    } else if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&text, "\\x%02x", byte);
    } else {
      text.push_back(c);
    }
  }
  return text;
}

std::string FormatPart(const v1::Part& part) {
  std::string text =
      absl::StrCat("  ", static_cast<int>(part.tag()), " ", NameOf(part.tag()),
                   part.open() ? " (open)" : " (restricted)");
  if (part.term() != 0) absl::StrAppend(&text, ", term ", part.term());
  absl::StrAppend(
      &text, "\n",
      Indented(IsBinary(part.tag()) ? FormatHex(AsBytes(part.value()))
                                    : part.value()),
      "\n");
  return text;
}

}  // namespace

Result<void> CheckPayload(const v1::Action& action,
                          const v1::Payload& payload) {
  if (payload.commitments().empty() && payload.parts().empty()) return {};
  PartSlots slots = {};
  bool whole = payload.commitments_size() == kPartTagMax;
  for (int i = 0; whole && i < kPartTagMax; ++i) {
    const auto slot = HashFromBytes(AsBytes(payload.commitments(i)));
    whole = slot.has_value();
    if (whole) slots[static_cast<size_t>(i)] = *slot;
  }
  if (!whole || AsText(CommitRecord(slots)) != action.commitment()) {
    return Fail(Code::kBadProof,
                "the commitments shown are not what the entry commits to");
  }
  for (const v1::Part& part : payload.parts()) {
    const auto salt = HashFromBytes(AsBytes(part.salt()));
    const bool known = part.tag() >= 1 && part.tag() <= kPartTagMax;
    if (!known || !salt ||
        CommitPart(static_cast<PartTag>(part.tag()), *salt,
                   AsBytes(part.value())) !=
            slots[static_cast<size_t>(part.tag() - 1)]) {
      return Fail(Code::kBadProof,
                  absl::StrCat("part ", static_cast<int>(part.tag()),
                               " is not what the entry commits to"));
    }
  }
  return {};
}

std::string FormatPayload(uint64_t index, const v1::Action& action,
                          const v1::GetPayloadResponse& response) {
  const v1::Payload& payload = response.payload();
  std::string text = absl::StrCat("payload of entry ", index, "\n");
  for (const v1::Part& part : payload.parts()) text += FormatPart(part);
  if (!payload.parts().empty()) {
    text += "checked: the entry commits to each of these parts\n";
  } else if (!payload.commitments().empty()) {
    text += "no part is open; what is restricted is shown to its platform\n";
  } else if (action.commitment().empty()) {
    text += "none: the entry commits to no private parts\n";
  } else if (response.erased().empty()) {
    text += "nothing is kept: it was not given, or its last day has passed\n";
  }
  if (response.erased_size() >= kPartTagMax) {
    absl::StrAppend(&text, "erased in whole, by entry ", response.erased_by(),
                    "\n");
  } else if (!response.erased().empty()) {
    absl::StrAppend(&text, "erased: parts ",
                    absl::StrJoin(response.erased(), ", "), ", last by entry ",
                    response.erased_by(), "\n");
  }
  if (response.erasure_pending()) {
    text += "an erasure was asked for and comes with the next daily run\n";
  }
  return text;
}

}  // namespace modlog
