#include "verifier/rules/kind_table.h"

namespace modlog {
namespace {

using A = v1::Action;

// The groups of docs/formats.md, "Kinds".
constexpr FieldSet kEnds = {
    A::kEndVisibilityFieldNumber, A::kEndAccountFieldNumber,
    A::kEndMonetaryFieldNumber, A::kEndProvisionFieldNumber};
constexpr FieldSet kGrdWithoutGround = {
    A::kCategoryFieldNumber,       A::kKeywordsFieldNumber,
    A::kMoreCategoriesFieldNumber, A::kAlsoIllegalFieldNumber,
    A::kPolicyTermFieldNumber,     A::kLegalTermFieldNumber,
    A::kReasonTermFieldNumber};
constexpr FieldSet kGrd = kGrdWithoutGround | FieldSet{A::kGroundFieldNumber};
constexpr FieldSet kSub = {
    A::kSubjectKindFieldNumber,   A::kContentTypesFieldNumber,
    A::kContentDateFieldNumber,   A::kLanguageFieldNumber,
    A::kEan13FieldNumber,         A::kTerritoryFieldNumber,
    A::kTerritoriesFieldNumber,   A::kAccountTypeFieldNumber,
    A::kSubjectHandleFieldNumber, A::kHandleKeyFieldNumber};
constexpr FieldSet kCnt = {A::kAffectedFieldNumber, A::kAffectedKindFieldNumber,
                           A::kClaimedFieldNumber, A::kSkippedFieldNumber,
                           A::kNetworkFieldNumber};
constexpr FieldSet kSrc = {A::kSourceTypeFieldNumber, A::kSourceRoleFieldNumber,
                           A::kSourceCountryFieldNumber,
                           A::kBodyTermFieldNumber};
constexpr FieldSet kAut = {A::kAutomatedDetectionFieldNumber,
                           A::kAutomatedDecisionFieldNumber};
constexpr FieldSet kAbout = {A::kAboutFieldNumber};
constexpr FieldSet kCause = {A::kCauseFieldNumber};
constexpr FieldSet kApplied = {A::kApplicationDateFieldNumber};
constexpr FieldSet kDecided = {A::kGroundFieldNumber, A::kCategoryFieldNumber,
                               A::kSubjectKindFieldNumber};
constexpr FieldSet kDecision =
    kMeasureFields | kEnds | kGrd | kSub | kCnt | kSrc | kAut | kApplied |
    FieldSet{A::kStrikesFieldNumber, A::kStrikesExpireFieldNumber,
             A::kRedressFieldNumber, A::kNotifiedDateFieldNumber};

constexpr KindList kDecisions = {v1::KIND_ACTION, v1::KIND_MODIFICATION};
constexpr KindList kNotice = {v1::KIND_NOTICE_RECEIVED};
constexpr KindList kUndoing = {v1::KIND_NOTICE_RETRACTED,
                               v1::KIND_APPEAL_DECIDED,
                               v1::KIND_EXTERNAL_DECIDED};
constexpr KindList kAnyKind = {1,  2,  3,  4,  5,  6,  7,  8,  9,
                               10, 11, 12, 13, 14, 15, 16, 17, 18,
                               19, 20, 21, 22, 23, 24, 25, 26};
constexpr auto kNoLabel = v1::LABEL_OP_UNSPECIFIED;

constexpr KindRow kTable[] = {
    {v1::KIND_ACTION,
     kNoLabel,
     kDecided,
     kApplied,
     kDecision | kAbout | kCause,
     true,
     1,
     {v1::KIND_SCHEDULED},
     {v1::KIND_NOTICE_RECEIVED, v1::KIND_APPEAL_DECIDED,
      v1::KIND_EXTERNAL_DECIDED}},
    {v1::KIND_NO_ACTION,
     kNoLabel,
     {A::kSubjectKindFieldNumber},
     {},
     kGrd | kSub | kCnt | kSrc | kAut | kCause,
     false,
     0,
     {},
     kNotice},
    {v1::KIND_NOTICE_RECEIVED,
     kNoLabel,
     {A::kSubjectKindFieldNumber, A::kSourceTypeFieldNumber},
     {},
     kGrdWithoutGround | kSub | kSrc |
         FieldSet{A::kClaimedFieldNumber, A::kSkippedFieldNumber},
     false,
     0,
     {},
     {}},
    {v1::KIND_NOTICE_RETRACTED,
     kNoLabel,
     {A::kExtentFieldNumber},
     kAbout,
     {},
     false,
     1,
     kNotice,
     {}},
    {v1::KIND_USER_NOTIFIED,
     kNoLabel,
     FieldSet{A::kNotifiedDateFieldNumber} | kAbout,
     {},
     {A::kRedressFieldNumber},
     false,
     1,
     {v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_REVERSAL},
     {}},
    {v1::KIND_APPEAL_FILED,
     kNoLabel,
     {},
     kAbout,
     {A::kClaimedFieldNumber},
     false,
     16,
     {v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_NO_ACTION},
     {}},
    {v1::KIND_APPEAL_WITHDRAWN,
     kNoLabel,
     {A::kExtentFieldNumber},
     kAbout,
     {},
     false,
     1,
     {v1::KIND_APPEAL_FILED},
     {}},
    {v1::KIND_APPEAL_DECIDED,
     kNoLabel,
     {A::kOutcomeFieldNumber},
     kAbout,
     kAut | kApplied,
     false,
     1,
     {v1::KIND_APPEAL_FILED},
     {}},
    {v1::KIND_EXTERNAL_REFERRED,
     kNoLabel,
     kAbout,
     {A::kBodyTermFieldNumber},
     {},
     false,
     1,
     {v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_APPEAL_DECIDED},
     {}},
    {v1::KIND_EXTERNAL_DECIDED,
     kNoLabel,
     FieldSet{A::kOutcomeFieldNumber} | kAbout,
     {},
     FieldSet{A::kBodyTermFieldNumber} | kApplied,
     false,
     1,
     {v1::KIND_EXTERNAL_REFERRED, v1::KIND_ACTION},
     {}},
    {v1::KIND_REVERSAL,
     kNoLabel,
     {A::kExtentFieldNumber, A::kReversalCauseFieldNumber},
     kAbout,
     FieldSet{A::kMeasuresFieldNumber, A::kRestoredFieldNumber} | kApplied |
         kAut | kCause,
     false,
     1,
     kDecisions,
     kUndoing},
    {v1::KIND_MODIFICATION, kNoLabel, kDecided | kAbout, kApplied,
     kDecision | kCause, true, 1, kDecisions, kUndoing},
    {v1::KIND_EXPIRY,
     kNoLabel,
     kAbout,
     {},
     FieldSet{A::kMeasuresFieldNumber} | kApplied,
     false,
     1,
     {v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_LABEL},
     {}},
    {v1::KIND_SCHEDULED,
     kNoLabel,
     {A::kExecuteDateFieldNumber, A::kSubjectKindFieldNumber},
     {},
     kMeasureFields | kGrd | kSub | kCnt | kSrc | kAut | kCause,
     true,
     0,
     {},
     kNotice},
    {v1::KIND_SCHEDULE_CANCELLED,
     kNoLabel,
     kAbout,
     {},
     {},
     false,
     1,
     {v1::KIND_SCHEDULED},
     {}},
    {v1::KIND_CORRECTION,
     kNoLabel,
     {},
     {},
     FieldSet{A::kCorrectedFieldNumber, A::kBulkFieldNumber} | kAbout,
     false,
     1,
     kRecordKinds,
     {}},
    {v1::KIND_VOID,
     kNoLabel,
     FieldSet{A::kVoidReasonFieldNumber} | kAbout,
     {},
     {},
     false,
     1,
     kRecordKinds,
     {}},
    {v1::KIND_PAYLOAD_ERASED,
     kNoLabel,
     {A::kErasureFieldNumber, A::kAboutIndexFieldNumber},
     {},
     {},
     false,
     0,
     {},
     {}},
    {v1::KIND_LEAF_REDACTED,
     kNoLabel,
     {A::kRedactionFieldNumber, A::kAboutIndexFieldNumber},
     {},
     {},
     false,
     0,
     {},
     {}},
    {v1::KIND_STATS_ATTESTATION,
     kNoLabel,
     {A::kStatsFieldNumber},
     {},
     kAbout,
     false,
     1,
     {v1::KIND_STATS_ATTESTATION},
     {}},
    {v1::KIND_TERM, kNoLabel, {A::kTermFieldNumber}, {}, {}, false, 0, {}, {}},
    {v1::KIND_PLATFORM_KEY,
     kNoLabel,
     {A::kKeyEventFieldNumber},
     {},
     {},
     false,
     0,
     {},
     {}},
    {v1::KIND_SUCCESSION,
     kNoLabel,
     {A::kSuccessionFieldNumber},
     {},
     {},
     false,
     0,
     {},
     {}},
    {v1::KIND_LABEL,
     v1::LABEL_OP_APPLY,
     {A::kLabelOpFieldNumber, A::kLabelTermsFieldNumber,
      A::kSubjectKindFieldNumber},
     {},
     kGrd | kSub | kSrc | kAut | kCause |
         FieldSet{A::kEndVisibilityFieldNumber},
     false,
     0,
     {},
     kNotice},
    {v1::KIND_LABEL,
     v1::LABEL_OP_NEGATE,
     FieldSet{A::kLabelOpFieldNumber, A::kLabelTermsFieldNumber} | kAbout,
     {},
     {},
     false,
     1,
     {v1::KIND_LABEL},
     {}},
    {v1::KIND_DOCUMENT,
     kNoLabel,
     FieldSet{A::kCommitmentFieldNumber} | kAbout,
     {},
     kSrc,
     false,
     16,
     kAnyKind,
     {}},
    {v1::KIND_PUBLICATION_CHANGED,
     kNoLabel,
     FieldSet{A::kPublicationFieldNumber} | kAbout,
     {},
     {},
     false,
     1,
     kAnyKind,
     {}},
};

}  // namespace

std::span<const KindRow> KindTable() { return kTable; }

const KindRow* RowOf(const v1::Action& action) {
  const bool negate = action.label_op() == v1::LABEL_OP_NEGATE;
  for (const KindRow& rule : kTable) {
    if (rule.kind != action.kind()) continue;
    if (rule.label_op == kNoLabel) return &rule;
    if ((rule.label_op == v1::LABEL_OP_NEGATE) == negate) return &rule;
  }
  return nullptr;
}

FieldSet AllowedFields(const KindRow& rule) {
  return kEverywhere | rule.needs | rule.needs_own | rule.allows;
}

std::string KindName(int kind) {
  constexpr std::string_view kPrefix = "KIND_";
  const std::string& name = v1::Kind_Name(kind);
  if (name.empty()) return "kind " + std::to_string(kind);
  return name.substr(kPrefix.size());
}

}  // namespace modlog
