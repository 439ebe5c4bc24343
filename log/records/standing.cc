#include "log/records/standing.h"

#include "log/records/erasure.h"
#include "log/records/life.h"
#include "log/records/life_rules.h"
#include "log/records/platform_keys.h"
#include "log/records/redaction.h"
#include "log/records/terms.h"

namespace modlog {

namespace {

Result<void> JudgeTerms(const StandingItem& item, const v1::Action& action,
                        const RowsView& rows,
                        std::vector<Violation>* violations) {
  RETURN_IF_ERROR(JudgeUses(item.platform, item.terms, rows, violations));
  if (!action.has_term()) return {};
  const std::string_view text =
      item.payload == nullptr ? "" : std::string_view(item.payload->term_text);
  return JudgeTerm(item.platform, action.term(), text, rows, violations);
}

}  // namespace

Result<Judgement> Standing::Judge(const StandingItem& item) {
  if (item.stance == Stance::kRefers) {
    Judgement judgement;
    RETURN_IF_ERROR(JudgeReferences(item, &lives_, &judgement));
    if (judgement.violations.empty()) RecordReferences(item, &lives_, rows_);
    return judgement;
  }
  v1::Action action;
  if (!action.ParseFromArray(item.action.data(),
                             static_cast<int>(item.action.size()))) {
    return Fail(Code::kCorrupt, "an admitted action does not parse");
  }
  Judgement judgement;
  RETURN_IF_ERROR(JudgeLife(item, action, &lives_, &judgement));
  RETURN_IF_ERROR(JudgeTerms(item, action, *rows_, &judgement.violations));
  RETURN_IF_ERROR(JudgeKeys(item.platform, action, item.speaker, *rows_,
                            &judgement.violations));
  RETURN_IF_ERROR(JudgeErasure(item.index, action, lives_.source().read,
                               &judgement.violations));
  RETURN_IF_ERROR(JudgeRedaction(item.index, action, lives_.source().read,
                                 *rows_, &judgement.violations));
  if (!judgement.violations.empty()) return judgement;
  RecordLife(item, action, &lives_, rows_);
  RecordKeys(item.platform, action, item.index, rows_);
  if (action.has_erasure()) RecordErasure(item.index, action, rows_);
  if (action.has_redaction()) {
    RETURN_IF_ERROR(
        RecordRedaction(item.index, action, lives_.source().read, rows_));
  }
  if (action.has_term()) {
    RegisterTerm(item.platform, action.term(), item.payload->term_text, rows_);
  }
  return judgement;
}

Stance HowItStands(const v1::Action& action) {
  const bool changes =
      action.about_size() > 0 && RoleOf(action.kind(), false) != Role::kAbout;
  if (changes || action.has_bulk() || action.has_term() ||
      action.has_erasure() || action.has_redaction() || UsesKeys(action)) {
    return Stance::kWhole;
  }
  return action.about_size() > 0 || action.cause_size() > 0 ? Stance::kRefers
                                                            : Stance::kAlone;
}

}  // namespace modlog
