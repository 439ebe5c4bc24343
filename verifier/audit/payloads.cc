#include "verifier/audit/payloads.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "modlog/v1/payload.pb.h"
#include "verifier/base/strict_json.h"
#include "verifier/base/words.h"
#include "verifier/core/commitment.h"
#include "verifier/receipt/entry_words.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

std::string PayloadPathOf(uint64_t entry) {
  return "payload/" + std::to_string(entry);
}

uint32_t Today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint32_t>(
      std::chrono::duration_cast<std::chrono::days>(now).count());
}

// A base64 value of an object, decoded; nothing if it is not there or none.
std::optional<std::string> Decoded(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  auto bytes = ParseBase64(value.get_ref<const std::string&>());
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

const Json& At(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto it = object.find(key);
  return it == object.end() ? nothing : *it;
}

std::optional<PartSlots> ServedSlotsOf(const Json& payload) {
  const Json& list = At(payload, "commitments");
  if (!list.is_array() || list.size() != kPartTagMax) return std::nullopt;
  PartSlots slots;
  for (size_t i = 0; i < slots.size(); ++i) {
    const auto bytes = Decoded(list[i]);
    const auto hash =
        bytes ? HashFromBytes(AsBytes(*bytes)) : std::optional<Hash>();
    if (!hash) return std::nullopt;
    slots[i] = *hash;
  }
  return slots;
}

int TagNumberOf(const Json& part) {
  const Json& name = At(part, "tag");
  v1::Tag tag = v1::TAG_UNSPECIFIED;
  if (name.is_string()) {
    v1::Tag_Parse(name.get_ref<const std::string&>(), &tag);
  }
  return tag;
}

// The first entry that says so, by tag.
std::array<std::optional<uint64_t>, kPartTagMax + 1> ErasersOf(
    const std::vector<Removals::ErasedPayload>& erasures) {
  std::array<std::optional<uint64_t>, kPartTagMax + 1> erased_by;
  for (const Removals::ErasedPayload& erased : erasures) {
    for (size_t tag = 1; tag <= kPartTagMax; ++tag) {
      const bool is_erased = erased.tags == 0 || (erased.tags >> tag & 1) != 0;
      if (is_erased && !erased_by[tag]) erased_by[tag] = erased.entry;
    }
  }
  return erased_by;
}

}  // namespace

struct PayloadCheck::Judgement {
  std::vector<Finding> findings;
  uint64_t payloads = 0;
  uint64_t parts = 0;
  std::optional<Fault> error;

  void Complain(uint64_t entry, Severity severity, std::string what) {
    findings.push_back({kRuleRemovals, entry, std::move(what), severity});
  }
};

PayloadCheck::PayloadCheck(Source* source, const Removals& removals,
                           Findings* findings, RecordSummary* summary)
    : source_(source),
      removals_(removals),
      findings_(findings),
      summary_(summary),
      today_(Today()) {}

std::function<void()> PayloadCheck::Read(const BundleView& bundle) {
  auto judgement = std::make_shared<Judgement>();
  ReadEntry read;
  std::string scratch;
  std::string body;
  for (size_t i = 0; i < bundle.entries.size() && !judgement->error; ++i) {
    if (std::ranges::binary_search(bundle.missing, i)) continue;
    if (!ReadCanonicalEntry(AsText(bundle.entries[i]), &read, &scratch) ||
        read.action.commitment().empty()) {
      continue;
    }
    const uint64_t entry = bundle.first_entry + i;
    const auto fetched =
        source_->Fetch(PayloadPathOf(entry), kPayloadJsonMax, &body);
    if (fetched) {
      JudgeServed(entry, read.action.commitment(), body, judgement.get());
    } else if (fetched.error().code == Code::kNotFound) {
      JudgeAbsent(entry, read.action.payload_until(), judgement.get());
    } else {
      judgement->error = Fault{PayloadPathOf(entry), fetched.error()};
    }
  }
  return [this, judgement] {
    for (Finding& finding : judgement->findings) {
      findings_->Add(std::move(finding));
    }
    summary_->payloads_checked += judgement->payloads;
    summary_->payload_parts_checked += judgement->parts;
    if (!error_) error_ = judgement->error;
  };
}

// Nobody signed this page. What does not parse proves nothing; only what
// contradicts the entry's commitment does.
void PayloadCheck::JudgeServed(uint64_t entry, const std::string& commitment,
                               std::string_view text,
                               Judgement* judgement) const {
  ++judgement->payloads;
  const auto complain = [&](std::string what) {
    judgement->Complain(entry, Severity::kViolation,
                        PayloadPathOf(entry) + " " + std::move(what));
  };
  // Nobody signed the page: what it is not proves nothing.
  const auto unread = [&](const std::string& what) {
    if (judgement->error) return;
    judgement->error = Fault{PayloadPathOf(entry), {Code::kMalformed, what}};
  };
  const auto parsed = ParseStrictJson(text);
  if (!parsed) return unread("is no JSON: " + parsed.error().message);
  const Json& payload = At(*parsed, "payload");
  const std::optional<PartSlots> slots = ServedSlotsOf(payload);
  if (!slots) return unread("has not 24 commitments of 32 bytes");
  if (AsText(CommitRecord(*slots)) != commitment) {
    return complain("is not what the entry commits to");
  }
  const Json& parts = At(payload, "parts");
  if (!parts.is_array() && !parts.is_null()) return unread("has no parts");
  const auto erased_by = ErasersOf(removals_.ErasuresOf(entry));
  for (const Json& part : parts) {
    const int tag = TagNumberOf(part);
    if (tag < 1 || tag > kPartTagMax)
      return unread("has a part that this version does not know");
    const std::string name = v1::Tag_Name(tag);
    if (const auto& by = erased_by[static_cast<size_t>(tag)]) {
      complain("serves " + name + ", which entry " + std::to_string(*by) +
               " says was erased");
    }
    const auto salt = Decoded(At(part, "salt"));
    const auto value = Decoded(At(part, "value"));
    const auto salt_hash =
        salt ? HashFromBytes(AsBytes(*salt)) : std::optional<Hash>();
    if (!salt_hash || !value) {
      complain("has no salt of 32 bytes or no value for " + name);
      continue;
    }
    ++judgement->parts;
    if (CommitPart(static_cast<PartTag>(tag), *salt_hash, AsBytes(*value)) !=
        (*slots)[static_cast<size_t>(tag - 1)]) {
      complain("serves as " + name + " what the entry does not commit to");
    }
  }
}

void PayloadCheck::JudgeAbsent(uint64_t entry, uint32_t until,
                               Judgement* judgement) const {
  if (!removals_.ErasuresOf(entry).empty()) return;
  if (until == 0) {
    judgement->Complain(entry, Severity::kWarning,
                        "commits to a payload that is not served: it was never "
                        "given, or is gone");
  } else if (today_ <= until) {
    judgement->Complain(entry, Severity::kWarning,
                        "its payload is not served, though it is to be kept "
                        "until " +
                            FormatDay(until) +
                            " and no entry says that it was erased: it was "
                            "never given, or is gone");
  }
}

}  // namespace modlog
