#ifndef MODLOG_VERIFIER_RULES_NESTED_FIELDS_H_
#define MODLOG_VERIFIER_RULES_NESTED_FIELDS_H_

// The rules "fields" within the messages that an action may hold: a correction,
// statistics, an erasure, a redaction, a term, a key. Thread-safe.

#include "verifier/rules/audited_fields.h"

namespace modlog {

// JudgeNested. `tomorrow` is the day after the one the action was logged on.
void JudgeNested(const v1::Action& action, uint32_t tomorrow,
                 const Complain& complain);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_NESTED_FIELDS_H_
