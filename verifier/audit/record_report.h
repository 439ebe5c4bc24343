#ifndef MODLOG_VERIFIER_AUDIT_RECORD_REPORT_H_
#define MODLOG_VERIFIER_AUDIT_RECORD_REPORT_H_

// The part of an audit's report that is about the record: findings by rule, and
// the notes. Pure functions, thread-safe.

#include <nlohmann/json.hpp>

#include "verifier/audit/audit.h"
#include "verifier/base/lines.h"

namespace modlog {

void AddRecord(const AuditReport& report, Lines* lines);
void AddRecordJson(const AuditReport& report, nlohmann::ordered_json* json);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RECORD_REPORT_H_
