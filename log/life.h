#ifndef MODLOG_LOG_LIFE_H_
#define MODLOG_LOG_LIFE_H_

// The life of an entry: what later entries did to it, and so what may still be
// done. docs/lifecycle.md has the table. Not thread-safe.

#include <vector>

#include "log/standing.h"

namespace modlog {

// JudgeLife holds an item against the life of what it refers to.
Result<void> JudgeLife(const StandingItem& item, const v1::Action& action,
                       const RowsView& rows, const ReadAction& read,
                       std::vector<Violation>* violations);

// RecordLife puts the item's references into the rows.
void RecordLife(const StandingItem& item, RowsView* rows);

// Referrers returns the entries that name entry `target`, ascending, at most
// `limit`.
struct Referrer {
  uint64_t index;
  int kind;
  bool as_cause;
};
Result<std::vector<Referrer>> Referrers(const RowsView& rows, uint64_t target,
                                        size_t limit);

}  // namespace modlog

#endif  // MODLOG_LOG_LIFE_H_
