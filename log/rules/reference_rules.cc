#include "log/rules/reference_rules.h"

#include <algorithm>
#include <iterator>

namespace modlog {

namespace {

constexpr KindSet kAll = ~KindSet{0};
// What can be corrected or declared void: everything but entries of the log's
// own working.
constexpr KindSet kRecords =
    kAll & ~Kinds(v1::KIND_CORRECTION, v1::KIND_VOID, v1::KIND_PAYLOAD_ERASED,
                  v1::KIND_LEAF_REDACTED, v1::KIND_STATS_ATTESTATION,
                  v1::KIND_TERM, v1::KIND_PLATFORM_KEY, v1::KIND_SUCCESSION);
constexpr KindSet kDecisions = Kinds(v1::KIND_ACTION, v1::KIND_MODIFICATION);
constexpr KindSet kUndoing =
    Kinds(v1::KIND_NOTICE_RETRACTED, v1::KIND_APPEAL_DECIDED,
          v1::KIND_EXTERNAL_DECIDED);

struct ReferenceRule {
  v1::Kind kind;
  KindSet about;
  KindSet cause;
};
constexpr ReferenceRule kReferenceRules[] = {
    {v1::KIND_ACTION, Kinds(v1::KIND_SCHEDULED),
     Kinds(v1::KIND_NOTICE_RECEIVED, v1::KIND_APPEAL_DECIDED,
           v1::KIND_EXTERNAL_DECIDED)},
    {v1::KIND_NO_ACTION, 0, Kinds(v1::KIND_NOTICE_RECEIVED)},
    {v1::KIND_NOTICE_RETRACTED, Kinds(v1::KIND_NOTICE_RECEIVED), 0},
    {v1::KIND_USER_NOTIFIED, kDecisions | Kinds(v1::KIND_REVERSAL), 0},
    {v1::KIND_APPEAL_FILED, kDecisions | Kinds(v1::KIND_NO_ACTION), 0},
    {v1::KIND_APPEAL_WITHDRAWN, Kinds(v1::KIND_APPEAL_FILED), 0},
    {v1::KIND_APPEAL_DECIDED, Kinds(v1::KIND_APPEAL_FILED), 0},
    {v1::KIND_EXTERNAL_REFERRED, kDecisions | Kinds(v1::KIND_APPEAL_DECIDED),
     0},
    {v1::KIND_EXTERNAL_DECIDED,
     Kinds(v1::KIND_EXTERNAL_REFERRED, v1::KIND_ACTION), 0},
    {v1::KIND_REVERSAL, kDecisions, kUndoing},
    {v1::KIND_MODIFICATION, kDecisions, kUndoing},
    {v1::KIND_EXPIRY, kDecisions | Kinds(v1::KIND_LABEL), 0},
    {v1::KIND_SCHEDULED, 0, Kinds(v1::KIND_NOTICE_RECEIVED)},
    {v1::KIND_SCHEDULE_CANCELLED, Kinds(v1::KIND_SCHEDULED), 0},
    {v1::KIND_VOID, kRecords, 0},
    {v1::KIND_STATS_ATTESTATION, Kinds(v1::KIND_STATS_ATTESTATION), 0},
    {v1::KIND_LABEL, Kinds(v1::KIND_LABEL), Kinds(v1::KIND_NOTICE_RECEIVED)},
    {v1::KIND_DOCUMENT, kAll, 0},
    {v1::KIND_PUBLICATION_CHANGED, kAll, 0},
};

const ReferenceRule* ReferenceRuleOf(v1::Kind kind) {
  const auto* const it = std::find_if(
      std::begin(kReferenceRules), std::end(kReferenceRules),
      [&](const ReferenceRule& rule) { return rule.kind == kind; });
  return it == std::end(kReferenceRules) ? nullptr : it;
}

}  // namespace

KindSet AboutKinds(const v1::Action& action) {
  // A correction is of the kind that it corrects.
  if (action.kind() == v1::KIND_CORRECTION) {
    return kRecords & Kinds(static_cast<int>(action.corrected().kind()) & 63);
  }
  const ReferenceRule* rule = ReferenceRuleOf(action.kind());
  return rule == nullptr ? 0 : rule->about;
}

KindSet CauseKinds(const v1::Action& action) {
  const ReferenceRule* rule = ReferenceRuleOf(action.kind());
  return rule == nullptr ? 0 : rule->cause;
}

std::string NameKinds(KindSet set) {
  constexpr std::string_view kPrefix = "KIND_";
  std::string names;
  for (int kind = 1; kind < 64; ++kind) {
    if (!Contains(set, kind) || !v1::Kind_IsValid(kind)) continue;
    if (!names.empty()) names += ", ";
    names += v1::Kind_Name(static_cast<v1::Kind>(kind)).substr(kPrefix.size());
  }
  return names;
}

std::string Reference::field() const {
  return std::string(list) + "[" + std::to_string(position) + "]";
}

}  // namespace modlog
