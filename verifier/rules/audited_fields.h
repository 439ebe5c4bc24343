#ifndef MODLOG_VERIFIER_RULES_AUDITED_FIELDS_H_
#define MODLOG_VERIFIER_RULES_AUDITED_FIELDS_H_

// The rules "kinds" and "fields": which fields an entry must and must not have,
// and what their values may be. docs/formats.md, "The action", states each.
//
// What breaks the form (pattern, range, order, a field out of place) is a
// violation. What breaks the sense (an end before the begin, a keyword outside
// its category) is a violation where the platform speaks for itself and a
// warning in a copy: copies are taken as they were published. What an earlier
// version of the log took is a warning wherever it stands. Thread-safe.

#include <functional>
#include <string>

#include "verifier/rules/field_set.h"
#include "verifier/rules/kind_table.h"
#include "verifier/rules/rules.h"

namespace modlog {

// What is wrong with an action, one call each; the entry is the caller's to
// add.
using Complain =
    std::function<void(std::string_view rule, Severity, std::string what)>;

// JudgeAction judges an action of which `present` are the fields, logged at
// `logged_at_ms`.
void JudgeAction(const v1::Action& action, FieldSet present,
                 int64_t logged_at_ms, const Complain& complain);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_AUDITED_FIELDS_H_
