#ifndef MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_
#define MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_

// Whether a log and the one that it says it succeeds agree: the first entry of
// the one, the last entry and the final checkpoint of the other.
//
//   another root, another successor named by the predecessor, another final
//   size, or entries that the predecessor is known to have signed beyond that
//   size: in the copy at hand, or remembered               false
//   the predecessor names no successor (its key was lost
//   before it could)                                       a warning
//   another log at hand than the one named, or another key
//   of it than one that signed; fewer entries at hand than
//   the first entry names; a log that succeeds none        cannot tell

#include "verifier/audit/audit.h"

namespace modlog {

// JudgePredecessor audits the predecessor as `request` says (its source and
// policy; what `report` says is added to it), and puts the outcome into
// `report`, that of the successor's audit, which was made with its rules.
// `memory` may know a larger tree of the predecessor; it may be null.
void JudgePredecessor(AuditRequest request, const Memory* memory, bool strict,
                      AuditReport* report);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_
