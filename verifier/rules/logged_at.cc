#include "verifier/rules/logged_at.h"

namespace modlog {

void LoggedAtRule::Take(uint64_t entry, int64_t logged_at_ms,
                        Findings* findings) {
  if (any_ && logged_at_ms < logged_at_ms_) {
    findings->Add({kRuleLoggedAt, entry,
                   "logged at " + std::to_string(logged_at_ms) +
                       " ms, before entry " + std::to_string(entry_) + " at " +
                       std::to_string(logged_at_ms_) + " ms"});
  }
  any_ = true;
  entry_ = entry;
  logged_at_ms_ = logged_at_ms;
}

}  // namespace modlog
