#ifndef MODLOG_LOG_RECORDS_REDACTION_H_
#define MODLOG_LOG_RECORDS_REDACTION_H_

// A LEAF_REDACTED entry: what it must say, and what it puts into the rows.
// redacted.h has the rows; eraser.h does what it says.

#include <functional>
#include <vector>

#include "log/records/life.h"
#include "log/rules/violation.h"
#include "log/store/redacted.h"
#include "log/store/rows.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// What is to be redacted. A request made again is the same redaction.
struct RedactOrder {
  uint64_t index = 0;
  int basis = 0;                      // v1::ErasureBasis, 1..3
  std::vector<uint32_t> fields = {};  // ascending numbers of fields of Action
};
// Told the index of the LEAF_REDACTED entry.
using RedactDone = std::move_only_function<void(Result<uint64_t>)>;

// CheckRedaction adds the rules of fields.
void CheckRedaction(const v1::Action& action,
                    std::vector<Violation>* violations);

// CheckRedactable: whether entry `index` may be redacted, by its leaf bytes:
// not if it is a seal or of a kind on which the log itself rests. kMalformed.
Result<void> CheckRedactable(uint64_t index, std::string_view leaf);

// MakeRedaction writes the entry for a leaf that may be redacted; `nonce`, 16
// bytes, tells it from others.
Result<v1::Action> MakeRedaction(const RedactOrder& order,
                                 std::string_view leaf, Bytes nonce);

// CheckOrder: whether an order can be carried out, by the leaf that it names.
// kMalformed.
Result<void> CheckOrder(const RedactOrder& order, std::string_view leaf);

// JudgeRedaction holds an entry that gets `index` against the one that it
// names; if there is no violation, RecordRedaction puts it into the rows, which
// asks for nothing of the redacted entry's payload any more. The store's
// errors.
Result<void> JudgeRedaction(uint64_t index, const v1::Action& action,
                            const ReadAction& read, const RowsView& rows,
                            std::vector<Violation>* violations);
Result<void> RecordRedaction(uint64_t index, const v1::Action& action,
                             const ReadAction& read, RowsView* rows);

// Entries whose work is still to be done, and the row that says so.
Result<std::vector<uint64_t>> ReadRedactionsToDo(Store& store);
Result<bool> IsToDo(Store& store, uint64_t entry);
Row RedactionDone(uint64_t entry);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_REDACTION_H_
