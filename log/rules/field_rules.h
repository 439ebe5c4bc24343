#ifndef MODLOG_LOG_RULES_FIELD_RULES_H_
#define MODLOG_LOG_RULES_FIELD_RULES_H_

// The rules of single fields: patterns, ranges, set order, dates, and which
// field needs which other. proto/modlog/v1/action.proto states them beside each
// field. Thread-safe.

#include <cstdint>
#include <vector>

#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

inline constexpr uint32_t kDayMin = 10'957;  // 2000-01-01
inline constexpr uint32_t kDayMax = 24'837;  // 2038-01-01
inline constexpr size_t kPuidSizeMax = 64;

// IsPuid: ^[A-Za-z0-9_-]{1,64}$
bool IsPuid(std::string_view text);

// CheckFields adds a violation for each rule broken; to `expected` for a rule
// that an own record must keep and a copied one had better. A day may lie at
// most one day after `now_ms`: time zones, not the future.
void CheckFields(const v1::Action& action, int64_t now_ms,
                 std::vector<Violation>* violations,
                 std::vector<Violation>* expected);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_FIELD_RULES_H_
