#include "log/standing.h"

#include "log/life_rules.h"

namespace modlog {

Result<Judgement> Standing::Judge(const StandingItem& item) {
  v1::Action action;
  if (!action.ParseFromArray(item.action.data(),
                             static_cast<int>(item.action.size()))) {
    return Fail(Code::kCorrupt, "an admitted action does not parse");
  }
  Judgement judgement;
  RETURN_IF_ERROR(JudgeLife(item, action, {rows_, read_}, &judgement));
  if (judgement.violations.empty()) RecordLife(item, action, rows_);
  return judgement;
}

bool NeedsStanding(const v1::Action& action) {
  return action.about_size() > 0 || action.cause_size() > 0 ||
         action.has_bulk();
}

}  // namespace modlog
