#include "api/import/mastodon/mastodon.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/import/input/file_tree.h"
#include "api/import/mastodon/list_record.h"
#include "api/import/mastodon/mastodon_chain.h"
#include "api/import/mastodon/mastodon_entries.h"
#include "api/import/mastodon/mastodon_list.h"
#include "api/import/mastodon/mastodon_pair.h"

namespace modlog {
namespace {

constexpr char kFalseLiftings[] =
    "liftings of domains that both lists block (a row that could not be read "
    "was taken for vanished)";

// The steps of a change in the form in which the log has them, if it does.
struct Steps {
  std::vector<MakeStep> make;
  StepsFound found;
};

class MastodonImport {
 public:
  MastodonImport(const MastodonOptions& options, ImportSink* sink,
                 ListPair pair, ListRecord record)
      : options_(options),
        sink_(sink),
        pair_(std::move(pair)),
        record_(std::move(record)),
        entries_(options.secret, options.platform, options.keep,
                 pair_.newer().sha256, OlderHex()) {}

  Result<ImportTotals> Run();

 private:
  struct Suspect {
    uint64_t index;  // in the log
    std::string puid;
    std::string void_puid;
    ImportRemark place;
  };

  Result<void> HandRemarks(const DomainList& list, bool is_older);
  Result<std::vector<DomainChain>> Load(std::span<const DomainChange> changes);
  Result<void> ImportVanished(std::span<const DomainChange> vanished);
  Result<void> AskAboutVanished(uint64_t vanished);
  Result<void> ImportChange(const DomainChange& change, DomainChain* chain);
  Result<void> ImportSteps(const DomainChange& change, DomainChain* chain);
  Result<void> EmitAnew(const DomainChange& change, const DomainChain& chain,
                        const std::vector<MakeStep>& steps);
  Result<void> EmitKnown(const DomainChange& change, const DomainChain& chain,
                         const Steps& steps);
  Result<void> Emit(const DomainChange& change, const v1::Action& action);
  Result<void> Void(const Suspect& suspect);
  Result<void> JudgeSuspects();
  Result<void> Refuse(const DomainChange& change, std::string why);

  Steps FindSteps(const DomainChange& change, const DomainChain& chain);
  bool IsNewStep(const DomainChange& change, const DomainChain& chain,
                 const StepsFound& found) const;
  bool IsFalseLifting(const DomainChange& change,
                      const DomainChain& chain) const;
  bool SaysSource(const DomainChange& change, const DomainChain& chain) const;
  std::string Mismatch(const DomainChange& change,
                       const DomainChain& chain) const;

  std::string OlderHex() const {
    return options_.previous.empty() ? "" : FormatHex(pair_.older().sha256);
  }
  void LeaveOut(const char* what) { ++totals_.left_out[what]; }
  void CountItem(const DomainChange& change);
  ImportRemark Place(const DomainChange& change, std::string reason) const;
  void Progress() { sink_->OnProgress(++done_, total_); }

  const MastodonOptions& options_;
  ImportSink* const sink_;
  const ListPair pair_;
  ListRecord record_;
  DomainEntries entries_;
  StepPlace place_;
  ImportTotals totals_;
  uint64_t done_ = 0;
  uint64_t total_ = 0;
  bool added_ = false;  // an entry that the log lacks was handed out
  std::optional<uint64_t> newest_known_;  // index of a step of these two lists
  std::vector<Suspect> suspects_;         // of rows that did not change
  // Stands in for a row that could not be read.
  DomainBlock unread_;
};

Result<void> MastodonImport::HandRemarks(const DomainList& list,
                                         bool is_older) {
  for (const ImportRemark& remark : list.warnings) {
    ++totals_.warnings;
    sink_->OnWarning(remark);
  }
  for (const PassedOver& passed : list.passed_over) {
    ++totals_.passed_over[passed.what];
    sink_->OnPassedOver(passed.remark);
  }
  for (const ImportRemark& remark : list.refused) {
    if (is_older) {
      // No record of this import: it was refused when its own was.
      ++totals_.warnings;
      sink_->OnWarning(remark);
      continue;
    }
    ++totals_.items;
    ++totals_.refused;
    RETURN_IF_ERROR(sink_->OnRefused(remark));
  }
  return {};
}

ImportRemark MastodonImport::Place(const DomainChange& change,
                                   std::string reason) const {
  return {
      Printable(change.newer != nullptr ? options_.file : options_.previous),
      std::move(reason), change.block().line, change.block().row, "domain"};
}

Result<void> MastodonImport::Refuse(const DomainChange& change,
                                    std::string why) {
  ++totals_.refused;
  return sink_->OnRefused(Place(change, std::move(why)));
}

Result<std::vector<DomainChain>> MastodonImport::Load(
    std::span<const DomainChange> changes) {
  std::vector<std::string> keys;
  keys.reserve(changes.size());
  for (const DomainChange& change : changes) {
    keys.push_back(pair_.KeyOf(change.block()));
  }
  return LoadDomainChains(options_.secret, keys, options_.find);
}

Result<ImportTotals> MastodonImport::Run() {
  if (!options_.previous.empty())
    RETURN_IF_ERROR(HandRemarks(pair_.older(), true));
  RETURN_IF_ERROR(HandRemarks(pair_.newer(), false));
  if (!pair_.newer().has_severities) {
    ++totals_.notes
          ["the list, or a row of it, has no severity: taken for "
           "suspend, as Mastodon's own import does"];
  }
  place_ = record_.Place({FormatHex(pair_.newer().sha256),
                          options_.previous.empty() ? "-" : OlderHex()},
                         options_.new_step);
  const std::vector<DomainChange> changes = pair_.Changes();
  total_ = changes.size();
  const std::span<const DomainChange> all(changes);
  const size_t vanished = static_cast<size_t>(
      std::ranges::count(changes, nullptr, &DomainChange::newer));
  RETURN_IF_ERROR(ImportVanished(all.first(vanished)));
  for (size_t first = vanished; first < all.size(); first += kChainWindow) {
    const auto window =
        all.subspan(first, std::min(kChainWindow, all.size() - first));
    ASSIGN_OR_RETURN(std::vector<DomainChain> chains, Load(window));
    for (size_t i = 0; i < window.size(); ++i) {
      RETURN_IF_ERROR(ImportChange(window[i], &chains[i]));
      Progress();
    }
  }
  RETURN_IF_ERROR(JudgeSuspects());
  RETURN_IF_ERROR(record_.Keep(added_));
  return std::move(totals_);
}

void MastodonImport::CountItem(const DomainChange& change) {
  ++totals_.items;
  ++totals_
        .items_by_type[change.newer == nullptr ? "vanished"
                                               : change.newer->severity_name];
  if (change.newer != nullptr && change.newer->has_private_comment) {
    LeaveOut("private comments");
  }
}

// What vanished is looked at as a whole before any of it is logged. The chains
// of all of it are held: there is no window over a question.
Result<void> MastodonImport::ImportVanished(
    std::span<const DomainChange> vanished) {
  ASSIGN_OR_RETURN(std::vector<DomainChain> chains, Load(vanished));
  const bool may_lack = pair_.newer().MayLack();
  uint64_t left = 0;
  uint64_t lifted = 0;
  for (size_t i = 0; i < vanished.size(); ++i) {
    if (vanished[i].newer_unread || IsNoop(vanished[i].older)) continue;
    const Steps steps = FindSteps(vanished[i], chains[i]);
    const bool is_new = steps.found.count == 0 ||
                        IsNewStep(vanished[i], chains[i], steps.found);
    if (!is_new || !SaysSource(vanished[i], chains[i])) continue;
    ++(may_lack ? left : lifted);
  }
  if (left > 0) {
    totals_.notes
        ["domains of the previous list that are missing were left as "
         "they are, because a row that could not be read, or what "
         "comes behind the end, may be theirs: mend the list and "
         "import it with the same --previous"] += left;
  }
  const uint64_t few = std::max<uint64_t>(
      kVanishedFew, pair_.older().blocks.size() / kVanishedShare);
  const bool question = (lifted > few || pair_.newer().blocks.empty()) &&
                        lifted > options_.allow_vanished;
  if (question) RETURN_IF_ERROR(AskAboutVanished(lifted));
  for (size_t i = 0; i < vanished.size(); ++i) {
    if (vanished[i].newer_unread) {
      LeaveOut("domains whose row could not be read");
      if (IsFalseLifting(vanished[i], chains[i])) {
        RETURN_IF_ERROR(ImportChange(vanished[i], &chains[i]));
      }
    } else if (!may_lack && !question) {
      CountItem(vanished[i]);
      RETURN_IF_ERROR(ImportChange(vanished[i], &chains[i]));
    }
    Progress();
  }
  return {};
}

Result<void> MastodonImport::AskAboutVanished(uint64_t vanished) {
  ++totals_.items;
  ++totals_.refused;
  return sink_->OnRefused(
      {Printable(options_.file),
       absl::StrCat(vanished, " of the ", pair_.older().blocks.size(),
                    " domains of the previous list are missing, and none of "
                    "them was logged as lifted: is the list whole? If they "
                    "were lifted, import it again with --allow-vanished ",
                    vanished)});
}

// ImportChange: where the log has a lifting that an earlier version made up,
// that comes first, because what follows is about what is in force.
Result<void> MastodonImport::ImportChange(const DomainChange& change,
                                          DomainChain* chain) {
  if (change.newer != nullptr) CountItem(change);
  if (!IsFalseLifting(change, *chain)) return ImportSteps(change, chain);
  const Steps steps = FindSteps(change, *chain);
  const DomainChain::Entry* const lifting = chain->newest();
  const std::string puid = lifting->puid;
  Suspect suspect{.index = lifting->index,
                  .puid = puid,
                  .void_puid = {},
                  .place = Place(change, "")};
  if (steps.found.count > 0) return ImportSteps(change, chain);
  const size_t number = chain->VoidNewest();
  suspect.void_puid = chain->PuidOf(number, "void");
  if (steps.make.empty() || change.newer_unread) {
    // Nothing else is to be logged: whether the lifting came after these two
    // lists is known when all rows were looked at.
    suspects_.push_back(std::move(suspect));
    if (!change.newer_unread) LeaveOut("unchanged rows");
    return {};
  }
  if (!options_.repair) {
    ++totals_.faults[kFalseLiftings];
    return Refuse(change,
                  "the log's newest entry of the domain is a lifting that an "
                  "earlier version made of a row it could not read; import "
                  "with --repair");
  }
  RETURN_IF_ERROR(Void(suspect));
  return ImportSteps(change, chain);
}

Result<void> MastodonImport::Void(const Suspect& suspect) {
  ++totals_.faults[kFalseLiftings];
  if (!options_.repair) return {};
  const v1::Action action = entries_.VoidOf(suspect.void_puid, suspect.puid);
  ++totals_.repaired;
  added_ = true;
  CountAction(action.kind(), &totals_);
  return sink_->OnAction(
      {FormatPlace(suspect.place), action.puid(), action.SerializeAsString()});
}

// A lifting behind an entry that these two lists made came after them: they are
// imported a second time, and it is none of their business.
Result<void> MastodonImport::JudgeSuspects() {
  for (const Suspect& suspect : suspects_) {
    if (newest_known_ && suspect.index > *newest_known_) continue;
    RETURN_IF_ERROR(Void(suspect));
  }
  return {};
}

// Only what the form of the first version bears can be such a lifting. Both
// lists have the domain, so nothing vanished between them.
bool MastodonImport::IsFalseLifting(const DomainChange& change,
                                    const DomainChain& chain) const {
  const DomainChain::Entry* const newest = chain.newest();
  if (newest == nullptr || newest->kind != v1::KIND_REVERSAL ||
      !newest->has_regime || options_.previous.empty() || !place_.newest) {
    return false;
  }
  const bool was = !IsNoop(change.older) || change.older_unread;
  const bool is = !IsNoop(change.newer) || change.newer_unread;
  return was && is;
}

Steps MastodonImport::FindSteps(const DomainChange& change,
                                const DomainChain& chain) {
  const DomainBlock* const newer = change.newer;
  const DomainBlock* older = change.older;
  if (change.newer_unread) return {};
  if (change.older_unread) {
    // What the log says stands in for what the list said.
    unread_ = *newer;
    const DomainState state = chain.state();
    if (state == StateOf(*newer)) return {};
    if (IsInForce(state)) {
      unread_.severity = state == DomainState::kSuspend
                             ? BlockSeverity::kSuspend
                             : BlockSeverity::kSilence;
      unread_.severity_name.clear();
      older = &unread_;
    }
  }
  Steps steps;
  steps.make = entries_.StepsOf(older, newer, LiftingForm::kNow);
  if (steps.make.empty()) return steps;
  steps.found = chain.Find(steps.make);
  if (steps.found.count > 0 || older == nullptr) return steps;
  // What the first version logged is known.
  std::vector<MakeStep> first =
      entries_.StepsOf(older, newer, LiftingForm::kFirst);
  const StepsFound found = chain.Find(first);
  if (found.count == 0) return steps;
  return {.make = std::move(first), .found = found};
}

bool MastodonImport::SaysSource(const DomainChange& change,
                                const DomainChain& chain) const {
  if (change.older_unread) return true;
  const DomainState state = chain.state();
  if (IsNoop(change.older) &&
      (state == DomainState::kNothing || state == DomainState::kNoop)) {
    return true;
  }
  return change.older != nullptr && state == StateOf(*change.older);
}

// Whether steps that the log has are to be logged once more.
bool MastodonImport::IsNewStep(const DomainChange& change,
                               const DomainChain& chain,
                               const StepsFound& found) const {
  if (found.newest || options_.previous.empty() || !SaysSource(change, chain)) {
    return false;
  }
  if (place_.again || place_.from_start) return found.count < place_.count;
  return true;
}

Result<void> MastodonImport::ImportSteps(const DomainChange& change,
                                         DomainChain* chain) {
  const Steps steps = FindSteps(change, *chain);
  if (steps.make.empty()) {
    if (change.newer == nullptr) {
      LeaveOut("noop rows that vanished");
    } else if (change.older == nullptr) {
      LeaveOut("rows that say what the log's newest entry of the domain says");
    } else {
      LeaveOut(change.older->public_comment == change.newer->public_comment
                   ? "unchanged rows"
                   : "rows in which only the comment changed");
    }
    return {};
  }
  if (steps.found.count > 0 && !IsNewStep(change, *chain, steps.found)) {
    return EmitKnown(change, *chain, steps);
  }
  const bool fits =
      options_.previous.empty() ? chain->empty() : SaysSource(change, *chain);
  if (fits) return EmitAnew(change, *chain, steps.make);
  const DomainState target =
      change.newer == nullptr ? DomainState::kNothing : StateOf(*change.newer);
  if (chain->state() == target &&
      (!chain->empty() || change.newer == nullptr)) {
    LeaveOut(change.newer == nullptr
                 ? "vanished domains of which the log has no block"
                 : "rows that say what the log's newest entry of the domain "
                   "says");
    return {};
  }
  return Refuse(change, Mismatch(change, *chain));
}

std::string MastodonImport::Mismatch(const DomainChange& change,
                                     const DomainChain& chain) const {
  if (options_.previous.empty()) {
    return absl::StrCat(
        "the log has other entries of this domain, of which the newest says ",
        DomainStateName(chain.state()),
        "; give the list imported before as --previous");
  }
  const DomainState said =
      change.older == nullptr ? DomainState::kNothing : StateOf(*change.older);
  return absl::StrCat("the previous list says ", DomainStateName(said),
                      " and the log's newest entry of the domain ",
                      DomainStateName(chain.state()),
                      "; import the lists in their order");
}

Result<void> MastodonImport::EmitAnew(const DomainChange& change,
                                      const DomainChain& chain,
                                      const std::vector<MakeStep>& steps) {
  added_ = true;
  entries_.ForgetPayloads();
  for (const v1::Action& action : chain.Make(steps, chain.size())) {
    RETURN_IF_ERROR(Emit(change, action));
  }
  return {};
}

// What the log has is handed out nevertheless, to be answered as known: it
// counts what a second run found. What an import broken off lacks is new.
Result<void> MastodonImport::EmitKnown(const DomainChange& change,
                                       const DomainChain& chain,
                                       const Steps& steps) {
  size_t number = *steps.found.last;
  entries_.ForgetPayloads();
  for (const v1::Action& action : chain.Make(steps.make, number)) {
    if (number >= chain.size()) {
      added_ = true;
    } else {
      const DomainChain::Entry& logged = chain.entry(number);
      newest_known_ = std::max(newest_known_.value_or(0), logged.index);
      // About what was in force then, and is not: nothing to add to it.
      if (logged.action != action.SerializeAsString()) return {};
    }
    RETURN_IF_ERROR(Emit(change, action));
    ++number;
  }
  return {};
}

Result<void> MastodonImport::Emit(const DomainChange& change,
                                  const v1::Action& action) {
  CountAction(action.kind(), &totals_);
  // No maps and nothing unknown in it: protobuf writes it canonically.
  return sink_->OnAction({FormatPlace(Place(change, "")), action.puid(),
                          action.SerializeAsString(),
                          entries_.TakePayload(action.puid())});
}

}  // namespace

Result<ImportTotals> ImportMastodon(const MastodonOptions& options,
                                    ImportSink* sink) {
  ASSIGN_OR_RETURN(ListPair pair,
                   ListPair::Read(options.previous, options.file));
  ASSIGN_OR_RETURN(ListRecord record,
                   ListRecord::Read(options.record, options.platform));
  return MastodonImport(options, sink, std::move(pair), std::move(record))
      .Run();
}

}  // namespace modlog
