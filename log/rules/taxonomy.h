#ifndef MODLOG_LOG_RULES_TAXONOMY_H_
#define MODLOG_LOG_RULES_TAXONOMY_H_

// The version of the code lists that entries of the log's own name, as
// year * 100 + month; docs/formats.md, "taxonomy".

#include <cstdint>

namespace modlog {

inline constexpr uint32_t kTaxonomy = 202'507;

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_TAXONOMY_H_
