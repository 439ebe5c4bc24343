#include "api/import/ozone/ozone_make.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/file_tree.h"
#include "api/import/ozone/ozone_actions.h"
#include "api/import/ozone/ozone_reasons.h"

namespace modlog {
namespace {

// What Ozone writes when it ends a takedown whose hours are over.
constexpr std::string_view kScheduledReversal = "[SCHEDULED_REVERSAL]";
// Of reports that were dealt with by an action, not by none.
constexpr std::string_view kActedAlready[] = {
    "[AUTO_RESOLVE_ON_ACCOUNT_ACTION]", "[DEFINITIVE_PREVIOUS_ACTION]"};

// Types of the lexicon that are no decision about content or people.
constexpr std::string_view kNoDecisions[] = {
    "accountEvent",         "ageAssuranceEvent",      "ageAssurancePurgeEvent",
    "identityEvent",        "modEventComment",        "modEventDivert",
    "modEventEmail",        "modEventEscalate",       "modEventMute",
    "modEventMuteReporter", "modEventPriorityScore",  "modEventTag",
    "modEventUnmute",       "modEventUnmuteReporter", "recordEvent"};

class Maker {
 public:
  explicit Maker(const OzoneMakeInput& input)
      : input_(input), event_(*input.event), state_(*input.before.subject) {}

  OzoneMade Make();

 private:
  void Report();
  void Appeal();
  void Takedown();
  void ReverseTakedown();
  void ResolveAppeal();
  void Acknowledge();
  void Label();
  void Negate();
  void Schedule();
  void Cancel();
  void RevokeCredentials();
  void OverrideAge();

  void Add(std::string role, v1::Action action) {
    made_.items.push_back({std::move(role), std::move(action)});
  }
  void Refuse(std::string member, std::string reason) {
    made_.items.clear();
    made_.refusal = OzoneError{std::move(member), std::move(reason)};
  }
  // Whether an action may stand though what it should be about is missing.
  bool MayStandAlone(const char* missing);
  v1::Action Reversal(const std::string& measure, v1::Extent extent) const;
  void AddNotices(v1::Action* action) const;

  const OzoneMakeInput& input_;
  const OzoneEvent& event_;
  const OzoneState& state_;
  OzoneMade made_;
};

bool Maker::MayStandAlone(const char* missing) {
  const std::string reason =
      absl::StrCat("no ", missing, " of the same subject before it");
  if (input_.own) {
    Refuse("subject", reason);
    return false;
  }
  made_.warnings.push_back("unlinked: " + reason);
  return true;
}

void Maker::AddNotices(v1::Action* action) const {
  std::vector<std::string> notices = state_.notices;
  std::ranges::sort(notices);
  for (const std::string& notice : notices) action->add_cause(notice);
}

v1::Action Maker::Reversal(const std::string& measure,
                           v1::Extent extent) const {
  v1::Action action;
  action.set_kind(v1::KIND_REVERSAL);
  if (!measure.empty()) action.add_about(measure);
  action.set_extent(extent);
  action.set_application_date(DayOf(event_.created_at_s));
  const auto appeal = FindAppealBehind(state_, measure, input_.now);
  action.set_reversal_cause(appeal ? v1::CAUSE_APPEAL : v1::CAUSE_OWN_REVIEW);
  if (appeal && !appeal->decision.empty()) action.add_cause(appeal->decision);
  return action;
}

void Maker::Report() {
  if (IsAppeal(event_)) return Appeal();
  if (FindReportReason(event_.report_type) == nullptr) {
    made_.warnings.push_back(absl::StrCat(
        "unknown reason ", Quote(event_.report_type), ", kept by its name"));
  }
  Add("notice", OzoneNotice(event_));
}

void Maker::Appeal() {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  const OzoneMeasure* const measure =
      AppealedMeasure(input_.before, DayOf(event_.created_at_s));
  if (measure != nullptr) {
    action.add_about(measure->puid);
  } else if (!MayStandAlone("measure")) {
    return;
  }
  Add("appeal", std::move(action));
}

void Maker::Takedown() {
  v1::Action action = OzoneTakedown(event_);
  const OzoneMeasure* const before = TakedownOf(state_);
  if (before != nullptr && InForce(*before, DayOf(event_.created_at_s))) {
    action.set_kind(v1::KIND_MODIFICATION);
    action.add_about(before->puid);
  } else {
    if (state_.schedule) action.add_about(*state_.schedule);
    AddNotices(&action);
  }
  Add("takedown", std::move(action));
  // Older versions of Ozone put labels into other events, too.
  if (!event_.labels_created.empty()) Add("label", OzoneLabels(event_));
}

void Maker::ReverseTakedown() {
  if (event_.comment.starts_with(kScheduledReversal)) {
    ++made_.left_out["ends that were logged with their takedown"];
    made_.lapse = true;
    return;
  }
  const OzoneMeasure* const takedown = TakedownOf(state_);
  if (takedown == nullptr && !MayStandAlone("takedown in force")) return;
  Add("reversal",
      Reversal(takedown == nullptr ? "" : takedown->puid, v1::EXTENT_FULL));
}

void Maker::ResolveAppeal() {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_DECIDED);
  action.set_outcome(v1::OUTCOME_UPHELD);
  action.set_application_date(DayOf(event_.created_at_s));
  if (state_.appeals.empty()) {
    if (MayStandAlone("appeal")) Add("decided", std::move(action));
    return;
  }
  // One event decides all that are open.
  for (const OzoneAppeal& appeal : state_.appeals) {
    v1::Action decided = action;
    decided.add_about(appeal.puid);
    decided.set_outcome(OutcomeOf(appeal, input_.after));
    Add(NumberedRole("decided", made_.items.size() + 1), std::move(decided));
  }
}

void Maker::Acknowledge() {
  if (!event_.labels_created.empty()) return Label();
  const bool acted = std::ranges::any_of(
      kActedAlready,
      [&](std::string_view mark) { return event_.comment.starts_with(mark); });
  if (acted || state_.notices.empty()) {
    made_.answered = acted;
    ++made_.left_out[event_.type];
    return;
  }
  v1::Action action = OzoneNoAction(event_);
  AddNotices(&action);
  Add("noaction", std::move(action));
}

void Maker::Label() {
  Negate();
  if (event_.labels_created.empty()) return;
  v1::Action action = OzoneLabels(event_);
  AddNotices(&action);
  Add("label", std::move(action));
}

void Maker::Negate() {
  const NegatedLabels negated = FindNegated(state_, event_.labels_negated);
  for (const NegatedLabels::Hit& hit : negated.hits) {
    Add(NumberedRole("unlabel", made_.items.size() + 1),
        Reversal(hit.puid, hit.full ? v1::EXTENT_FULL : v1::EXTENT_PARTIAL));
  }
  if (negated.not_found > 0) {
    made_.left_out["negations of labels that no event here applied"] +=
        negated.not_found;
  }
}

void Maker::Schedule() {
  if (!event_.execute_at_s) {
    return Refuse("event.executeAt", "missing, as is executeAfter");
  }
  Add("schedule", OzoneScheduled(event_));
}

void Maker::Cancel() {
  if (!state_.schedule) {
    return Refuse("subject",
                  "no scheduled takedown of the same subject before it");
  }
  v1::Action action;
  action.set_kind(v1::KIND_SCHEDULE_CANCELLED);
  action.add_about(*state_.schedule);
  Add("cancel", std::move(action));
}

void Maker::RevokeCredentials() { Add("revoked", OzoneCredentials(event_)); }

// A moderator's word about somebody's age: "blocked" restricts, all else lifts.
void Maker::OverrideAge() {
  const auto at = std::ranges::find(state_.measures, OzoneMeasureType::kAge,
                                    &OzoneMeasure::type);
  const bool in_force = at != state_.measures.end();
  if (event_.status == "blocked" && !in_force) {
    return Add("age", OzoneAgeBlock(event_));
  }
  if (event_.status != "blocked" && in_force) {
    return Add("unage", Reversal(at->puid, v1::EXTENT_FULL));
  }
  ++made_.left_out["overrides of an age that changed nothing"];
}

using Handler = void (Maker::*)();

OzoneMade Maker::Make() {
  static constexpr std::pair<std::string_view, Handler> kHandlers[] = {
      {"ageAssuranceOverrideEvent", &Maker::OverrideAge},
      {"cancelScheduledTakedownEvent", &Maker::Cancel},
      {"modEventAcknowledge", &Maker::Acknowledge},
      {"modEventLabel", &Maker::Label},
      {"modEventReport", &Maker::Report},
      {"modEventResolveAppeal", &Maker::ResolveAppeal},
      {"modEventReverseTakedown", &Maker::ReverseTakedown},
      {"modEventRevokeAccountCredentials", &Maker::RevokeCredentials},
      {"modEventTakedown", &Maker::Takedown},
      {"revokeAccountCredentialsEvent", &Maker::RevokeCredentials},
      {"scheduleTakedownEvent", &Maker::Schedule}};
  const auto* const handler = std::ranges::find(
      kHandlers, event_.type, &std::pair<std::string_view, Handler>::first);
  if (handler != std::end(kHandlers)) {
    (this->*handler->second)();
    return std::move(made_);
  }
  // Labels of older events: whatever the event is, they were applied.
  if (!event_.labels_created.empty()) {
    Label();
    return std::move(made_);
  }
  ++made_.left_out[Printable(event_.type)];
  if (std::ranges::find(kNoDecisions, event_.type) == std::end(kNoDecisions)) {
    made_.warnings.push_back(absl::StrCat(
        "unknown event type ", Quote(event_.type),
        ", left out: a newer version of modlog may know whether it is a "
        "decision"));
  }
  return std::move(made_);
}

}  // namespace

bool IsAppeal(const OzoneEvent& event) {
  return event.type == "modEventReport" && event.report_type == kReasonAppeal;
}

bool MayBeOfAppeal(const OzoneEvent& event) {
  return event.type == "modEventTakedown" || event.type == "modEventLabel" ||
         event.type == "ageAssuranceOverrideEvent" ||
         (event.type == "modEventReverseTakedown" &&
          !event.comment.starts_with(kScheduledReversal));
}

std::string NumberedRole(const std::string& role, size_t number) {
  if (number == 1) return role;
  // "dec-2", "unlab-2": a role has 11 characters at most.
  return absl::StrCat(role == "decided" ? "dec-" : "unlab-", number);
}

std::vector<std::string> OzoneRoles(const OzoneEvent& event) {
  static const std::map<std::string_view, std::vector<std::string>> kRoles = {
      {"cancelScheduledTakedownEvent", {"cancel"}},
      {"modEventLabel", {"unlabel", "label"}},
      {"modEventResolveAppeal", {"decided"}},
      {"modEventReverseTakedown", {"reversal"}},
      {"modEventTakedown", {"takedown"}},
      {"scheduleTakedownEvent", {"schedule"}}};
  if (event.type == "modEventReport") {
    return {IsAppeal(event) ? "appeal" : "notice"};
  }
  const auto at = kRoles.find(event.type);
  return at == kRoles.end() ? std::vector<std::string>() : at->second;
}

OzoneMade MakeOzone(const OzoneMakeInput& input) { return Maker(input).Make(); }

}  // namespace modlog
