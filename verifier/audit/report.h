#ifndef MODLOG_VERIFIER_AUDIT_REPORT_H_
#define MODLOG_VERIFIER_AUDIT_REPORT_H_

// An audit's report: for people, and as one JSON object for machines. Pure
// functions, thread-safe.

#include <string>

#include "verifier/audit/audit.h"

namespace modlog {

std::string FormatAudit(const AuditReport& report);
std::string FormatAuditJson(const AuditReport& report);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_REPORT_H_
