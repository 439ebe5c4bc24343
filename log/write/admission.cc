#include "log/write/admission.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "log/records/erasure.h"
#include "log/records/joined_rules.h"
#include "log/records/platform_keys.h"
#include "log/records/redaction.h"
#include "log/records/succession.h"
#include "log/rules/action_bytes.h"
#include "log/rules/dsa_rules.h"
#include "log/rules/field_rules.h"
#include "log/rules/kind_rules.h"
#include "log/rules/limits.h"
#include "log/rules/nested_rules.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

// Depth is bounded by the parser, at 100.
bool HasUnknownFields(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    const int count =
        field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (HasUnknownFields(
              field->is_repeated()
                  ? reflection->GetRepeatedMessage(message, field, i)
                  : reflection->GetMessage(message, field))) {
        return true;
      }
    }
  }
  return false;
}

// Most actions hold no message, and reflection is slow.
bool HoldsMessages(const v1::Action& action) {
  return action.has_corrected() || action.has_bulk() || action.has_erasure() ||
         action.has_redaction() || action.has_stats() || action.has_term() ||
         action.has_key_event() || action.has_succession();
}

// Decode, then encode and compare. Encoding keeps unknown fields, so they are
// looked for by themselves.
Violations CheckCanonical(std::string_view bytes, v1::Action* action) {
  if (!action->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return {{"", "does not parse as modlog.v1.Action"}};
  }
  if (HoldsMessages(*action)
          ? HasUnknownFields(*action)
          : !action->GetReflection()->GetUnknownFields(*action).empty()) {
    return {{"", "holds a field that modlog.v1.Action does not have"}};
  }
  thread_local std::string encoded;
  action->ByteSizeLong();  // fills the cached sizes
  EncodeTo(*action, &encoded);
  if (encoded != bytes) {
    return {{"",
             "is not the canonical encoding: fields in number order, no "
             "explicit defaults, packed lists, shortest varints"}};
  }
  return {};
}

// Entries without a platform: nobody submits them, and so nobody can point at
// what is sensitive by erasing it in an entry of its own.
bool IsOfTheLog(const v1::Action& action) {
  return action.kind() == v1::KIND_PAYLOAD_ERASED ||
         action.kind() == v1::KIND_LEAF_REDACTED ||
         action.kind() == v1::KIND_SUCCESSION;
}

void AddReferences(std::string_view platform, const v1::Action& action,
                   bool within, std::vector<Reference>* references) {
  const auto add = [&](std::string_view name, const auto& puids,
                       KindSet kinds) {
    for (int i = 0; i < puids.size(); ++i) {
      references->push_back(
          {name, i, PuidKey(platform, puids[i]), kinds, within});
    }
  };
  add(within ? "corrected.about" : "about", action.about(), AboutKinds(action));
  add(within ? "corrected.cause" : "cause", action.cause(), CauseKinds(action));
}

// The last of the days that must have been when the action is logged.
uint32_t LatestDay(const v1::Action& action) {
  const uint32_t latest =
      std::max({action.content_date(), action.application_date(),
                action.notified_date(), action.source_date()});
  if (!action.has_corrected()) return latest;
  return std::max(latest, LatestDay(action.corrected()));
}

}  // namespace

// All violations at once, so that a platform mends its record in one go.
// Nothing here may look at other entries: it runs beside the sequencer, on the
// caller's thread.
std::expected<Admitted, Violations> Admit(
    std::string_view platform, std::string_view bytes, int64_t now_ms,
    std::string_view payload, const TermCache* known, std::string_view origin) {
  if (bytes.empty()) return std::unexpected(Violations{{"", "is empty"}});
  if (bytes.size() > kActionSizeMax) {
    return std::unexpected(Violations{{"", "is longer than 4,096 bytes"}});
  }
  // One message a thread, cleared and used again: parsing then allocates only
  // where an action is larger than any before.
  thread_local v1::Action action;
  action.Clear();
  if (Violations wrong = CheckCanonical(bytes, &action); !wrong.empty()) {
    return std::unexpected(std::move(wrong));
  }
  Violations violations;
  Admitted admitted;
  const bool own = action.provenance() == v1::PROVENANCE_FIRST_HAND;
  Violations* const expected = own ? &violations : &admitted.warnings;
  CheckFields(action, now_ms, &violations, expected);
  CheckKind(action, &violations, expected);
  CheckDsa(action, expected);
  CheckNested(action, now_ms, &violations, &admitted.warnings);
  CheckTermFields(action, &violations);
  CheckErasure(action, &violations);
  CheckKeyFields(action, origin, platform, &violations);
  CheckRedaction(action, &violations);
  CheckSuccession(action, origin, &violations);
  if (IsOfTheLog(action) != platform.empty()) {
    violations.push_back(
        {"kind",
         "is written by the log alone: ask it to erase, to redact or to end"});
  }
  admitted.latest_day = LatestDay(action);
  admitted.terms = UsesOf(action);
  if (!payload.empty() && violations.empty()) {
    admitted.payload =
        AdmitPayload(action, payload, now_ms, &violations, &admitted.terms);
  }
  if (known != nullptr && !admitted.terms.empty()) {
    admitted.terms =
        known->Settle(platform, std::move(admitted.terms), &violations);
  }
  if (!violations.empty()) return std::unexpected(std::move(violations));
  admitted.key = PuidKey(platform, action.puid());
  admitted.kind = action.kind();
  AddReferences(platform, action, false, &admitted.references);
  if (action.has_corrected()) {
    AddReferences(platform, action.corrected(), true, &admitted.references);
  }
  admitted.needs =
      admitted.terms.empty() ? HistoryNeededBy(action) : HistoryNeeded::kFull;
  return admitted;
}

}  // namespace modlog
