#include "api/import/ozone/ozone_actions.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/input/utf8.h"
#include "api/import/mastodon/mastodon_tags.h"
#include "api/import/ozone/ozone_reasons.h"

namespace modlog {
namespace {

constexpr size_t kFactsSizeMax = 5'000;  // characters of part 3
constexpr size_t kGroundSizeMax = 500;   // of part 6
constexpr size_t kMetaNameSizeMax = 200;

std::string Join(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& item : list) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", item);
  }
  return text;
}

// Policies and labels are words like those of block lists.
void SetTags(const std::vector<std::string>& words, v1::Action* action) {
  const BlockTags tags = ReadBlockTags(Join(words));
  action->set_category(tags.category);
  for (const v1::Keyword keyword : tags.keywords) action->add_keywords(keyword);
  for (const v1::Category more : tags.more) action->add_more_categories(more);
}

// A measure against the subject: accounts are closed, all else is removed.
void SetMeasure(const OzoneEvent& event, uint32_t end, v1::Action* action) {
  action->set_subject_kind(event.subject_kind);
  if (event.subject_kind != v1::SUBJECT_KIND_ACCOUNT) {
    action->add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
    action->set_end_visibility(end);
    return;
  }
  action->set_account(end == 0 ? v1::ACCOUNT_DECISION_TERMINATED
                               : v1::ACCOUNT_DECISION_SUSPENDED);
  action->set_end_account(end);
}

// "name=value" on a line of its own; other characters would break the line.
void AddMeta(std::string_view name, std::string_view value, std::string* meta) {
  const bool plain =
      !value.empty() && value.size() <= kMetaNameSizeMax &&
      std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain) return;
  absl::StrAppend(meta, std::string(name), "=", std::string(value), "\n");
}

std::string MetaOf(const OzoneEvent& event) {
  std::string meta;
  AddMeta("event_id", std::to_string(event.id), &meta);
  AddMeta("event_type", event.type, &meta);
  AddMeta("labels", Join(event.labels_created), &meta);
  AddMeta("labels_negated", Join(event.labels_negated), &meta);
  AddMeta("mod_tool", event.mod_tool, &meta);
  AddMeta("report_type", event.report_type, &meta);
  AddMeta("severity_level", event.severity_level, &meta);
  AddMeta("status", event.status, &meta);
  if (event.strikes < 0) {
    AddMeta("strike_count", std::to_string(event.strikes), &meta);
  }
  AddMeta("target_services", Join(event.target_services), &meta);
  return meta;
}

}  // namespace

uint32_t DayOf(int64_t seconds) {
  return seconds < 0 ? 0 : static_cast<uint32_t>(seconds / kDaySeconds);
}

uint32_t EndDayOf(const OzoneEvent& event) {
  constexpr int64_t kHoursMax = 1'000'000;
  if (event.duration_hours == 0) return 0;
  return DayOf(event.created_at_s +
               std::min(event.duration_hours, kHoursMax) * 3'600);
}

bool IsCredentialsRevoked(const OzoneEvent& event) {
  return event.type == "revokeAccountCredentialsEvent" ||
         event.type == "modEventRevokeAccountCredentials";
}

v1::Action OzoneNotice(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_NOTICE_RECEIVED);
  action.set_subject_kind(event.subject_kind);
  action.set_source_type(v1::SOURCE_TYPE_OTHER_NOTIFICATION);
  action.set_source_role(v1::SOURCE_ROLE_USER);
  const ReportReason* const reason = FindReportReason(event.report_type);
  if (reason == nullptr) {
    action.set_category(v1::CATEGORY_UNLISTED);
    return action;
  }
  action.set_category(reason->category);
  if (reason->keyword != v1::KEYWORD_UNSPECIFIED) {
    action.add_keywords(reason->keyword);
  }
  return action;
}

v1::Action OzoneTakedown(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  SetTags(event.policies, &action);
  SetMeasure(event, EndDayOf(event), &action);
  action.set_application_date(DayOf(event.created_at_s));
  if (event.strikes > 0) {
    action.set_strikes(static_cast<uint32_t>(event.strikes));
    if (event.strikes_expire_s) {
      action.set_strikes_expire(DayOf(*event.strikes_expire_s));
    }
  }
  return action;
}

v1::Action OzoneLabels(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.add_visibility(v1::VISIBILITY_CONTENT_LABELLED);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  SetTags(event.labels_created, &action);
  action.set_subject_kind(event.subject_kind);
  action.set_end_visibility(EndDayOf(event));
  action.set_application_date(DayOf(event.created_at_s));
  return action;
}

v1::Action OzoneScheduled(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_SCHEDULED);
  SetMeasure(event, 0, &action);
  action.set_execute_date(DayOf(event.execute_at_s.value_or(0)));
  return action;
}

v1::Action OzoneNoAction(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_NO_ACTION);
  action.set_subject_kind(event.subject_kind);
  return action;
}

v1::Action OzoneCredentials(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  SetTags(event.policies, &action);
  action.set_subject_kind(event.subject_kind);
  action.set_account(v1::ACCOUNT_DECISION_UNLISTED);
  action.set_application_date(DayOf(event.created_at_s));
  return action;
}

v1::Action OzoneAgeBlock(const OzoneEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_PROTECTION_OF_MINORS);
  action.add_keywords(v1::KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS);
  action.set_subject_kind(event.subject_kind);
  action.set_provision(v1::PROVISION_PARTIAL_SUSPENSION);
  action.set_application_date(DayOf(event.created_at_s));
  return action;
}

std::vector<PrivatePart> OzoneParts(const OzoneEvent& event) {
  std::vector<PrivatePart> parts;
  const bool account = event.subject_kind == v1::SUBJECT_KIND_ACCOUNT;
  parts.push_back({account ? kPartSubjectAccount : kPartContentId,
                   Reach::kSubject, event.subject});
  const bool is_short = CountCharacters(event.comment) <= kFactsSizeMax;
  if (!event.comment.empty() && is_short) {
    parts.push_back({kPartDecisionFacts, Reach::kSubject, event.comment});
  }
  if (const std::string policies = Join(event.policies);
      !policies.empty() && CountCharacters(policies) <= kGroundSizeMax) {
    parts.push_back({kPartIncompatibleGround, Reach::kSubject, policies});
  }
  const bool report = event.type == "modEventReport";
  if (report && !event.created_by.empty() &&
      CountCharacters(event.created_by) <= kGroundSizeMax) {
    parts.push_back({kPartSourceIdentity, Reach::kPlatform, event.created_by});
  }
  if (report && FindReportReason(event.report_type) == nullptr &&
      event.report_type != kReasonAppeal) {
    std::string codes;
    AddMeta("category", event.report_type, &codes);
    if (!codes.empty()) {
      parts.push_back({kPartUnlistedCodes, Reach::kPublic, codes});
    }
  }
  if (IsCredentialsRevoked(event)) {
    parts.push_back(
        {kPartUnlistedCodes, Reach::kPublic, "account=CREDENTIALS_REVOKED\n"});
  }
  // Longer than a fact may be: kept as a document.
  if (!is_short) {
    parts.push_back({kPartSourceText, Reach::kSubject, event.comment});
  }
  parts.push_back({kPartSourceMeta, Reach::kPublic, MetaOf(event)});
  return parts;
}

}  // namespace modlog
