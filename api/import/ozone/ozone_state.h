#ifndef MODLOG_API_IMPORT_OZONE_OZONE_STATE_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_STATE_H_

// What stands of one subject of Ozone's, as its entries say: the measures in
// force, open appeals, what became of measures, a schedule, unanswered reports.
// It follows from actions alone, whether they are made now or were logged by an
// earlier import; only which labels an action holds is known of events alone.
//
// Pure functions and plain values, thread-safe.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/import/ozone/ozone_event.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// How long behind a modEventResolveAppeal an act of the same moderator on the
// same subject, or on what contains it, still belongs to that decision. Ozone's
// own pages write both within seconds; by hand it takes minutes.
inline constexpr int64_t kAppealWindowS = 3'600;

// When something was done. `order` ascends within a log and an import.
struct OzoneMoment {
  uint64_t order = 0;
  int64_t time_s = 0;
  bool day_only = false;  // known from the log: time_s is the begin of a day
};

enum class OzoneMeasureType { kTakedown, kLabel, kAge, kCredentials };

struct OzoneMeasure {
  std::string puid;
  OzoneMeasureType type = OzoneMeasureType::kTakedown;
  uint64_t order = 0;
  uint32_t end = 0;  // last day; 0: none
  int rank = 0;      // the higher, the harder
  // Labels that stand; of one known from the log alone only the codes that
  // labels are logged with.
  bool labels_known = false;
  std::set<std::string> labels;
  std::set<int> codes;
};

struct OzoneChange {
  enum class What { kEnded, kEndedInPart, kMilder, kAdded };
  What what = What::kEnded;
  std::string puid;    // of the measure
  uint64_t order = 0;  // of the measure
  int rank = 0;        // of one added
  OzoneMoment when;
};

struct OzoneAppeal {
  std::string puid;
  std::string about;  // the measure; empty: unlinked
  OzoneMoment filed;
};

struct OzoneDecision {
  std::string puid;
  std::string about;  // the measure of the appeal
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  OzoneMoment when;
};

struct OzoneState {
  std::vector<OzoneMeasure> measures;  // not reversed; oldest first
  std::optional<OzoneMeasure> ended;   // the newest one that is over
  std::set<std::string> lapsed;        // puids of those that ran out
  std::optional<std::string> schedule;
  std::vector<OzoneAppeal> appeals;  // undecided
  // Of subjects within this one: an account's records.
  std::vector<OzoneAppeal> appeals_within;
  std::vector<OzoneDecision> decisions;  // the newest
  std::vector<OzoneChange> changes;      // the newest
  std::vector<std::string> notices;      // unanswered; the newest 4
};

// A subject and what contains it, nearest first.
struct OzoneScene {
  OzoneState* subject = nullptr;
  std::vector<OzoneState*> containers;
};

bool InForce(const OzoneMeasure& measure, uint32_t day);
// The newest takedown that was not reversed, or null.
const OzoneMeasure* TakedownOf(const OzoneState& state);

// AppealedMeasure is what an appeal of the day is about: the newest measure of
// the subject in force, else of what contains it, else the newest one that is
// over. Null where there never was one.
const OzoneMeasure* AppealedMeasure(const OzoneScene& scene, uint32_t day);

// The appeal because of which `measure` of the scene's subject ends now, or
// nothing. `decision` is empty where it is undecided yet.
struct AppealBehind {
  std::string decision;
};
std::optional<AppealBehind> FindAppealBehind(const OzoneState& state,
                                             const std::string& measure,
                                             const OzoneMoment& now);

// OutcomeOf is what was done since the appeal was filed.
v1::Outcome OutcomeOf(const OzoneAppeal& appeal, const OzoneScene& scene);

// Which label actions a negation ends, oldest first. A value without one is not
// found; where only codes are known, one that fits alone.
struct NegatedLabels {
  struct Hit {
    std::string puid;
    bool full = false;
  };
  std::vector<Hit> hits;
  size_t not_found = 0;
};
NegatedLabels FindNegated(const OzoneState& state,
                          const std::vector<std::string>& values);

// ApplyAction changes the scene as an entry does. `event` is what it was made
// of, null for one known from the log alone.
void ApplyAction(const v1::Action& action, const OzoneMoment& when,
                 const OzoneEvent* event, const OzoneScene& scene);
// ApplyLapse ends the newest takedown because its hours are over.
void ApplyLapse(OzoneState* state);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_STATE_H_
