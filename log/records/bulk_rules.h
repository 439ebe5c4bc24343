#ifndef MODLOG_LOG_RECORDS_BULK_RULES_H_
#define MODLOG_LOG_RECORDS_BULK_RULES_H_

// Corrections of many entries by one rule: what a code reads after one, and
// where several together make of two codes one, which is taken with a warning:
// it may be meant. docs/lifecycle.md, "Exchanging two codes".

#include <cstdint>
#include <optional>

#include "log/records/joined_item.h"
#include "log/records/life.h"

namespace modlog {

// CodeAfter returns what a code of an entry that the rule covers reads after
// it; nothing where the rule leaves the code alone.
std::optional<uint32_t> CodeAfter(const v1::BulkCorrection& rule,
                                  uint32_t code);

// JudgeBulk holds a rule for many against those before it. The store's errors.
Result<void> JudgeBulk(const JoinedItem& item, const v1::BulkCorrection& bulk,
                       const LifeSource& source, Ruling* ruling);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_BULK_RULES_H_
