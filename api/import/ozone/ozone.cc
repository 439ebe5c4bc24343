#include "api/import/ozone/ozone.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/file_tree.h"
#include "api/import/input/input_file.h"
#include "api/import/ozone/ozone_actions.h"
#include "api/import/ozone/ozone_event.h"
#include "api/import/ozone/ozone_reasons.h"
#include "api/import/puid.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

constexpr int64_t kStrikesMax = 1'000;
constexpr size_t kCausesMax = 4;
// What Ozone writes when it ends a takedown whose hours are over.
constexpr std::string_view kScheduledReversal = "[SCHEDULED_REVERSAL]";

struct Placed {
  const std::string* source;  // of Importer::sources_
  uint64_t line;
  uint64_t number;
  OzoneEvent event;
};

struct Takedown {
  std::string puid;
  uint32_t end;  // last day; 0: none
  bool reversed = false;
};
struct LabelAction {
  std::string puid;
  std::set<std::string> labels;  // still standing
};
// What stands of one subject before an event.
struct SubjectState {
  std::optional<Takedown> takedown;
  std::optional<std::string> schedule;
  std::vector<std::string> appeals;  // undecided
  std::vector<std::string> notices;  // since the newest takedown; the newest 4
  std::vector<LabelAction> labels;
  std::optional<std::string> appeal_decided;
  bool appealed = false;  // against the newest takedown
};

class OzoneImport {
 public:
  OzoneImport(const OzoneOptions& options, ImportSink* sink)
      : options_(options), sink_(sink) {}

  Result<ImportTotals> Run();

 private:
  Result<void> ReadFile(const std::string& path);
  Result<void> SkipTwin(const Placed& first, const Placed& second);
  Result<void> ImportEvent(const Placed& placed);
  Result<void> Dispatch(const Placed& placed);
  Result<void> ImportReport(const Placed& placed, SubjectState* state);
  Result<void> ImportAppeal(const Placed& placed, SubjectState* state);
  Result<void> ImportTakedown(const Placed& placed, SubjectState* state);
  Result<void> ImportReversal(const Placed& placed, SubjectState* state);
  Result<void> ImportDecision(const Placed& placed, SubjectState* state);
  Result<void> ImportLabels(const Placed& placed, SubjectState* state);
  Result<void> ImportNegation(const Placed& placed, SubjectState* state);
  Result<void> ImportSchedule(const Placed& placed, SubjectState* state);
  Result<void> ImportCancel(const Placed& placed, SubjectState* state);

  // Emit finishes an action, hands it out and returns its puid.
  Result<std::string> Emit(const Placed& placed, const std::string& role,
                           v1::Action action);
  Result<void> Refuse(const Placed& placed, std::string member,
                      std::string reason);
  void Warn(const Placed& placed, std::string reason);
  // Unlinked: whether what it should be about is missing and it may stand so.
  Result<bool> MayStandAlone(const Placed& placed, const char* missing);
  bool InForce(const SubjectState& state, const OzoneEvent& event) const;

  const OzoneOptions& options_;
  ImportSink* const sink_;
  ImportTotals totals_;
  std::vector<Placed> events_;
  std::vector<std::string> sources_;  // names of the files
  std::unordered_map<std::string, SubjectState> subjects_;
};

ImportRemark Remark(const Placed& placed, std::string member,
                    std::string reason) {
  return {*placed.source, std::move(reason), placed.line, placed.number,
          std::move(member)};
}

Result<void> OzoneImport::Refuse(const Placed& placed, std::string member,
                                 std::string reason) {
  ++totals_.refused;
  return sink_->OnRefused(Remark(placed, std::move(member), std::move(reason)));
}

void OzoneImport::Warn(const Placed& placed, std::string reason) {
  ++totals_.warnings;
  sink_->OnWarning(Remark(placed, "", std::move(reason)));
}

Result<void> OzoneImport::ReadFile(const std::string& path) {
  const std::string* const source =
      &sources_.emplace_back(Printable(path));  // reserved: stays in place
  ASSIGN_OR_RETURN(const std::string text, ReadInput(path, kOzoneFileSizeMax));
  const auto keep = [&](OzoneItem item) -> Result<void> {
    if (item.event) {
      if (events_.size() == kOzoneEventsMax) {
        return Fail(Code::kTooLarge,
                    absl::StrCat("more than ", kOzoneEventsMax,
                                 " events; import the older ones first"));
      }
      events_.push_back(
          {source, item.line, item.number, *std::move(item.event)});
      return {};
    }
    ++totals_.items;
    ++totals_.refused;
    return sink_->OnRefused({*source, item.event.error().reason, item.line,
                             item.number, item.event.error().member});
  };
  if (auto read = ReadOzone(text, keep); !read) {
    return Prefixed(*source, read.error());
  }
  return {};
}

Result<ImportTotals> OzoneImport::Run() {
  sources_.reserve(options_.files.size());
  for (const std::string& file : options_.files) {
    RETURN_IF_ERROR(ReadFile(file));
  }
  std::ranges::stable_sort(
      events_, {}, [](const Placed& placed) { return placed.event.id; });
  for (size_t i = 0; i < events_.size(); ++i) {
    // Two exports of one log overlap.
    if (i > 0 && events_[i].event.id == events_[i - 1].event.id) {
      RETURN_IF_ERROR(SkipTwin(events_[i - 1], events_[i]));
      continue;
    }
    RETURN_IF_ERROR(ImportEvent(events_[i]));
    sink_->OnProgress(i + 1, events_.size());
  }
  return std::move(totals_);
}

Result<void> OzoneImport::SkipTwin(const Placed& first, const Placed& second) {
  ++totals_.items;
  if (first.event.type == second.event.type &&
      first.event.subject == second.event.subject &&
      first.event.created_at_s == second.event.created_at_s) {
    ++totals_.left_out["events given twice"];
    return {};
  }
  return Refuse(second, "id",
                absl::StrCat("another event with this number is in ",
                             FormatPlace(Remark(first, "", "")), ", event ",
                             first.number));
}

// Why the event's numbers cannot stand in an action, or nothing.
std::optional<OzoneError> Misfit(const OzoneEvent& event, uint32_t today) {
  const uint32_t day = DayOf(event.created_at_s);
  if (day < kEntryDayMin) return OzoneError{"createdAt", "before 2000-01-01"};
  if (day > today + 1) return OzoneError{"createdAt", "in the future"};
  if (EndDayOf(event) > kEntryDayMax) {
    return OzoneError{"event.durationInHours", "ends after 2038-01-01"};
  }
  if (event.strikes > kStrikesMax) {
    return OzoneError{
        "event.strikeCount",
        absl::StrCat("got ", event.strikes, ", want at most ", kStrikesMax)};
  }
  for (const auto& [member, time] :
       {std::pair{"event.executeAt", event.execute_at_s},
        {"event.strikeExpiresAt", event.strikes_expire_s}}) {
    if (!time) continue;
    if (DayOf(*time) < kEntryDayMin || DayOf(*time) > kEntryDayMax) {
      return OzoneError{member, "not between 2000-01-01 and 2038-01-01"};
    }
  }
  return std::nullopt;
}

Result<void> OzoneImport::ImportEvent(const Placed& placed) {
  ++totals_.items;
  const OzoneEvent& event = placed.event;
  if (auto misfit = Misfit(event, options_.today)) {
    return Refuse(placed, misfit->member, misfit->reason);
  }
  return Dispatch(placed);
}

Result<void> OzoneImport::Dispatch(const Placed& placed) {
  using Import = Result<void> (OzoneImport::*)(const Placed&, SubjectState*);
  static constexpr std::pair<std::string_view, Import> kImports[] = {
      {"modEventReport", &OzoneImport::ImportReport},
      {"modEventTakedown", &OzoneImport::ImportTakedown},
      {"modEventReverseTakedown", &OzoneImport::ImportReversal},
      {"modEventResolveAppeal", &OzoneImport::ImportDecision},
      {"modEventLabel", &OzoneImport::ImportLabels},
      {"scheduleTakedownEvent", &OzoneImport::ImportSchedule},
      {"cancelScheduledTakedownEvent", &OzoneImport::ImportCancel}};
  const auto* const import = std::ranges::find(
      kImports, placed.event.type, &std::pair<std::string_view, Import>::first);
  if (import == std::end(kImports)) {
    ++totals_.left_out[Printable(placed.event.type)];
    return {};
  }
  ++totals_.items_by_type[placed.event.type];
  return (this->*import->second)(placed, &subjects_[placed.event.subject]);
}

Result<std::string> OzoneImport::Emit(const Placed& placed,
                                      const std::string& role,
                                      v1::Action action) {
  const OzoneEvent& event = placed.event;
  std::string puid = DerivePuid(
      options_.secret, absl::StrCat("ozone/", event.id), Sha256(Bytes()), role);
  CommittedParts parts = CommitPayload(options_.secret, options_.platform, puid,
                                       OzoneParts(event), options_.keep);
  action.set_puid(puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  action.set_commitment(parts.commitment.data(), parts.commitment.size());
  if (!options_.own) {
    action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    action.set_source_date(DayOf(event.created_at_s));
  }
  CountAction(action.kind(), &totals_);
  RETURN_IF_ERROR(sink_->OnAction(
      {FormatPlace(Remark(placed, "", "")), puid, action.SerializeAsString(),
       std::move(parts.payload), OzoneAccount(event)}));
  return puid;
}

Result<bool> OzoneImport::MayStandAlone(const Placed& placed,
                                        const char* missing) {
  const std::string reason =
      absl::StrCat("no ", missing, " of the same subject before it");
  if (options_.own) {
    RETURN_IF_ERROR(Refuse(placed, "subject", reason));
    return false;
  }
  Warn(placed, "unlinked: " + reason);
  return true;
}

bool OzoneImport::InForce(const SubjectState& state,
                          const OzoneEvent& event) const {
  return state.takedown && !state.takedown->reversed &&
         (state.takedown->end == 0 ||
          state.takedown->end >= DayOf(event.created_at_s));
}

Result<void> OzoneImport::ImportReport(const Placed& placed,
                                       SubjectState* state) {
  if (placed.event.report_type == kReasonAppeal) {
    return ImportAppeal(placed, state);
  }
  if (FindReportReason(placed.event.report_type) == nullptr) {
    Warn(placed,
         absl::StrCat("unknown reason ", Quote(placed.event.report_type),
                      ", kept by its name"));
  }
  ASSIGN_OR_RETURN(std::string puid,
                   Emit(placed, "notice", OzoneNotice(placed.event)));
  state->notices.push_back(std::move(puid));
  if (state->notices.size() > kCausesMax) {
    state->notices.erase(state->notices.begin());
  }
  return {};
}

Result<void> OzoneImport::ImportAppeal(const Placed& placed,
                                       SubjectState* state) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_FILED);
  if (state->takedown) {
    action.add_about(state->takedown->puid);
  } else {
    ASSIGN_OR_RETURN(const bool alone, MayStandAlone(placed, "takedown"));
    if (!alone) return {};
  }
  ASSIGN_OR_RETURN(std::string puid, Emit(placed, "appeal", action));
  state->appeals.push_back(std::move(puid));
  state->appealed = true;
  return {};
}

Result<void> OzoneImport::ImportTakedown(const Placed& placed,
                                         SubjectState* state) {
  v1::Action action = OzoneTakedown(placed.event);
  if (InForce(*state, placed.event)) {
    action.set_kind(v1::KIND_MODIFICATION);
    action.add_about(state->takedown->puid);
  } else {
    if (state->schedule) action.add_about(*state->schedule);
    std::ranges::sort(state->notices);
    for (const std::string& notice : state->notices) action.add_cause(notice);
  }
  ASSIGN_OR_RETURN(std::string puid, Emit(placed, "takedown", action));
  state->takedown = {std::move(puid), EndDayOf(placed.event)};
  state->schedule.reset();
  state->notices.clear();
  state->appealed = false;
  state->appeal_decided.reset();
  return {};
}

Result<void> OzoneImport::ImportReversal(const Placed& placed,
                                         SubjectState* state) {
  if (placed.event.comment.starts_with(kScheduledReversal)) {
    ++totals_.left_out["ends that were logged with their takedown"];
    if (state->takedown) state->takedown->reversed = true;
    return {};
  }
  v1::Action action;
  action.set_kind(v1::KIND_REVERSAL);
  action.set_extent(v1::EXTENT_FULL);
  action.set_application_date(DayOf(placed.event.created_at_s));
  action.set_reversal_cause(state->appealed ? v1::CAUSE_APPEAL
                                            : v1::CAUSE_OWN_REVIEW);
  if (state->takedown && !state->takedown->reversed) {
    action.add_about(state->takedown->puid);
    state->takedown->reversed = true;
    if (state->appeal_decided) action.add_cause(*state->appeal_decided);
  } else {
    ASSIGN_OR_RETURN(const bool alone,
                     MayStandAlone(placed, "takedown in force"));
    if (!alone) return {};
  }
  RETURN_IF_ERROR(Emit(placed, "reversal", action));
  return {};
}

Result<void> OzoneImport::ImportDecision(const Placed& placed,
                                         SubjectState* state) {
  v1::Action action;
  action.set_kind(v1::KIND_APPEAL_DECIDED);
  const bool reversed = state->takedown && state->takedown->reversed;
  action.set_outcome(reversed ? v1::OUTCOME_REVERSED : v1::OUTCOME_UPHELD);
  action.set_application_date(DayOf(placed.event.created_at_s));
  if (state->appeals.empty()) {
    ASSIGN_OR_RETURN(const bool alone, MayStandAlone(placed, "appeal"));
    if (!alone) return {};
    RETURN_IF_ERROR(Emit(placed, "decided", action));
    return {};
  }
  // One event decides all that are open.
  for (size_t i = 0; i < state->appeals.size(); ++i) {
    v1::Action decided = action;
    decided.add_about(state->appeals[i]);
    const std::string role = i == 0 ? "decided" : absl::StrCat("dec-", i + 1);
    ASSIGN_OR_RETURN(state->appeal_decided, Emit(placed, role, decided));
  }
  state->appeals.clear();
  return {};
}

Result<void> OzoneImport::ImportLabels(const Placed& placed,
                                       SubjectState* state) {
  RETURN_IF_ERROR(ImportNegation(placed, state));
  if (placed.event.labels_created.empty()) return {};
  ASSIGN_OR_RETURN(std::string puid,
                   Emit(placed, "label", OzoneLabels(placed.event)));
  state->labels.push_back({std::move(puid),
                           {placed.event.labels_created.begin(),
                            placed.event.labels_created.end()}});
  return {};
}

Result<void> OzoneImport::ImportNegation(const Placed& placed,
                                         SubjectState* state) {
  size_t made = 0;
  size_t found = 0;
  for (LabelAction& labelled : state->labels) {
    size_t ended = 0;
    for (const std::string& label : placed.event.labels_negated) {
      ended += labelled.labels.erase(label);
    }
    if (ended == 0) continue;
    found += ended;
    v1::Action action;
    action.set_kind(v1::KIND_REVERSAL);
    action.add_about(labelled.puid);
    action.set_extent(labelled.labels.empty() ? v1::EXTENT_FULL
                                              : v1::EXTENT_PARTIAL);
    action.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
    action.set_application_date(DayOf(placed.event.created_at_s));
    const std::string role =
        ++made == 1 ? "unlabel" : absl::StrCat("unlab-", made);
    RETURN_IF_ERROR(Emit(placed, role, action));
  }
  std::erase_if(state->labels, [](const LabelAction& labelled) {
    return labelled.labels.empty();
  });
  if (found < placed.event.labels_negated.size()) {
    totals_.left_out["negations of labels that no event here applied"] +=
        placed.event.labels_negated.size() - found;
  }
  return {};
}

Result<void> OzoneImport::ImportSchedule(const Placed& placed,
                                         SubjectState* state) {
  if (!placed.event.execute_at_s) {
    return Refuse(placed, "event.executeAt", "missing, as is executeAfter");
  }
  ASSIGN_OR_RETURN(state->schedule,
                   Emit(placed, "schedule", OzoneScheduled(placed.event)));
  return {};
}

Result<void> OzoneImport::ImportCancel(const Placed& placed,
                                       SubjectState* state) {
  if (!state->schedule) {
    return Refuse(placed, "subject",
                  "no scheduled takedown of the same subject before it");
  }
  v1::Action action;
  action.set_kind(v1::KIND_SCHEDULE_CANCELLED);
  action.add_about(*state->schedule);
  state->schedule.reset();
  RETURN_IF_ERROR(Emit(placed, "cancel", action));
  return {};
}

}  // namespace

Result<ImportTotals> ImportOzone(const OzoneOptions& options,
                                 ImportSink* sink) {
  return OzoneImport(options, sink).Run();
}

}  // namespace modlog
