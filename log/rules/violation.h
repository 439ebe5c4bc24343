#ifndef MODLOG_LOG_RULES_VIOLATION_H_
#define MODLOG_LOG_RULES_VIOLATION_H_

// What is told to whoever submitted what broke a rule.

#include <string>

namespace modlog {

// A rule that an item broke. Never holds the offending value.
struct Violation {
  std::string field;        // path within the action: "application_date"
  std::string description;  // "must be 10957..24837": the rule, never the value
};

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_VIOLATION_H_
