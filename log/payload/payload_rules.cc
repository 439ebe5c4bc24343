#include "log/payload/payload_rules.h"

#include <algorithm>

#include "verifier/base/day.h"
#include "verifier/core/commitment.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

bool IsBinary(v1::Tag tag) {
  return tag == v1::TAG_CONTENT_SHA256 || tag == v1::TAG_TARGETS;
}

size_t CountCharacters(std::string_view utf8) {
  return static_cast<size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// The rule that a part's value breaks, or nothing.
std::string ValueRule(v1::Tag tag, const std::string& value) {
  if (IsBinary(tag)) return value.size() == kHashSize ? "" : "must be 32 bytes";
  if (tag != v1::TAG_SOURCE_TEXT && !IsUtf8(value)) return "must be UTF-8";
  const size_t limit = CharactersMax(tag);
  if (limit == 0 || CountCharacters(value) <= limit) return "";
  return "must be at most " + std::to_string(limit) + " characters";
}

class PayloadCheck {
 public:
  PayloadCheck(const v1::Action& action, const v1::Payload& payload,
               Violations* violations, std::vector<TermUse>* uses)
      : action_(action),
        payload_(payload),
        violations_(violations),
        uses_(uses) {}

  // True where nothing is wrong.
  bool Run() {
    const size_t before = violations_->size();
    CheckSlots();
    CheckTermText();
    for (int i = 0; i < payload_.parts_size(); ++i) {
      CheckPart(i);
      // The other half million would say the same.
      if (violations_->size() - before > 24) break;
    }
    return violations_->size() == before;
  }

 private:
  void Require(bool holds, std::string_view field, std::string_view rule) {
    if (holds) return;
    violations_->push_back(
        {"payload." + std::string(field), std::string(rule)});
  }

  bool HasSlots() const { return payload_.commitments_size() == kPartTagMax; }

  void CheckSlots() {
    if (payload_.commitments().empty() && payload_.parts().empty() &&
        !payload_.term_text().empty()) {
      return;
    }
    PartSlots slots;
    bool whole = HasSlots();
    for (int i = 0; whole && i < kPartTagMax; ++i) {
      const auto slot = HashFromBytes(AsBytes(payload_.commitments(i)));
      whole = slot.has_value();
      if (whole) slots[static_cast<size_t>(i)] = *slot;
    }
    Require(whole, "commitments", "must be 24 of 32 bytes");
    if (!whole) return;
    Require(AsText(CommitRecord(slots)) == action_.commitment(), "commitments",
            "must be what the action's commitment is made of");
  }

  void CheckTermText() {
    const std::string& text = payload_.term_text();
    if (text.empty()) return;
    Require(action_.kind() == v1::KIND_TERM, "term_text", "is only for a TERM");
    Require(text.size() <= kTermTextSizeMax && IsUtf8(text), "term_text",
            "must be 1..8,192 bytes of UTF-8");
    Require(AsText(Sha256(AsBytes(text))) == action_.term().text_sha256(),
            "term_text", "must be the text whose SHA-256 the action names");
  }

  void CheckPart(int i) {
    const v1::Part& part = payload_.parts(i);
    const std::string path = "parts[" + std::to_string(i) + "]";
    const int before = i == 0 ? 0 : payload_.parts(i - 1).tag();
    if (part.tag() < v1::TAG_SUBJECT_ACCOUNT ||
        part.tag() > v1::TAG_EXTERNAL_CASE || part.tag() <= before) {
      return Require(false, path + ".tag",
                     "must be 1..21, ascending, each once");
    }
    const auto tag = static_cast<PartTag>(part.tag());
    Require(!part.open() || MayHaveReach(tag, Reach::kPublic), path + ".open",
            "is not for a part of this tag");
    if (part.value().empty() == (part.term() == 0)) {
      return Require(false, path + ".value",
                     "one of value and term is required");
    }
    const std::string rule =
        part.term() != 0 ? "" : ValueRule(part.tag(), part.value());
    Require(rule.empty(), path + ".value", rule);
    Require(part.term() <= kTermNumberMax, path + ".term",
            "must be at most 1,048,576");
    CheckCommitment(part, path);
  }

  void CheckCommitment(const v1::Part& part, const std::string& path) {
    const auto salt = HashFromBytes(AsBytes(part.salt()));
    Require(salt.has_value(), path + ".salt", "must be 32 bytes");
    if (!salt || !HasSlots()) return;
    const auto tag = static_cast<PartTag>(part.tag());
    if (part.term() != 0) return AddUse(part, path, {tag, *salt, {}});
    const Hash made = CommitPart(tag, *salt, AsBytes(part.value()));
    Require(AsText(made) == payload_.commitments(part.tag() - 1), path,
            "must be what its commitment is made of");
  }

  void AddUse(const v1::Part& part, const std::string& path, TermPart use) {
    const auto slot =
        HashFromBytes(AsBytes(payload_.commitments(part.tag() - 1)));
    if (!slot) return;  // refused already
    use.commitment = *slot;
    uses_->push_back({"payload." + path + ".term", part.term(), 0, use});
  }

  const v1::Action& action_;
  const v1::Payload& payload_;
  Violations* violations_;
  std::vector<TermUse>* uses_;
};

bool PayloadHasUnknownFields(const v1::Payload& payload) {
  const auto unknown = [](const google::protobuf::Message& message) {
    return !message.GetReflection()->GetUnknownFields(message).empty();
  };
  return unknown(payload) || std::ranges::any_of(payload.parts(), unknown);
}

std::shared_ptr<const SealedPayload> SealPayload(const v1::Action& action,
                                                 const v1::Payload& payload) {
  auto sealed = std::make_shared<SealedPayload>();
  sealed->term_text = payload.term_text();
  sealed->until = action.payload_until();
  if (payload.commitments().empty()) return sealed;
  const Bytes commitment = AsBytes(action.commitment());
  const auto parts = static_cast<size_t>(payload.parts_size());
  const std::vector<PartKey> keys = DrawPartKeys(1 + parts);
  sealed->parts.reserve(keys.size());
  const auto add = [&](uint8_t tag, std::string_view plain) {
    const PartKey& key = keys[sealed->parts.size()];
    sealed->parts.push_back({tag, key, SealPart(key, commitment, tag, plain)});
  };
  std::string slots;
  for (const std::string& slot : payload.commitments()) slots += slot;
  add(kCommitmentsTag, slots);
  for (const v1::Part& part : payload.parts()) {
    add(static_cast<uint8_t>(part.tag()), part.SerializeAsString());
  }
  return sealed;
}

}  // namespace

// One that is missing here would let a text of any length in.
size_t CharactersMax(v1::Tag tag) {
  switch (tag) {
    case v1::TAG_DECISION_FACTS:
      return 5'000;
    case v1::TAG_ILLEGAL_EXPLANATION:
    case v1::TAG_INCOMPATIBLE_EXPLANATION:
    case v1::TAG_SUBJECT_ACCOUNT:
    case v1::TAG_CONTENT_ID:
    case v1::TAG_SOURCE_ID:
      return 2'000;
    case v1::TAG_ILLEGAL_GROUND:
    case v1::TAG_INCOMPATIBLE_GROUND:
    case v1::TAG_SOURCE_IDENTITY:
    case v1::TAG_COMPLAINANT:
    case v1::TAG_REFERENCE_URL:
    case v1::TAG_VISIBILITY_OTHER:
    case v1::TAG_MONETARY_OTHER:
    case v1::TAG_CONTENT_TYPE_OTHER:
    case v1::TAG_KEYWORD_OTHER:
    case v1::TAG_EXTERNAL_CASE:
      return 500;
    case v1::TAG_UNLISTED_CODES:
    case v1::TAG_SOURCE_META:
      return 65'536;
    default:
      return 0;
  }
}

std::shared_ptr<const SealedPayload> AdmitPayload(const v1::Action& action,
                                                  std::string_view bytes,
                                                  int64_t now_ms,
                                                  Violations* violations,
                                                  std::vector<TermUse>* uses) {
  const auto refuse = [&](std::string rule) {
    violations->push_back({"payload", std::move(rule)});
    return nullptr;
  };
  if (bytes.size() > kPayloadSizeMax) {
    return refuse("must be at most 1,048,576 bytes");
  }
  v1::Payload payload;
  if (!payload.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return refuse("does not parse as modlog.v1.Payload");
  }
  if (PayloadHasUnknownFields(payload)) {
    return refuse("holds a field that modlog.v1.Payload does not have");
  }
  const auto today = static_cast<uint32_t>(now_ms / kDayMs);
  if (action.payload_until() != 0 && action.payload_until() < today) {
    return refuse("must be absent where payload_until has passed");
  }
  if (!PayloadCheck(action, payload, violations, uses).Run()) return nullptr;
  return SealPayload(action, payload);
}

}  // namespace modlog
