#include "api/import/ozone/ozone_reasons.h"

#include <algorithm>
#include <iterator>

namespace modlog {
namespace {

constexpr v1::Keyword kNone = v1::KEYWORD_UNSPECIFIED;

constexpr ReportReason kReasons[] = {
    {"reasonSpam", v1::CATEGORY_SCAMS_AND_FRAUD, kNone},
    {"reasonViolation", v1::CATEGORY_OTHER_VIOLATION_TC, kNone},
    {"reasonMisleading", v1::CATEGORY_SCAMS_AND_FRAUD, kNone},
    {"reasonSexual", v1::CATEGORY_OTHER_VIOLATION_TC,
     v1::KEYWORD_ADULT_SEXUAL_MATERIAL},
    {"reasonRude", v1::CATEGORY_CYBER_VIOLENCE, v1::KEYWORD_CYBER_HARASSMENT},
    {"reasonOther", v1::CATEGORY_NOT_SPECIFIED_NOTICE, kNone},
    {"reasonViolenceAnimal", v1::CATEGORY_ANIMAL_WELFARE,
     v1::KEYWORD_ANIMAL_HARM},
    {"reasonViolenceThreats", v1::CATEGORY_VIOLENCE,
     v1::KEYWORD_INCITEMENT_VIOLENCE_HATRED},
    {"reasonViolenceGraphicContent", v1::CATEGORY_VIOLENCE, kNone},
    {"reasonViolenceGlorification", v1::CATEGORY_VIOLENCE,
     v1::KEYWORD_INCITEMENT_VIOLENCE_HATRED},
    {"reasonViolenceExtremistContent", v1::CATEGORY_RISK_FOR_PUBLIC_SECURITY,
     v1::KEYWORD_TERRORIST_CONTENT},
    {"reasonViolenceTrafficking", v1::CATEGORY_VIOLENCE,
     v1::KEYWORD_HUMAN_TRAFFICKING},
    {"reasonViolenceOther", v1::CATEGORY_VIOLENCE, kNone},
    {"reasonSexualAbuseContent", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_NON_CONSENSUAL_IMAGE_SHARING},
    {"reasonSexualNCII", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_NON_CONSENSUAL_IMAGE_SHARING},
    {"reasonSexualDeepfake", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE},
    {"reasonSexualAnimal", v1::CATEGORY_ANIMAL_WELFARE, kNone},
    {"reasonSexualUnlabeled", v1::CATEGORY_OTHER_VIOLATION_TC,
     v1::KEYWORD_ADULT_SEXUAL_MATERIAL},
    {"reasonSexualOther", v1::CATEGORY_OTHER_VIOLATION_TC,
     v1::KEYWORD_ADULT_SEXUAL_MATERIAL},
    {"reasonChildSafetyCSAM", v1::CATEGORY_PROTECTION_OF_MINORS,
     v1::KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL},
    {"reasonChildSafetyGroom", v1::CATEGORY_PROTECTION_OF_MINORS,
     v1::KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS},
    {"reasonChildSafetyPrivacy", v1::CATEGORY_PROTECTION_OF_MINORS, kNone},
    {"reasonChildSafetyHarassment", v1::CATEGORY_PROTECTION_OF_MINORS, kNone},
    {"reasonChildSafetyOther", v1::CATEGORY_PROTECTION_OF_MINORS, kNone},
    {"reasonHarassmentTroll", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_CYBER_HARASSMENT},
    {"reasonHarassmentTargeted", v1::CATEGORY_CYBER_VIOLENCE,
     v1::KEYWORD_CYBER_HARASSMENT},
    {"reasonHarassmentHateSpeech", v1::CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH,
     v1::KEYWORD_HATE_SPEECH},
    {"reasonHarassmentDoxxing",
     v1::CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS, kNone},
    {"reasonHarassmentOther", v1::CATEGORY_CYBER_VIOLENCE, kNone},
    {"reasonMisleadingBot", v1::CATEGORY_SCAMS_AND_FRAUD,
     v1::KEYWORD_INAUTHENTIC_ACCOUNTS},
    {"reasonMisleadingImpersonation", v1::CATEGORY_SCAMS_AND_FRAUD,
     v1::KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING},
    {"reasonMisleadingSpam", v1::CATEGORY_SCAMS_AND_FRAUD, kNone},
    {"reasonMisleadingScam", v1::CATEGORY_SCAMS_AND_FRAUD, kNone},
    {"reasonMisleadingElections",
     v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"reasonMisleadingOther",
     v1::CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,
     v1::KEYWORD_MISINFORMATION_DISINFORMATION},
    {"reasonRuleSiteSecurity", v1::CATEGORY_OTHER_VIOLATION_TC, kNone},
    {"reasonRuleProhibitedSales", v1::CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS,
     v1::KEYWORD_PROHIBITED_PRODUCTS},
    {"reasonRuleBanEvasion", v1::CATEGORY_OTHER_VIOLATION_TC, kNone},
    {"reasonRuleOther", v1::CATEGORY_OTHER_VIOLATION_TC, kNone},
    {"reasonSelfHarmContent", v1::CATEGORY_SELF_HARM, kNone},
    {"reasonSelfHarmED", v1::CATEGORY_SELF_HARM,
     v1::KEYWORD_CONTENT_PROMOTING_EATING_DISORDERS},
    {"reasonSelfHarmStunts", v1::CATEGORY_SELF_HARM, kNone},
    {"reasonSelfHarmSubstances", v1::CATEGORY_SELF_HARM, kNone},
    {"reasonSelfHarmOther", v1::CATEGORY_SELF_HARM, kNone},
};

}  // namespace

const ReportReason* FindReportReason(std::string_view name) {
  const auto* const reason =
      std::ranges::find(kReasons, name, &ReportReason::name);
  return reason == std::end(kReasons) ? nullptr : reason;
}

}  // namespace modlog
