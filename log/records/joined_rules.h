#ifndef MODLOG_LOG_RECORDS_JOINED_RULES_H_
#define MODLOG_LOG_RECORDS_JOINED_RULES_H_

// Rules that an entry can only be held against once it is known what stands
// before it: what it refers to and what became of that. Each family of rules is
// a file of its own (life.h, …) and a line in JoinedRules::Judge.
//
// Judged in log order by the sequencer's thread, each item on top of those
// before it in the same batch. What an item changes is put into rows (rows.h).

#include "log/records/joined_item.h"
#include "log/records/life.h"
#include "log/store/rows.h"

namespace modlog {

class JoinedRules {
 public:
  // `rows` must outlive it.
  JoinedRules(RowsView* rows, ReadAction read)
      : rows_(rows), lives_({rows, std::move(read)}) {}

  // Judge tells what is wrong; if there is no violation, what the item changes
  // is in the rows. An error is the store's.
  Result<Ruling> Judge(const JoinedItem& item);

  // Undone is to be called when rows were rolled back.
  void Undone() { lives_.ForgetAll(); }

 private:
  RowsView* rows_;
  LifeCache lives_;
};

// HistoryNeededBy: which of these rules can concern the action.
HistoryNeeded HistoryNeededBy(const v1::Action& action);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_JOINED_RULES_H_
