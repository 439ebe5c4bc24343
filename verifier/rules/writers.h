#ifndef MODLOG_VERIFIER_RULES_WRITERS_H_
#define MODLOG_VERIFIER_RULES_WRITERS_H_

// Who may write what, part of the rule "kinds": an entry without a platform is
// the log's own, and that is an erasure, a redaction or a succession;
// everything else is a platform's. docs/lifecycle.md, "Kinds". Thread-safe.

#include <optional>
#include <string_view>

#include "verifier/rules/rules.h"

namespace modlog {

// JudgeWriter: what is wrong with an entry of this kind being written by this
// platform (empty: the log itself); nothing, where nothing is.
std::optional<Finding> JudgeWriter(uint64_t entry, int kind,
                                   std::string_view platform);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_WRITERS_H_
