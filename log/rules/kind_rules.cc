#include "log/rules/kind_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "verifier/core/result.h"

namespace modlog {

namespace {

// The fields whose place depends on the kind. Everything else is allowed
// everywhere.
enum KindField : uint64_t {
  kVisibility = 1u << 0,
  kMonetary = 1u << 1,
  kProvision = 1u << 2,
  kAccount = 1u << 3,
  kEnds = 1u << 4,  // but for end_visibility
  kGround = 1u << 5,
  kCategory = 1u << 6,
  kMoreGround = 1u << 7,  // keywords, more_categories, also_illegal
  kSubjectKind = 1u << 8,
  // content, language, territory, account type, EAN, handle
  kMoreSubject = 1u << 9,
  kClaimed = 1u << 10,
  kSkipped = 1u << 11,
  kAffected = 1u << 12,  // affected, affected_kind, network
  kSourceType = 1u << 13,
  kMoreSource = 1u << 14,  // role, country
  kAutomated = 1u << 15,
  kApplicationDate = 1u << 16,
  kRedress = 1u << 17,
  kNotifiedDate = 1u << 18,
  kOutcome = 1u << 19,
  kExtent = 1u << 20,
  kReversalCause = 1u << 21,
  kMeasures = 1u << 22,
  kRestored = 1u << 23,
  kAbout = 1u << 24,
  kCause = 1u << 25,
  kCommitment = 1u << 26,
  kStrikes = 1u << 27,
  kExecuteDate = 1u << 28,
  kVoidReason = 1u << 29,
  kPublication = 1u << 30,
  kStats = 1ull << 31,
  kCorrected = 1ull << 32,
  kBulk = 1ull << 33,
  kEndVisibility = 1ull << 34,
  kTerms = 1ull << 35,  // policy, legal, reason
  kBodyTerm = 1ull << 36,
  kLabelOp = 1ull << 37,
  kLabelTerms = 1ull << 38,
  kTerm = 1ull << 39,
  kAboutIndex = 1ull << 40,
  kErasure = 1ull << 41,
  kKeyEvent = 1ull << 42,
  kRedaction = 1ull << 43,
  kSuccession = 1ull << 44,
};

constexpr uint64_t DEC = kVisibility | kMonetary | kProvision | kAccount;
constexpr uint64_t GRD = kGround | kCategory | kMoreGround | kTerms;
constexpr uint64_t SUB = kSubjectKind | kMoreSubject;
constexpr uint64_t CNT = kAffected | kClaimed | kSkipped;
constexpr uint64_t SRC = kSourceType | kMoreSource | kBodyTerm;
constexpr uint64_t AUT = kAutomated;
constexpr uint64_t kDecision = DEC | kEnds | kEndVisibility | GRD | SUB | CNT |
                               SRC | AUT | kApplicationDate | kRedress |
                               kNotifiedDate | kStrikes;

struct KindRule {
  v1::Kind kind;
  uint64_t needs;         // always
  uint64_t needs_own;     // unless the record is copied (provenance)
  uint64_t allows;        // beside what it needs
  bool needs_a_decision;  // at least one of DEC
  int about_max;
};

constexpr KindRule kKindRules[] = {
    {v1::KIND_ACTION, kGround | kCategory | kSubjectKind, kApplicationDate,
     kDecision | kAbout | kCause, true, 1},
    {v1::KIND_NO_ACTION, kSubjectKind, 0, GRD | SUB | CNT | SRC | AUT | kCause,
     false, 0},
    {v1::KIND_NOTICE_RECEIVED, kSubjectKind | kSourceType, 0,
     (GRD & ~kGround) | SUB | kClaimed | kSkipped | SRC, false, 0},
    {v1::KIND_NOTICE_RETRACTED, kExtent, kAbout, 0, false, 1},
    {v1::KIND_USER_NOTIFIED, kNotifiedDate | kAbout, 0, kRedress, false, 1},
    {v1::KIND_APPEAL_FILED, 0, kAbout, kClaimed, false, 16},
    {v1::KIND_APPEAL_WITHDRAWN, kExtent, kAbout, 0, false, 1},
    {v1::KIND_APPEAL_DECIDED, kOutcome, kAbout, AUT | kApplicationDate, false,
     1},
    {v1::KIND_EXTERNAL_REFERRED, kAbout, kBodyTerm, 0, false, 1},
    {v1::KIND_EXTERNAL_DECIDED, kOutcome | kAbout, 0,
     kBodyTerm | kApplicationDate, false, 1},
    {v1::KIND_REVERSAL, kExtent | kReversalCause, kAbout,
     kMeasures | kRestored | kApplicationDate | AUT | kCause, false, 1},
    {v1::KIND_MODIFICATION, kGround | kCategory | kSubjectKind | kAbout,
     kApplicationDate, kDecision | kCause, true, 1},
    {v1::KIND_EXPIRY, kAbout, 0, kMeasures | kApplicationDate, false, 1},
    {v1::KIND_SCHEDULED, kExecuteDate | kSubjectKind, 0,
     DEC | GRD | SUB | CNT | SRC | AUT | kCause, true, 0},
    {v1::KIND_SCHEDULE_CANCELLED, kAbout, 0, 0, false, 1},
    {v1::KIND_CORRECTION, 0, 0, kCorrected | kBulk | kAbout, false, 1},
    {v1::KIND_VOID, kVoidReason | kAbout, 0, 0, false, 1},
    {v1::KIND_STATS_ATTESTATION, kStats, 0, kAbout, false, 1},
    {v1::KIND_PUBLICATION_CHANGED, kPublication | kAbout, 0, 0, false, 1},
    {v1::KIND_DOCUMENT, kCommitment | kAbout, 0, SRC, false, 16},
    {v1::KIND_PAYLOAD_ERASED, kErasure | kAboutIndex, 0, 0, false, 0},
    {v1::KIND_LEAF_REDACTED, kRedaction | kAboutIndex, 0, 0, false, 0},
    {v1::KIND_TERM, kTerm, 0, 0, false, 0},
    {v1::KIND_PLATFORM_KEY, kKeyEvent, 0, 0, false, 0},
    {v1::KIND_SUCCESSION, kSuccession, 0, 0, false, 0},
};
// A label is applied and taken back by entries of one kind.
constexpr KindRule kLabelApplied = {
    v1::KIND_LABEL,
    kLabelOp | kLabelTerms | kSubjectKind,
    0,
    GRD | SUB | SRC | AUT | kEndVisibility | kCause,
    false,
    0};
constexpr KindRule kLabelNegated = {
    v1::KIND_LABEL, kLabelOp | kLabelTerms | kAbout, 0, 0, false, 1};

struct FieldName {
  uint64_t field;
  std::string_view name;
};
constexpr FieldName kNames[] = {
    {kVisibility, "visibility"},
    {kMonetary, "monetary"},
    {kProvision, "provision"},
    {kAccount, "account"},
    {kEnds, "end_account, end_monetary, end_provision"},
    {kEndVisibility, "end_visibility"},
    {kGround, "ground"},
    {kCategory, "category"},
    {kMoreGround, "keywords, more_categories, also_illegal"},
    {kSubjectKind, "subject_kind"},
    {kMoreSubject,
     "content_types, content_date, territory, territories, language, "
     "account_type, ean13, subject_handle, handle_key"},
    {kClaimed, "claimed"},
    {kSkipped, "skipped"},
    {kAffected, "affected, affected_kind, network"},
    {kSourceType, "source_type"},
    {kMoreSource, "source_role, source_country"},
    {kAutomated, "automated_detection, automated_decision"},
    {kApplicationDate, "application_date"},
    {kRedress, "redress"},
    {kNotifiedDate, "notified_date"},
    {kOutcome, "outcome"},
    {kExtent, "extent"},
    {kReversalCause, "reversal_cause"},
    {kMeasures, "measures"},
    {kRestored, "restored"},
    {kAbout, "about"},
    {kCause, "cause"},
    {kCommitment, "commitment"},
    {kStrikes, "strikes"},
    {kExecuteDate, "execute_date"},
    {kVoidReason, "void_reason"},
    {kPublication, "publication"},
    {kStats, "stats"},
    {kCorrected, "corrected"},
    {kBulk, "bulk"},
    {kTerms, "policy_term, legal_term, reason_term"},
    {kBodyTerm, "body_term"},
    {kLabelOp, "label_op"},
    {kLabelTerms, "label_terms"},
    {kTerm, "term"},
    {kAboutIndex, "about_index"},
    {kErasure, "erasure"},
    {kKeyEvent, "key_event"},
    {kRedaction, "redaction"},
    {kSuccession, "succession"},
};

std::string_view NameOf(uint64_t field) {
  const auto* const it =
      std::find_if(std::begin(kNames), std::end(kNames),
                   [&](const FieldName& name) { return name.field == field; });
  MODLOG_CHECK(it != std::end(kNames), "every field of the table has a name");
  return it->name;
}

// The fields that an action has, as bits.
uint64_t Present(const v1::Action& a) {
  uint64_t present = 0;
  const auto add = [&](bool has, KindField field) {
    if (has) present |= field;
  };
  add(a.visibility_size() > 0, kVisibility);
  add(a.monetary() != 0, kMonetary);
  add(a.provision() != 0, kProvision);
  add(a.account() != 0, kAccount);
  add((a.end_account() | a.end_monetary() | a.end_provision()) != 0, kEnds);
  add(a.end_visibility() != 0, kEndVisibility);
  add(a.ground() != 0, kGround);
  add(a.category() != 0, kCategory);
  add(a.keywords_size() > 0 || a.more_categories_size() > 0 ||
          a.also_illegal() != 0,
      kMoreGround);
  add(a.subject_kind() != 0, kSubjectKind);
  add(a.content_types_size() > 0 || a.territories_size() > 0 ||
          (a.content_date() | a.territory() | a.language()) != 0 ||
          a.account_type() != 0 || a.ean13() != 0 ||
          !a.subject_handle().empty() || a.handle_key() != 0,
      kMoreSubject);
  add(a.claimed() != 0, kClaimed);
  add(a.skipped() != 0, kSkipped);
  add(a.affected() != 0 || a.affected_kind() != 0 || a.network() != 0,
      kAffected);
  add(a.source_type() != 0, kSourceType);
  add(a.source_role() != 0 || a.source_country() != 0, kMoreSource);
  add(a.automated_detection() != 0 || a.automated_decision() != 0, kAutomated);
  add(a.application_date() != 0, kApplicationDate);
  add(a.redress_size() > 0, kRedress);
  add(a.notified_date() != 0, kNotifiedDate);
  add(a.outcome() != 0, kOutcome);
  add(a.extent() != 0, kExtent);
  add(a.reversal_cause() != 0, kReversalCause);
  add(a.measures_size() > 0, kMeasures);
  add(a.restored() != 0, kRestored);
  add(a.about_size() > 0, kAbout);
  add(a.cause_size() > 0, kCause);
  add(!a.commitment().empty(), kCommitment);
  add(a.strikes() != 0, kStrikes);
  add(a.execute_date() != 0, kExecuteDate);
  add(a.void_reason() != 0, kVoidReason);
  add(a.publication() != 0, kPublication);
  add(a.has_stats(), kStats);
  add(a.has_corrected(), kCorrected);
  add(a.has_bulk(), kBulk);
  add((a.policy_term() | a.legal_term() | a.reason_term()) != 0, kTerms);
  add(a.body_term() != 0, kBodyTerm);
  add(a.label_op() != 0, kLabelOp);
  add(a.label_terms_size() > 0, kLabelTerms);
  add(a.has_term(), kTerm);
  add(a.about_index_size() > 0, kAboutIndex);
  add(a.has_erasure(), kErasure);
  add(a.has_key_event(), kKeyEvent);
  add(a.has_redaction(), kRedaction);
  add(a.has_succession(), kSuccession);
  return present;
}

// Null for a kind that this log does not take.
const KindRule* KindRuleOf(const v1::Action& action) {
  if (action.kind() == v1::KIND_LABEL) {
    return action.label_op() == v1::LABEL_OP_NEGATE ? &kLabelNegated
                                                    : &kLabelApplied;
  }
  const auto* const rule =
      std::find_if(std::begin(kKindRules), std::end(kKindRules),
                   [&](const KindRule& r) { return r.kind == action.kind(); });
  return rule == std::end(kKindRules) ? nullptr : rule;
}

void AddEach(uint64_t fields, std::string_view description,
             std::vector<Violation>* violations) {
  for (; fields != 0; fields &= fields - 1) {
    const uint64_t field = uint64_t{1} << std::countr_zero(fields);
    violations->push_back(
        {std::string(NameOf(field)), std::string(description)});
  }
}

}  // namespace

// What a copy lacks was its source's to say: for a copy a missing field is a
// warning where it can still be counted, else the record would be lost.
void CheckKind(const v1::Action& action, std::vector<Violation>* violations,
               std::vector<Violation>* expected) {
  const KindRule* const rule = KindRuleOf(action);
  if (rule == nullptr) {
    if (action.kind() != v1::KIND_UNSPECIFIED) {
      violations->push_back({"kind", "is not a kind this log takes yet"});
    }
    return;
  }
  const std::string& name = v1::Kind_Name(action.kind());
  const bool own = action.provenance() == v1::PROVENANCE_FIRST_HAND;
  const uint64_t needs = rule->needs | (own ? rule->needs_own : 0);
  const uint64_t allows = needs | rule->needs_own | rule->allows | kCommitment;
  const uint64_t present = Present(action);
  AddEach(needs & ~present, "is required for " + name, violations);
  // A copy whose source does not say what it is about can still be counted.
  if (!own) {
    AddEach(rule->needs_own & (kAbout | kBodyTerm) & ~present,
            "is required for " + name, expected);
  }
  AddEach(present & ~allows, "is not allowed for " + name, violations);
  if (rule->needs_a_decision && (present & DEC) == 0) {
    violations->push_back({"visibility",
                           "one of visibility, monetary, provision, account "
                           "is required for " +
                               name});
  }
  if ((allows & kAbout) != 0 && action.about_size() > rule->about_max) {
    violations->push_back(
        {"about",
         "takes at most " + std::to_string(rule->about_max) + " for " + name});
  }
}

}  // namespace modlog
