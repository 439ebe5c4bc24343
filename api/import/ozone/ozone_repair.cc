#include "api/import/ozone/ozone_repair.h"

#include <algorithm>

#include "api/import/puid.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

// Whether the appeal that the decision is about was against a takedown that
// ran out: that was taken for a reversal.
bool WasOnlyLapsed(const v1::Action& decision, const OzoneState& state) {
  const auto appeal = decision.about_size() == 0
                          ? state.appeals.end()
                          : std::ranges::find(state.appeals, decision.about(0),
                                              &OzoneAppeal::puid);
  return appeal != state.appeals.end() && state.lapsed.contains(appeal->about);
}

bool IsWrongOutcome(const v1::Action& logged, const v1::Action& made,
                    const OzoneState& state) {
  if (logged.outcome() == made.outcome()) return false;
  return logged.outcome() == v1::OUTCOME_UPHELD || WasOnlyLapsed(made, state);
}

}  // namespace

std::optional<OzoneFault> FindOzoneFault(const v1::Action& logged,
                                         const v1::Action& made,
                                         const OzoneState& state) {
  if (logged.kind() != made.kind()) return std::nullopt;
  OzoneFault fault{"", logged};
  if (logged.kind() == v1::KIND_APPEAL_DECIDED &&
      IsWrongOutcome(logged, made, state)) {
    fault.what = "appeals decided with another outcome";
    fault.corrected.set_outcome(made.outcome());
  } else if (logged.kind() == v1::KIND_REVERSAL &&
             logged.reversal_cause() == v1::CAUSE_OWN_REVIEW &&
             made.reversal_cause() == v1::CAUSE_APPEAL) {
    fault.what = "reversals because of an appeal";
    fault.corrected.set_reversal_cause(made.reversal_cause());
  } else if (logged.kind() == v1::KIND_APPEAL_FILED &&
             logged.about_size() == 0 && made.about_size() > 0) {
    fault.what = "appeals that name no measure";
    *fault.corrected.mutable_about() = made.about();
  } else {
    return std::nullopt;
  }
  return fault;
}

v1::Action MakeOzoneCorrection(const PlatformSecret& secret,
                               const v1::Action& corrected) {
  v1::Action correction;
  correction.set_kind(v1::KIND_CORRECTION);
  correction.set_taxonomy(corrected.taxonomy());
  correction.set_provenance(corrected.provenance());
  correction.set_source_date(corrected.source_date());
  correction.add_about(corrected.puid());
  *correction.mutable_corrected() = corrected;
  const std::string bytes = corrected.SerializeAsString();
  correction.set_puid(DerivePuid(secret, "ozone/repair/" + corrected.puid(),
                                 Sha256(AsBytes(bytes)), "correction"));
  return correction;
}

}  // namespace modlog
