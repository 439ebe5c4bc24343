#ifndef MODLOG_LOG_RULES_KIND_RULES_H_
#define MODLOG_LOG_RULES_KIND_RULES_H_

// Which kind of entry needs, allows and forbids which fields: the table of
// docs/formats.md, "Kinds", as a table. Thread-safe.

#include <vector>

#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// CheckKind adds a violation for each field that is missing or out of place,
// and for a kind that this log does not take yet.
void CheckKind(const v1::Action& action, std::vector<Violation>* violations,
               std::vector<Violation>* expected);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_KIND_RULES_H_
