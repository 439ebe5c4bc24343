#include "api/import/ozone/ozone.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/days.h"
#include "api/import/dsa_codes.h"
#include "api/import/input/file_tree.h"
#include "api/import/input/input_file.h"
#include "api/import/ozone/ozone_actions.h"
#include "api/import/ozone/ozone_chain.h"
#include "api/import/ozone/ozone_event.h"
#include "api/import/ozone/ozone_make.h"
#include "api/import/ozone/ozone_repair.h"
#include "api/import/ozone/ozone_subjects.h"

namespace modlog {
namespace {

constexpr int64_t kStrikesMax = 1'000;
constexpr size_t kWindow = 4'096;  // events whose entries are asked for at once
// Moments of this import come behind all that the log has.
constexpr uint64_t kFirstOrder = uint64_t{1} << 62;
constexpr uint32_t kNoEvent = UINT32_MAX;

struct Placed {
  const std::string* source;  // of Importer::sources_
  uint64_t line;
  uint64_t number;
  OzoneEvent event;
  uint32_t next = kNoEvent;  // the next event of the same account, in events_
};

class OzoneImport {
 public:
  OzoneImport(const OzoneOptions& options, ImportSink* sink)
      : options_(options),
        sink_(sink),
        subjects_(options.secret, options.find) {}

  Result<ImportTotals> Run();

 private:
  // An entry that the log has of an event, and the action that stands there.
  struct Known {
    std::string puid;
    std::string role;  // empty: on the subject's chain
    LoggedAction logged;
    v1::Action action;
    OzoneLogged* entry = nullptr;  // of the chain
  };

  Result<void> ReadFile(const std::string& path);
  Result<void> SkipTwin(const Placed& first, const Placed& second);
  void LinkAccounts();
  Result<void> LoadWindow(size_t begin);
  Result<void> ImportEvent(const Placed& placed);

  Result<std::vector<Known>> FindKnown(const OzoneEvent& event);
  Result<void> FindByEvent(const OzoneEvent& event, std::vector<Known>* known);
  void FindOnChain(const OzoneEvent& event, std::vector<Known>* known);
  bool IsOfEvent(const OzoneLogged& entry,
                 const std::vector<PrivatePart>& parts) const;

  OzoneMade Make(const Placed& placed);
  void LookAhead(const Placed& placed, OzoneScene* after) const;
  Result<void> ImportNew(const Placed& placed);
  Result<void> ImportKnown(const Placed& placed, std::vector<Known> known);
  Result<void> HandOutKnown(const Placed& placed, const Known& known,
                            const OzoneMade::Item* made);
  Result<v1::Action> Repair(const Placed& placed, const Known& known,
                            const v1::Action& made);
  Result<void> Settle(const Placed& placed, const OzoneMade& made);
  bool IsOlderThanLogged(const OzoneEvent& event);

  // Finish makes an action whole; Emit hands it out and applies it.
  v1::Action Finish(const OzoneEvent& event, const std::string& puid,
                    v1::Action action, std::string* payload) const;
  Result<void> Emit(const Placed& placed, const OzoneMade::Item& item);
  Result<void> HandOut(const Placed& placed, const v1::Action& action,
                       std::string bytes, std::string payload,
                       std::string account);
  void Apply(const Placed& placed, const v1::Action& action);
  OzoneMoment Now(const OzoneEvent& event) const {
    return {order_, event.created_at_s, false};
  }
  Result<void> Refuse(const Placed& placed, std::string member,
                      std::string reason);
  void Warn(const Placed& placed, std::string reason);

  const OzoneOptions& options_;
  ImportSink* const sink_;
  ImportTotals totals_;
  std::vector<Placed> events_;
  std::vector<std::string> sources_;  // names of the files
  OzoneSubjects subjects_;
  uint64_t order_ = kFirstOrder;
  // What the log has under puids of this window's events.
  std::unordered_map<std::string, LoggedAction> by_event_;
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

// From each event to the next one of the same account: records and messages
// are found with it.
void OzoneImport::LinkAccounts() {
  std::unordered_map<std::string_view, uint32_t> next;
  for (size_t i = events_.size(); i-- > 0;) {
    const OzoneEvent& event = events_[i].event;
    const auto [at, is_new] =
        next.try_emplace(event.account.empty() ? event.subject : event.account,
                         static_cast<uint32_t>(i));
    if (is_new) continue;
    events_[i].next = at->second;
    at->second = static_cast<uint32_t>(i);
  }
}

Result<void> OzoneImport::LoadWindow(size_t begin) {
  by_event_.clear();
  std::vector<const OzoneEvent*> window;
  std::vector<std::string> puids;
  const size_t end = std::min(begin + kWindow, events_.size());
  for (size_t i = begin; i < end; ++i) {
    const OzoneEvent& event = events_[i].event;
    window.push_back(&event);
    for (const std::string& role : OzoneRoles(event)) {
      puids.push_back(OzoneEventPuid(options_.secret, event.id, role));
    }
  }
  RETURN_IF_ERROR(subjects_.Load(window));
  if (!options_.find || puids.empty()) return {};
  ASSIGN_OR_RETURN(auto found, options_.find(puids));
  for (size_t i = 0; i < puids.size(); ++i) {
    if (found[i]) by_event_.emplace(std::move(puids[i]), *std::move(found[i]));
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
  LinkAccounts();
  for (size_t i = 0; i < events_.size(); ++i) {
    if (i % kWindow == 0) RETURN_IF_ERROR(LoadWindow(i));
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
  if (auto misfit = Misfit(placed.event, options_.today)) {
    return Refuse(placed, misfit->member, misfit->reason);
  }
  ASSIGN_OR_RETURN(std::vector<Known> known, FindKnown(placed.event));
  return known.empty() ? ImportNew(placed)
                       : ImportKnown(placed, std::move(known));
}

Result<std::vector<OzoneImport::Known>> OzoneImport::FindKnown(
    const OzoneEvent& event) {
  std::vector<Known> known;
  RETURN_IF_ERROR(FindByEvent(event, &known));
  FindOnChain(event, &known);
  return known;
}

// Entries of earlier versions, under the event's number.
Result<void> OzoneImport::FindByEvent(const OzoneEvent& event,
                                      std::vector<Known>* known) {
  const auto add = [&](std::string puid, std::string role,
                       const LoggedAction& logged) -> Result<void> {
    v1::Action action;
    if (!action.ParseFromString(logged.action)) {
      return Fail(Code::kMalformed, "the log's action does not parse");
    }
    known->push_back({std::move(puid), std::move(role), logged, action});
    return {};
  };
  for (const std::string& role : OzoneRoles(event)) {
    std::string puid = OzoneEventPuid(options_.secret, event.id, role);
    const auto at = by_event_.find(puid);
    if (at == by_event_.end()) continue;
    RETURN_IF_ERROR(add(std::move(puid), role, at->second));
    if (role != "decided" && role != "unlabel") continue;
    for (size_t n = 2;; ++n) {
      std::string next = NumberedRole(role, n);
      puid = OzoneEventPuid(options_.secret, event.id, next);
      ASSIGN_OR_RETURN(const auto more, FindOne(options_.find, puid));
      if (!more) break;
      RETURN_IF_ERROR(add(std::move(puid), std::move(next), *more));
    }
  }
  return {};
}

bool OzoneImport::IsOfEvent(const OzoneLogged& entry,
                            const std::vector<PrivatePart>& parts) const {
  const Hash commitment = CommitPayload(options_.secret, options_.platform,
                                        entry.puid, parts, KeepPayload::kNo)
                              .commitment;
  return AsText(commitment) == entry.action.commitment();
}

// The entries of the subject whose commitment is the event's. One that was
// redacted shows none: it is taken for the event's where it follows on what
// the import knows already, and the log then judges whether it is.
void OzoneImport::FindOnChain(const OzoneEvent& event,
                              std::vector<Known>* known) {
  std::vector<OzoneLogged>& chain = subjects_.Find(event)->chain;
  if (chain.empty()) return;
  const std::vector<PrivatePart> parts = OzoneParts(event);
  OzoneLogged* redacted = nullptr;
  bool follows = true;
  for (OzoneLogged& entry : chain) {
    if (entry.consumed) {
      follows = true;
      continue;
    }
    if (entry.logged.action.empty()) {
      if (follows && redacted == nullptr) redacted = &entry;
      follows = false;
      continue;
    }
    follows = false;
    if (IsOfEvent(entry, parts)) {
      entry.consumed = true;
      known->push_back({entry.puid, "", entry.logged, entry.action, &entry});
    } else if (!known->empty()) {
      return;  // entries of one event stand together
    }
  }
  if (known->empty() && redacted != nullptr && !OzoneRoles(event).empty()) {
    redacted->consumed = true;
    known->push_back({redacted->puid, "", redacted->logged, {}, redacted});
  }
}

// What belongs to a decision but comes shortly behind it: acts of the same
// moderator on the subject or on what contains it, up to the next appeal.
void OzoneImport::LookAhead(const Placed& placed, OzoneScene* after) const {
  const OzoneEvent& decided = placed.event;
  const std::vector<std::string> containers = OzoneContainers(decided);
  uint64_t order = order_;
  for (uint32_t at = placed.next; at != kNoEvent; at = events_[at].next) {
    const OzoneEvent& event = events_[at].event;
    if (event.created_at_s > decided.created_at_s + kAppealWindowS) return;
    if (event.subject == decided.subject && IsAppeal(event)) return;
    if (event.id == decided.id || event.created_by != decided.created_by ||
        !MayBeOfAppeal(event)) {
      continue;
    }
    OzoneScene scene;
    if (event.subject == decided.subject) scene = *after;
    const auto container = std::ranges::find(containers, event.subject);
    if (container != containers.end()) {
      scene.subject =
          after
              ->containers[static_cast<size_t>(container - containers.begin())];
    }
    if (scene.subject == nullptr) continue;
    const OzoneMoment now{++order, event.created_at_s, false};
    OzoneMade made = MakeOzone({&event, now, scene, {}, options_.own});
    for (OzoneMade::Item& item : made.items) {
      item.action.set_puid(absl::StrCat("ahead-", ++order));
      ApplyAction(item.action, now, &event, scene);
    }
  }
}

OzoneMade OzoneImport::Make(const Placed& placed) {
  OzoneMakeInput input{&placed.event,
                       Now(placed.event),
                       subjects_.Scene(placed.event),
                       {},
                       options_.own};
  if (placed.event.type != "modEventResolveAppeal" ||
      input.before.subject->appeals.empty()) {
    return MakeOzone(input);
  }
  OzoneState subject = *input.before.subject;
  std::vector<OzoneState> containers;
  for (const OzoneState* state : input.before.containers) {
    containers.push_back(*state);
  }
  input.after.subject = &subject;
  for (OzoneState& state : containers) input.after.containers.push_back(&state);
  LookAhead(placed, &input.after);
  return MakeOzone(input);
}

bool OzoneImport::IsOlderThanLogged(const OzoneEvent& event) {
  const uint32_t day = DayOf(event.created_at_s);
  return std::ranges::any_of(subjects_.Find(event)->chain,
                             [&](const OzoneLogged& entry) {
                               return !entry.consumed && !entry.applied &&
                                      DayOfLogged(entry.action) > day;
                             });
}

Result<void> OzoneImport::ImportNew(const Placed& placed) {
  const OzoneEvent& event = placed.event;
  const bool older = IsOlderThanLogged(event);
  if (!older) subjects_.ApplyLogged(event, UINT64_MAX);
  OzoneMade made = Make(placed);
  if (older && (!made.items.empty() || made.refusal)) {
    return Refuse(placed, "createdAt",
                  "older than entries that the log has of its subject, which "
                  "were made without it: import files in the order of their "
                  "events");
  }
  if (made.refusal) {
    return Refuse(placed, made.refusal->member, made.refusal->reason);
  }
  RETURN_IF_ERROR(Settle(placed, made));
  for (const OzoneMade::Item& item : made.items) {
    RETURN_IF_ERROR(Emit(placed, item));
  }
  return {};
}

// What an event does besides its actions.
Result<void> OzoneImport::Settle(const Placed& placed, const OzoneMade& made) {
  if (!made.items.empty()) ++totals_.items_by_type[placed.event.type];
  for (const auto& [what, count] : made.left_out) {
    totals_.left_out[what] += count;
  }
  for (const std::string& warning : made.warnings) Warn(placed, warning);
  OzoneState* const state = subjects_.Scene(placed.event).subject;
  if (made.lapse) ApplyLapse(state);
  if (made.answered) state->notices.clear();
  return {};
}

// An event that the log has keeps what was logged. What is lacking of it (the
// import was ended in the middle, or an earlier version left it out) is added.
Result<void> OzoneImport::ImportKnown(const Placed& placed,
                                      std::vector<Known> known) {
  subjects_.ApplyLogged(placed.event, known.front().logged.index);
  OzoneMade made = Make(placed);
  made.warnings.clear();  // they were said
  RETURN_IF_ERROR(Settle(placed, made));
  if (made.items.empty()) ++totals_.items_by_type[placed.event.type];
  std::vector<const OzoneMade::Item*> lacking;
  std::vector<const OzoneMade::Item*> of_known(known.size(), nullptr);
  size_t next = 0;
  for (const OzoneMade::Item& item : made.items) {
    // By its role, or on a chain by its place.
    auto at = std::ranges::find(known, item.role, &Known::role);
    if (at == known.end()) {
      while (next < known.size() && !known[next].role.empty()) ++next;
      at = known.begin() + static_cast<ptrdiff_t>(next);
      if (next < known.size()) ++next;
    }
    if (at == known.end()) {
      lacking.push_back(&item);
    } else {
      of_known[static_cast<size_t>(at - known.begin())] = &item;
    }
  }
  for (size_t i = 0; i < known.size(); ++i) {
    RETURN_IF_ERROR(HandOutKnown(placed, known[i], of_known[i]));
    if (known[i].entry == nullptr) continue;
    // Nobody asks for it again, and a long history would stay in memory.
    known[i].entry->action = {};
    known[i].entry->logged.action = {};
  }
  const OzoneSubject& subject = *subjects_.Find(placed.event);
  const OzoneLogged* const last = known.back().entry;
  // Behind a chain that went on, nothing is lacking: what was made then counts.
  if (last != nullptr && last != &subject.chain.back()) return {};
  for (const OzoneMade::Item* item : lacking) {
    RETURN_IF_ERROR(Emit(placed, *item));
  }
  return {};
}

Result<void> OzoneImport::HandOutKnown(const Placed& placed, const Known& known,
                                       const OzoneMade::Item* made) {
  if (known.entry != nullptr) known.entry->applied = true;
  std::string payload;
  v1::Action anew;
  if (made != nullptr) {
    anew = Finish(placed.event, known.puid, made->action, &payload);
  }
  if (known.logged.action
          .empty()) {  // redacted: the log knows whether it is it
    if (made == nullptr) return {};
    RETURN_IF_ERROR(HandOut(placed, anew, anew.SerializeAsString(),
                            std::move(payload), placed.event.account));
    Apply(placed, anew);
    return {};
  }
  if (made != nullptr && (!SameButForState(anew, known.action) ||
                          anew.commitment() != known.action.commitment())) {
    // Another event has this number, or it reads otherwise now: the log tells.
    RETURN_IF_ERROR(HandOut(placed, anew, anew.SerializeAsString(),
                            std::move(payload), placed.event.account));
    Apply(placed, known.action);
    return {};
  }
  RETURN_IF_ERROR(HandOut(placed, known.action, known.logged.action,
                          std::move(payload), ""));
  if (known.logged.is_void) return {};
  v1::Action stands = known.action;
  if (made != nullptr) {
    ASSIGN_OR_RETURN(stands, Repair(placed, known, anew));
  }
  Apply(placed, stands);
  return {};
}

// Returns how the entry should read; counts it, and corrects it where asked.
Result<v1::Action> OzoneImport::Repair(const Placed& placed, const Known& known,
                                       const v1::Action& made) {
  const auto fault = FindOzoneFault(known.action, made,
                                    *subjects_.Scene(placed.event).subject);
  if (!fault) return known.action;
  if (known.logged.corrected) return fault->corrected;
  ++totals_.faults[fault->what];
  if (!options_.repair) return fault->corrected;
  const v1::Action correction =
      MakeOzoneCorrection(options_.secret, fault->corrected);
  ++totals_.repaired;
  RETURN_IF_ERROR(
      HandOut(placed, correction, correction.SerializeAsString(), "", ""));
  return fault->corrected;
}

v1::Action OzoneImport::Finish(const OzoneEvent& event, const std::string& puid,
                               v1::Action action, std::string* payload) const {
  CommittedParts parts = CommitPayload(options_.secret, options_.platform, puid,
                                       OzoneParts(event), options_.keep);
  action.set_puid(puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  action.set_commitment(parts.commitment.data(), parts.commitment.size());
  if (!options_.own) {
    action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    action.set_source_date(DayOf(event.created_at_s));
  }
  *payload = std::move(parts.payload);
  return action;
}

Result<void> OzoneImport::Emit(const Placed& placed,
                               const OzoneMade::Item& item) {
  OzoneSubject* const subject = subjects_.Find(placed.event);
  const std::string puid =
      OzonePuid(options_.secret, placed.event.subject, subject->length++);
  std::string payload;
  const v1::Action action = Finish(placed.event, puid, item.action, &payload);
  RETURN_IF_ERROR(HandOut(placed, action, action.SerializeAsString(),
                          std::move(payload), placed.event.account));
  Apply(placed, action);
  return {};
}

Result<void> OzoneImport::HandOut(const Placed& placed,
                                  const v1::Action& action, std::string bytes,
                                  std::string payload, std::string account) {
  CountAction(action.kind(), &totals_);
  return sink_->OnAction({FormatPlace(Remark(placed, "", "")), action.puid(),
                          std::move(bytes), std::move(payload),
                          std::move(account)});
}

void OzoneImport::Apply(const Placed& placed, const v1::Action& action) {
  ++order_;
  ApplyAction(action, Now(placed.event), &placed.event,
              subjects_.Scene(placed.event));
}

}  // namespace

Result<ImportTotals> ImportOzone(const OzoneOptions& options,
                                 ImportSink* sink) {
  return OzoneImport(options, sink).Run();
}

}  // namespace modlog
