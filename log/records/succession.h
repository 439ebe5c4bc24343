#ifndef MODLOG_LOG_RECORDS_SUCCESSION_H_
#define MODLOG_LOG_RECORDS_SUCCESSION_H_

// The two SUCCESSION entries in which a log that ended and the one that goes on
// name each other, both written by the log itself, once each:
//
//   SUCCEEDED_BY   the last entry of a log; after it there is none
//   SUCCEEDS       the first entry of a log, with the size and root of all of
//                  the other one
//
// Their puids are fixed, so that a retry is the same entry (I10) and another
// successor a conflict. docs/formats.md, "Succession".

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/note.h"

namespace modlog {

// Told the index of the last entry, which names the successor.
using FreezeDone = std::move_only_function<void(Result<uint64_t>)>;

// The log that this one goes on for, as it ended.
struct Predecessor {
  VerifierKey key;
  TreeHead head;  // not empty
};

// CheckSuccession judges what stands in a SUCCESSION entry; `origin` is the
// log's, which neither goes before nor comes after itself.
void CheckSuccession(const v1::Action& action, std::string_view origin,
                     std::vector<Violation>* violations);

// The canonical bytes of the two.
std::string MakeSucceededBy(const VerifierKey& successor);
std::string MakeSucceeds(const Predecessor& predecessor);

// ReadSuccessor returns the verifier key of the log that a leaf names as the
// one that goes on; nothing for any other entry, or for an empty slot.
Result<std::optional<std::string>> ReadSuccessor(std::string_view leaf);

// CheckFirstEntry: whether the leaf of entry 0 names this predecessor.
// kConflict.
Result<void> CheckFirstEntry(std::string_view leaf,
                             const Predecessor& predecessor);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_SUCCESSION_H_
