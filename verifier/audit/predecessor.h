#ifndef MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_
#define MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_

// Whether a log and the one that it says it succeeds agree: the first entry of
// the one, the last entry and the final checkpoint of the other.
//
//   another log, another root, another final size, another
//   successor named                                          false
//   the predecessor names no successor (its key was lost
//   before it could)                                         a warning
//   fewer entries at hand than the first entry names         cannot tell

#include "verifier/audit/audit.h"

namespace modlog {

// JudgePredecessor audits the predecessor as `request` says (its source and
// policy; what `report` says is added to it), and puts the outcome into
// `report`, that of the successor's audit, which was made with its rules.
void JudgePredecessor(AuditRequest request, bool strict, AuditReport* report);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_PREDECESSOR_H_
