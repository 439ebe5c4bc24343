#ifndef MODLOG_LOG_RULES_DSA_RULES_H_
#define MODLOG_LOG_RULES_DSA_RULES_H_

// Rules that come from the EU's Digital Services Act database, kept more
// strictly than its own validator does: a keyword belongs to its category, a
// product number has its check digit, and a record that claims to meet the
// duty has every field that the duty asks for. Errors first-hand, warnings for
// a copied record (provenance). Thread-safe.

#include <vector>

#include "log/rules/violation.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

// CheckDsa adds a violation for each rule broken.
void CheckDsa(const v1::Action& action, std::vector<Violation>* violations);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_DSA_RULES_H_
