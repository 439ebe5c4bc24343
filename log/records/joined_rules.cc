#include "log/records/joined_rules.h"

#include "log/records/erasure.h"
#include "log/records/life.h"
#include "log/records/life_rules.h"
#include "log/records/platform_keys.h"
#include "log/records/redaction.h"
#include "log/records/terms.h"
#include "log/rules/violation.h"

namespace modlog {

namespace {

Result<void> JudgeTerms(const JoinedItem& item, const v1::Action& action,
                        const RowsView& rows,
                        std::vector<Violation>* violations) {
  RETURN_IF_ERROR(JudgeUses(item.platform, item.terms, rows, violations));
  if (!action.has_term()) return {};
  return JudgeTerm(item.platform, action.term(), item.term_text, rows,
                   violations);
}

}  // namespace

// All is judged before the first row is written: an item that is refused must
// leave nothing behind.
Result<Ruling> JoinedRules::Judge(const JoinedItem& item) {
  if (item.needs == HistoryNeeded::kReferences) {
    Ruling ruling;
    RETURN_IF_ERROR(JudgeReferences(item, &lives_, &ruling));
    if (ruling.violations.empty()) RecordReferences(item, &lives_, rows_);
    return ruling;
  }
  v1::Action action;
  if (!action.ParseFromArray(item.action.data(),
                             static_cast<int>(item.action.size()))) {
    return Fail(Code::kCorrupt, "an admitted action does not parse");
  }
  Ruling ruling;
  RETURN_IF_ERROR(JudgeLife(item, action, &lives_, &ruling));
  RETURN_IF_ERROR(JudgeTerms(item, action, *rows_, &ruling.violations));
  RETURN_IF_ERROR(JudgeKeys(item.platform, action, item.speaker, *rows_,
                            &ruling.violations));
  RETURN_IF_ERROR(JudgeErasure(item.index, action, lives_.source().read,
                               &ruling.violations));
  RETURN_IF_ERROR(JudgeRedaction(item.index, action, lives_.source().read,
                                 *rows_, &ruling.violations));
  if (!ruling.violations.empty()) return ruling;
  RecordLife(item, action, &lives_, rows_);
  RecordKeys(item.platform, action, item.index, rows_);
  if (action.has_erasure()) RecordErasure(item.index, action, rows_);
  if (action.has_redaction()) {
    RETURN_IF_ERROR(
        RecordRedaction(item.index, action, lives_.source().read, rows_));
  }
  if (action.has_term()) {
    RegisterTerm(item.platform, action.term(), item.term_text, rows_);
  }
  return ruling;
}

HistoryNeeded HistoryNeededBy(const v1::Action& action) {
  const bool changes =
      action.about_size() > 0 && RoleOf(action.kind(), false) != Role::kAbout;
  if (changes || action.has_bulk() || action.has_term() ||
      action.has_erasure() || action.has_redaction() || UsesKeys(action)) {
    return HistoryNeeded::kFull;
  }
  const bool refers = action.about_size() > 0 || action.cause_size() > 0;
  return refers ? HistoryNeeded::kReferences : HistoryNeeded::kNone;
}

}  // namespace modlog
