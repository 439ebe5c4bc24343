#include "api/tool/disclosure.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "api/client/jsonl.h"
#include "api/client/payload_json.h"
#include "api/client/rpc_error.h"
#include "verifier/base/strict_json.h"

namespace modlog {
namespace {

Result<PartTag> PartToDisclose(const std::string& name) {
  const auto tag = PartNamed(name);
  if (!tag) {
    return Fail(
        Code::kMalformed,
        absl::StrCat("--disclose: ", Quote(name),
                     " is no part of a record; there are: ", PartNames()));
  }
  if (MayBeDisclosed(*tag)) return *tag;
  return Fail(
      Code::kMalformed,
      absl::StrCat("--disclose: ", PartName(*tag),
                   " never leaves the platform: it tells who complained, so "
                   "no receipt opens it"));
}

Result<Opening> OpeningOf(const v1::Part& part) {
  const std::string name = PartName(part.tag());
  const auto salt = HashFromBytes(AsBytes(part.salt()));
  if (!salt) {
    return Fail(Code::kMalformed,
                absl::StrCat("payload: ", name, ": salt has ",
                             part.salt().size(), " bytes, want 32"));
  }
  if (part.term() != 0) {
    return Fail(Code::kMalformed,
                absl::StrCat("payload: ", name,
                             ": a registered term cannot be opened yet"));
  }
  return Opening{static_cast<PartTag>(part.tag()), *salt, part.value()};
}

Result<PartSlots> SlotsOf(const v1::Payload& payload) {
  PartSlots slots;
  if (payload.commitments_size() != kPartTagMax) {
    return Fail(Code::kMalformed,
                absl::StrCat("payload: ", payload.commitments_size(),
                             " commitments, want ", kPartTagMax));
  }
  for (int i = 0; i < kPartTagMax; ++i) {
    const auto slot = HashFromBytes(AsBytes(payload.commitments(i)));
    if (!slot) {
      return Fail(Code::kMalformed, absl::StrCat("payload: commitment ", i + 1,
                                                 ": not 32 bytes"));
    }
    slots[static_cast<size_t>(i)] = *slot;
  }
  return slots;
}

std::unexpected<Error> NotGiven(PartTag tag,
                                const v1::GetPayloadResponse& kept) {
  const auto number = static_cast<uint32_t>(tag);
  if (std::ranges::count(kept.erased(), number) > 0) {
    return Fail(Code::kNotFound,
                absl::StrCat(PartName(tag), ": erased from the log"));
  }
  return Fail(Code::kNotFound,
              absl::StrCat(PartName(tag),
                           ": not in the payload, or not shown without the "
                           "platform's token (--token-file)"));
}

bool IsChosen(const v1::Part& part, const std::vector<PartTag>& chosen) {
  const auto tag = static_cast<PartTag>(part.tag());
  if (!MayBeDisclosed(tag)) return false;
  return chosen.empty() || std::ranges::count(chosen, tag) > 0;
}

Result<void> RequireChosen(const Openings& openings,
                           const std::vector<PartTag>& chosen,
                           const v1::GetPayloadResponse& kept) {
  for (const PartTag tag : chosen) {
    if (std::ranges::count(openings.openings, tag, &Opening::tag) == 0) {
      return NotGiven(tag, kept);
    }
  }
  if (!openings.openings.empty()) return {};
  return Fail(Code::kNotFound,
              "the payload shows no part that may be disclosed; restricted "
              "ones are shown with the platform's token (--token-file)");
}

}  // namespace

Result<v1::Payload> ReadPayload(std::string_view file) {
  // No encoded Payload begins with {, a group of field 15. Not after white
  // space: LF and { begin one whose first part is 123 bytes long.
  if (file.starts_with('{')) {
    auto json = ParseStrictJson(file, kJsonLineDepthMax);
    if (!json) return std::unexpected(json.error());
    return PayloadFromJson(json->contains("payload") ? (*json)["payload"]
                                                     : *json);
  }
  v1::Payload payload;
  if (!payload.ParseFromString(std::string(file))) {
    return Fail(Code::kMalformed, "neither an encoded Payload nor JSON");
  }
  return payload;
}

Result<v1::GetPayloadResponse> FetchPayload(Client* client, uint64_t index) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(kCallSecondsMax));
  v1::GetPayloadRequest request;
  request.set_index(index);
  v1::GetPayloadResponse response;
  const grpc::Status status =
      client->stub()->GetPayload(&context, request, &response);
  if (!status.ok()) {
    return Prefixed(absl::StrCat("payload of entry ", index),
                    ErrorFrom(ParseFailure(status)));
  }
  return response;
}

Result<std::vector<PartTag>> PartsNamed(const std::vector<std::string>& names) {
  std::vector<PartTag> tags;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const PartTag tag, PartToDisclose(name));
    tags.push_back(tag);
  }
  std::ranges::sort(tags);
  const auto rest = std::ranges::unique(tags);
  tags.erase(rest.begin(), rest.end());
  return tags;
}

Result<Openings> OpenParts(const v1::GetPayloadResponse& kept,
                           const std::vector<PartTag>& chosen,
                           std::string_view record_commitment) {
  Openings openings;
  ASSIGN_OR_RETURN(openings.commitments, SlotsOf(kept.payload()));
  for (const v1::Part& part : kept.payload().parts()) {
    if (PartName(part.tag()).empty()) {
      return Fail(Code::kMalformed, absl::StrCat("payload: ", +part.tag(),
                                                 " is the tag of no part"));
    }
    if (!IsChosen(part, chosen)) continue;
    ASSIGN_OR_RETURN(Opening opening, OpeningOf(part));
    openings.openings.push_back(std::move(opening));
  }
  std::ranges::sort(openings.openings, {}, &Opening::tag);
  if (std::ranges::adjacent_find(openings.openings, {}, &Opening::tag) !=
      openings.openings.end()) {
    return Fail(Code::kMalformed, "payload: a part stands in it twice");
  }
  RETURN_IF_ERROR(RequireChosen(openings, chosen, kept));
  if (auto holds = CheckOpenings(openings, record_commitment); !holds) {
    return Prefixed("payload", holds.error());
  }
  return openings;
}

}  // namespace modlog
