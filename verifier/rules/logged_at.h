#ifndef MODLOG_VERIFIER_RULES_LOGGED_AT_H_
#define MODLOG_VERIFIER_RULES_LOGGED_AT_H_

// The rule "logged_at": the log's clock never goes backwards from one entry to
// the next. Not thread-safe.

#include "verifier/rules/rules.h"

namespace modlog {

class LoggedAtRule {
 public:
  // Take judges the next entry. Entries that could not be read are passed over.
  void Take(uint64_t entry, int64_t logged_at_ms, Findings* findings);

 private:
  bool any_ = false;
  uint64_t entry_ = 0;
  int64_t logged_at_ms_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_LOGGED_AT_H_
