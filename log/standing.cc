#include "log/standing.h"

#include "log/life.h"

namespace modlog {

Result<void> Standing::Judge(const StandingItem& item,
                             std::vector<Violation>* violations) {
  v1::Action action;
  if (!action.ParseFromArray(item.action.data(),
                             static_cast<int>(item.action.size()))) {
    return Fail(Code::kCorrupt, "an admitted action does not parse");
  }
  RETURN_IF_ERROR(JudgeLife(item, action, *rows_, read_, violations));
  if (!violations->empty()) return {};
  RecordLife(item, rows_);
  return {};
}

bool NeedsStanding(const v1::Action& action) {
  return action.about_size() > 0 || action.cause_size() > 0;
}

}  // namespace modlog
