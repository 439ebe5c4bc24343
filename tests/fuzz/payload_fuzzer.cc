// Law: what is admitted of a payload is what was given, sealed part by part and
// within its limits; what is refused has a reason, which repeats no value. Half
// of the inputs have their commitments made to fit, else nothing would get far.
// Inputs up to 64 KiB.

#include <algorithm>

#include "log/payload/payload_rules.h"
#include "tests/fuzz/fuzzer.h"
#include "verifier/core/commitment.h"

namespace modlog {
namespace {

constexpr int64_t kNowMs = 1'767'225'600'000;
constexpr size_t kTellingSize = 8;  // shorter values stand in words by chance

v1::Action ActionFor(const v1::Payload& payload) {
  v1::Action action;
  action.set_kind(payload.term_text().empty() ? v1::KIND_ACTION
                                              : v1::KIND_TERM);
  PartSlots slots = {};
  for (int i = 0; i < std::min(payload.commitments_size(), +kPartTagMax); ++i) {
    const auto slot = HashFromBytes(AsBytes(payload.commitments(i)));
    if (slot) slots[static_cast<size_t>(i)] = *slot;
  }
  action.set_commitment(std::string(AsText(CommitRecord(slots))));
  action.mutable_term()->set_text_sha256(
      std::string(AsText(Sha256(AsBytes(payload.term_text())))));
  return action;
}

// Makes salts of 32 bytes and commitments that hold.
void Fit(v1::Payload* payload) {
  while (payload->commitments_size() > kPartTagMax) {
    payload->mutable_commitments()->RemoveLast();
  }
  while (payload->commitments_size() < kPartTagMax) payload->add_commitments();
  for (std::string& slot : *payload->mutable_commitments()) slot.resize(32);
  for (v1::Part& part : *payload->mutable_parts()) {
    part.mutable_salt()->resize(32);
    if (part.tag() < 1 || part.tag() > kPartTagMax) continue;
    *payload->mutable_commitments(part.tag() - 1) = AsText(CommitPart(
        static_cast<PartTag>(part.tag()), *HashFromBytes(AsBytes(part.salt())),
        AsBytes(part.value())));
  }
}

void CheckRefused(const v1::Payload& payload,
                  const std::vector<Violation>& violations) {
  MODLOG_CHECK(!violations.empty(), "a refusal has a reason");
  for (const Violation& violation : violations) {
    MODLOG_CHECK(violation.field.starts_with("payload"), "it names the field");
    for (const v1::Part& part : payload.parts()) {
      MODLOG_CHECK(
          part.value().size() < kTellingSize ||
              violation.description.find(part.value()) == std::string::npos,
          "and never the value");
    }
  }
}

size_t Characters(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

void CheckSealed(const v1::Action& action, const v1::Payload& payload,
                 const SealedPayload& sealed) {
  if (payload.commitments().empty()) {
    return MODLOG_CHECK(sealed.parts.empty(), "nothing is kept of nothing");
  }
  MODLOG_CHECK(
      sealed.parts.size() == 1 + static_cast<size_t>(payload.parts_size()),
      "a part for each, and one for the commitments");
  int before = 0;
  for (int i = 0; i <= payload.parts_size(); ++i) {
    const SealedPart& kept = sealed.parts[static_cast<size_t>(i)];
    const auto plain =
        OpenPart(kept.key, AsBytes(action.commitment()), kept.tag, kept.bytes);
    MODLOG_CHECK(plain.has_value(), "what is sealed opens");
    if (i == 0) {
      MODLOG_CHECK(plain->size() == kPartTagMax * kHashSize, "24 commitments");
      continue;
    }
    const v1::Part& part = payload.parts(i - 1);
    MODLOG_CHECK(*plain == part.SerializeAsString(), "as it was given");
    MODLOG_CHECK(part.tag() == kept.tag && part.tag() > before, "tags ascend");
    before = part.tag();
    const size_t max = CharactersMax(part.tag());
    MODLOG_CHECK(max == 0 || Characters(part.value()) <= max,
                 "a value has a limit");
  }
}

}  // namespace

MODLOG_FUZZER(payload) {
  if (size > 64 << 10) return -1;
  FuzzInput input(data, size);
  const bool fit = (input.Byte() & 1) != 0;
  std::string bytes(AsText(input.Rest()));
  v1::Payload payload;
  const bool parses = payload.ParseFromString(bytes);
  if (parses && fit) {
    Fit(&payload);
    bytes = payload.SerializeAsString();
  }
  const v1::Action action = ActionFor(payload);
  std::vector<Violation> violations;
  std::vector<TermUse> uses;
  const auto sealed = AdmitPayload(action, bytes, kNowMs, &violations, &uses);
  if (sealed == nullptr) {
    CheckRefused(payload, violations);
    return 0;
  }
  MODLOG_CHECK(parses && violations.empty(), "what is admitted broke no rule");
  CheckSealed(action, payload, *sealed);
  return 0;
}

}  // namespace modlog
