#ifndef MODLOG_LOG_RECORDS_LIFE_RULES_H_
#define MODLOG_LOG_RECORDS_LIFE_RULES_H_

// What may be done to an entry, given its life: nothing refers to what is void,
// no appeal is decided twice, a reversal undoes what is in force and no more of
// it than there is. docs/lifecycle.md, "What must be so".
//
// Of a record that was copied, all but the first is a warning: it is taken as
// it was published.

#include <vector>

#include "log/records/joined_item.h"
#include "log/records/life.h"

namespace modlog {

// JudgeLife holds an item against the life of what it refers to. The store's
// errors.
Result<void> JudgeLife(const JoinedItem& item, const v1::Action& action,
                       LifeCache* lives, Ruling* ruling);

// JudgeReferences is the part of it for what changes no entry that it names.
Result<void> JudgeReferences(const JoinedItem& item, LifeCache* lives,
                             Ruling* ruling);

// RecordReferences puts what the item names into the rows.
void RecordReferences(const JoinedItem& item, LifeCache* lives, RowsView* rows);
// RecordLife puts into the rows what the item names, what it erases, or the
// rule by which it corrects many.
void RecordLife(const JoinedItem& item, const v1::Action& action,
                LifeCache* lives, RowsView* rows);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_LIFE_RULES_H_
