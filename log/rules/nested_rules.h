#ifndef MODLOG_LOG_RULES_NESTED_RULES_H_
#define MODLOG_LOG_RULES_NESTED_RULES_H_

// The rules of what an action may hold within it: the record as it should have
// read, one rule that corrects many entries, attested statistics. Field paths
// lead into them: "corrected.ground", "stats.cells[3].value". Thread-safe.

#include <cstdint>
#include <vector>

#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

inline constexpr int kStatsCellsMax = 64;

// CheckNested adds a violation for each rule broken; to `warnings` where the
// record within a correction is a copy, whoever corrects it, and only an own
// one must keep the rule.
void CheckNested(const v1::Action& action, int64_t now_ms,
                 std::vector<Violation>* violations,
                 std::vector<Violation>* warnings);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_NESTED_RULES_H_
