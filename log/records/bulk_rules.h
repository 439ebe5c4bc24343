#ifndef MODLOG_LOG_RECORDS_BULK_RULES_H_
#define MODLOG_LOG_RECORDS_BULK_RULES_H_

// Corrections of many entries by one rule: what a code reads after one, and
// where several together make of two codes one, which is taken with a warning:
// it may be meant. docs/lifecycle.md, "Exchanging two codes".

#include <cstdint>
#include <optional>

#include "log/records/life.h"
#include "log/records/standing.h"

namespace modlog {

// From this month of the code lists on a rule may exchange codes: whoever knows
// no later one cannot tell what it does (docs/formats.md, "Versions").
inline constexpr uint32_t kExchangeSince = 202'612;

// CodeAfter returns what a code of an entry that the rule covers reads after
// it; nothing where the rule leaves the code alone.
std::optional<uint32_t> CodeAfter(const v1::BulkCorrection& rule,
                                  uint32_t code);

// JudgeBulk holds a rule for many against those before it. The store's errors.
Result<void> JudgeBulk(const StandingItem& item, const v1::BulkCorrection& bulk,
                       const LifeSource& source, Judgement* judgement);

}  // namespace modlog

#endif  // MODLOG_LOG_RECORDS_BULK_RULES_H_
