#ifndef MODLOG_LOG_RULES_TAXONOMY_H_
#define MODLOG_LOG_RULES_TAXONOMY_H_

// The version of the code lists that entries of the log's own name, as
// year * 100 + month; docs/formats.md, "taxonomy".

#include <cstdint>

namespace modlog {

inline constexpr uint32_t kTaxonomy = 202'507;

// From this month of the code lists on a rule for many may exchange codes:
// whoever knows no later one cannot tell what it does (docs/formats.md,
// "Versions").
inline constexpr uint32_t kExchangeSince = 202'612;

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_TAXONOMY_H_
