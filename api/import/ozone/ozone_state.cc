#include "api/import/ozone/ozone_state.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "api/import/days.h"
#include "api/import/ozone/ozone_actions.h"

namespace modlog {
namespace {

constexpr size_t kNoticesMax = 4;  // causes of an action
constexpr size_t kNewestMax = 32;  // decisions, changes
using What = OzoneChange::What;

template <typename T>
void PushNewest(T item, size_t max, std::vector<T>* list) {
  list->push_back(std::move(item));
  if (list->size() > max) list->erase(list->begin());
}

std::set<int> CodesOf(const v1::Action& action) {
  constexpr int kKeywords = 1'000;
  std::set<int> codes = {action.category()};
  codes.insert(action.more_categories().begin(),
               action.more_categories().end());
  for (const int keyword : action.keywords()) codes.insert(kKeywords + keyword);
  return codes;
}

std::set<int> CodesOf(const std::vector<std::string>& labels) {
  OzoneEvent event;
  event.labels_created = labels;
  return CodesOf(OzoneLabels(event));
}

OzoneMeasureType TypeOf(const v1::Action& action) {
  if (std::ranges::find(action.visibility(), v1::VISIBILITY_CONTENT_LABELLED) !=
      action.visibility().end()) {
    return OzoneMeasureType::kLabel;
  }
  if (action.provision() != v1::PROVISION_UNSPECIFIED) {
    return OzoneMeasureType::kAge;
  }
  return action.account() == v1::ACCOUNT_DECISION_UNLISTED
             ? OzoneMeasureType::kCredentials
             : OzoneMeasureType::kTakedown;
}

int RankOf(const v1::Action& action, OzoneMeasureType type) {
  if (type != OzoneMeasureType::kTakedown) return 1;
  if (action.account() == v1::ACCOUNT_DECISION_TERMINATED) return 4;
  return action.end_account() == 0 && action.end_visibility() == 0 ? 3 : 2;
}

OzoneMeasure MeasureOf(const v1::Action& action, const OzoneMoment& when,
                       const OzoneEvent* event) {
  OzoneMeasure measure;
  measure.puid = action.puid();
  measure.type = TypeOf(action);
  measure.rank = RankOf(action, measure.type);
  measure.order = when.order;
  measure.end = std::max(action.end_account(), action.end_visibility());
  if (measure.type != OzoneMeasureType::kLabel) return measure;
  measure.codes = CodesOf(action);
  if (event != nullptr) {
    measure.labels_known = true;
    measure.labels.insert(event->labels_created.begin(),
                          event->labels_created.end());
  }
  return measure;
}

bool IsMilder(const OzoneMeasure& now, const OzoneMeasure& before) {
  if (now.rank != before.rank) return now.rank < before.rank;
  return now.end != 0 && (before.end == 0 || now.end < before.end);
}

void End(std::vector<OzoneMeasure>::iterator at, OzoneState* state) {
  state->ended = std::move(*at);
  state->measures.erase(at);
}

auto FindMeasure(OzoneState* state, const std::string& puid) {
  return std::ranges::find(state->measures, puid, &OzoneMeasure::puid);
}

void ApplyMeasure(const v1::Action& action, const OzoneMoment& when,
                  const OzoneEvent* event, OzoneState* state) {
  OzoneMeasure measure = MeasureOf(action, when, event);
  OzoneChange change{What::kAdded, measure.puid, when.order, measure.rank,
                     when};
  if (action.kind() == v1::KIND_MODIFICATION && action.about_size() > 0) {
    const auto before = FindMeasure(state, action.about(0));
    if (before != state->measures.end()) {
      if (IsMilder(measure, *before)) {
        change = {What::kMilder, before->puid, before->order, 0, when};
      }
      End(before, state);
    }
  } else if (measure.type == OzoneMeasureType::kTakedown) {
    // Those before it are over: else it would be a modification.
    for (auto at = state->measures.begin(); at != state->measures.end();) {
      at = at->type == OzoneMeasureType::kTakedown ? state->measures.erase(at)
                                                   : at + 1;
    }
  }
  PushNewest(std::move(change), kNewestMax, &state->changes);
  state->measures.push_back(std::move(measure));
  state->notices.clear();
  if (action.kind() == v1::KIND_ACTION && action.about_size() > 0) {
    state->schedule.reset();
  }
}

void ApplyReversal(const v1::Action& action, const OzoneMoment& when,
                   const OzoneEvent* event, OzoneState* state) {
  if (action.about_size() == 0) return;
  const auto at = FindMeasure(state, action.about(0));
  if (at == state->measures.end()) return;
  const bool full = action.extent() != v1::EXTENT_PARTIAL;
  PushNewest(OzoneChange{full ? What::kEnded : What::kEndedInPart, at->puid,
                         at->order, 0, when},
             kNewestMax, &state->changes);
  if (full) return End(at, state);
  if (event == nullptr) {
    at->labels_known = false;
    return;
  }
  for (const std::string& label : event->labels_negated) {
    at->labels.erase(label);
  }
}

void ApplyDecision(const v1::Action& action, const OzoneMoment& when,
                   const OzoneScene& scene) {
  if (action.about_size() == 0) return;
  std::vector<OzoneAppeal>& appeals = scene.subject->appeals;
  const auto at =
      std::ranges::find(appeals, action.about(0), &OzoneAppeal::puid);
  if (at == appeals.end()) return;
  const OzoneDecision decision{action.puid(), at->about, action.outcome(),
                               when};
  appeals.erase(at);
  PushNewest(decision, kNewestMax, &scene.subject->decisions);
  for (OzoneState* container : scene.containers) {
    const size_t gone = std::erase_if(
        container->appeals_within,
        [&](const auto& appeal) { return appeal.puid == action.about(0); });
    if (gone > 0) PushNewest(decision, kNewestMax, &container->decisions);
  }
}

const OzoneMeasure* NewestInForce(const OzoneState& state, uint32_t day) {
  for (auto at = state.measures.rbegin(); at != state.measures.rend(); ++at) {
    if (InForce(*at, day)) return &*at;
  }
  return nullptr;
}

const OzoneMeasure* NewestOver(const OzoneState& state) {
  const OzoneMeasure* newest =
      state.measures.empty() ? nullptr : &state.measures.back();
  if (state.ended &&
      (newest == nullptr || newest->order < state.ended->order)) {
    newest = &*state.ended;
  }
  return newest;
}

bool Within(const OzoneMoment& one, const OzoneMoment& other) {
  if (one.day_only || other.day_only) {
    return DayOf(one.time_s) == DayOf(other.time_s);
  }
  return std::abs(one.time_s - other.time_s) <= kAppealWindowS;
}

// What was done to the measures that an appeal may have been about.
struct Review {
  const OzoneChange* ended = nullptr;  // the measure itself, in full
  bool in_part = false;                // it in part, or another one beside it
};

void ReviewChanges(const OzoneAppeal& appeal, const OzoneState& state,
                   Review* review) {
  for (const OzoneChange& change : state.changes) {
    if (change.when.order < appeal.filed.order || change.what == What::kAdded) {
      continue;
    }
    const bool its_own = appeal.about.empty() || change.puid == appeal.about;
    if (its_own && change.what == What::kEnded) {
      review->ended = &change;
    } else if (its_own || change.order < appeal.filed.order) {
      review->in_part = true;
    }
  }
}

// The measure that took the place of the one that ended, or null.
const OzoneChange* FindReplacement(const OzoneAppeal& appeal,
                                   const OzoneState& state,
                                   const OzoneChange& ended) {
  const auto is_it = [&](const OzoneChange& change) {
    return change.what == What::kAdded &&
           change.when.order >= appeal.filed.order &&
           Within(change.when, ended.when) &&
           std::ranges::find(state.measures, change.puid,
                             &OzoneMeasure::puid) != state.measures.end();
  };
  const auto at = std::ranges::find_if(state.changes, is_it);
  return at == state.changes.end() ? nullptr : &*at;
}

// Labels known by their codes alone. `rest` loses what was found.
void FindByCodes(const OzoneState& state, std::vector<std::string>* rest,
                 NegatedLabels* negated) {
  std::vector<const OzoneMeasure*> unknown;
  for (const OzoneMeasure& measure : state.measures) {
    if (measure.type == OzoneMeasureType::kLabel && !measure.labels_known) {
      unknown.push_back(&measure);
    }
  }
  const auto take = [&](const std::vector<std::string>& values, bool full) {
    const std::set<int> codes = CodesOf(values);
    const auto fits = [&](const OzoneMeasure* measure) {
      return full ? measure->codes == codes
                  : std::ranges::includes(measure->codes, codes);
    };
    if (std::ranges::count_if(unknown, fits) != 1) return false;
    const auto at = std::ranges::find_if(unknown, fits);
    negated->hits.push_back({(*at)->puid, full});
    unknown.erase(at);
    return true;
  };
  if (rest->empty() || unknown.empty()) return;
  if (take(*rest, /*full=*/true)) return rest->clear();
  std::erase_if(*rest, [&](const std::string& value) {
    return take({value}, /*full=*/true);
  });
  if (!rest->empty() && unknown.size() == 1 && take(*rest, /*full=*/false)) {
    rest->clear();
  }
}

}  // namespace

bool InForce(const OzoneMeasure& measure, uint32_t day) {
  return measure.end == 0 || measure.end >= day;
}

const OzoneMeasure* TakedownOf(const OzoneState& state) {
  for (auto at = state.measures.rbegin(); at != state.measures.rend(); ++at) {
    if (at->type == OzoneMeasureType::kTakedown) return &*at;
  }
  return nullptr;
}

const OzoneMeasure* AppealedMeasure(const OzoneScene& scene, uint32_t day) {
  std::vector<const OzoneState*> states = {scene.subject};
  states.insert(states.end(), scene.containers.begin(), scene.containers.end());
  for (const OzoneState* state : states) {
    if (const auto* measure = NewestInForce(*state, day)) return measure;
  }
  for (const OzoneState* state : states) {
    if (const auto* measure = NewestOver(*state)) return measure;
  }
  return nullptr;
}

std::optional<AppealBehind> FindAppealBehind(const OzoneState& state,
                                             const std::string& measure,
                                             const OzoneMoment& now) {
  if (!state.appeals.empty()) return AppealBehind{};
  const auto at =
      std::ranges::find(state.measures, measure, &OzoneMeasure::puid);
  for (const OzoneAppeal& appeal : state.appeals_within) {
    if (appeal.about == measure ||
        (at != state.measures.end() && at->order < appeal.filed.order)) {
      return AppealBehind{};
    }
  }
  for (auto decision = state.decisions.rbegin();
       decision != state.decisions.rend(); ++decision) {
    if (decision->outcome != v1::OUTCOME_UPHELD &&
        Within(decision->when, now)) {
      return AppealBehind{decision->puid};
    }
  }
  return std::nullopt;
}

v1::Outcome OutcomeOf(const OzoneAppeal& appeal, const OzoneScene& scene) {
  std::vector<const OzoneState*> states = {scene.subject};
  states.insert(states.end(), scene.containers.begin(), scene.containers.end());
  Review review;
  for (const OzoneState* state : states) ReviewChanges(appeal, *state, &review);
  if (review.ended == nullptr) {
    return review.in_part ? v1::OUTCOME_PARTLY_REVERSED : v1::OUTCOME_UPHELD;
  }
  for (const OzoneState* state : states) {
    if (FindReplacement(appeal, *state, *review.ended) != nullptr) {
      return v1::OUTCOME_PARTLY_REVERSED;
    }
  }
  return v1::OUTCOME_REVERSED;
}

NegatedLabels FindNegated(const OzoneState& state,
                          const std::vector<std::string>& values) {
  NegatedLabels negated;
  std::set<std::string> found;
  for (const OzoneMeasure& measure : state.measures) {
    size_t ended = 0;
    for (const std::string& value : values) {
      if (!measure.labels_known || !measure.labels.contains(value)) continue;
      found.insert(value);
      ++ended;
    }
    if (ended == 0) continue;
    negated.hits.push_back({measure.puid, ended >= measure.labels.size()});
  }
  std::vector<std::string> rest = values;
  std::erase_if(
      rest, [&](const std::string& value) { return found.contains(value); });
  FindByCodes(state, &rest, &negated);
  negated.not_found = rest.size();
  return negated;
}

void ApplyAction(const v1::Action& action, const OzoneMoment& when,
                 const OzoneEvent* event, const OzoneScene& scene) {
  OzoneState* const state = scene.subject;
  switch (action.kind()) {
    case v1::KIND_ACTION:
    case v1::KIND_MODIFICATION:
      return ApplyMeasure(action, when, event, state);
    case v1::KIND_REVERSAL:
      return ApplyReversal(action, when, event, state);
    case v1::KIND_NOTICE_RECEIVED:
      return PushNewest(action.puid(), kNoticesMax, &state->notices);
    case v1::KIND_NO_ACTION:
      return state->notices.clear();
    case v1::KIND_APPEAL_FILED: {
      const OzoneAppeal appeal{
          action.puid(), action.about_size() > 0 ? action.about(0) : "", when};
      state->appeals.push_back(appeal);
      for (OzoneState* container : scene.containers) {
        container->appeals_within.push_back(appeal);
      }
      return;
    }
    case v1::KIND_APPEAL_DECIDED:
      return ApplyDecision(action, when, scene);
    case v1::KIND_SCHEDULED:
      state->schedule = action.puid();
      return;
    case v1::KIND_SCHEDULE_CANCELLED:
      return state->schedule.reset();
    default:
      return;
  }
}

void ApplyLapse(OzoneState* state) {
  const OzoneMeasure* const takedown = TakedownOf(*state);
  if (takedown == nullptr) return;
  state->lapsed.insert(takedown->puid);
  End(state->measures.begin() + (takedown - state->measures.data()), state);
}

}  // namespace modlog
