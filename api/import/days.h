#ifndef MODLOG_API_IMPORT_DAYS_H_
#define MODLOG_API_IMPORT_DAYS_H_

// Days as an entry has them: since 1970-01-01, in UTC.

#include <cstdint>

namespace modlog {

inline constexpr int64_t kDaySeconds = 86'400;

// The first and the last day that the log takes; it keeps the rule itself.
inline constexpr uint32_t kEntryDayMin = 10'957;  // 2000-01-01
inline constexpr uint32_t kEntryDayMax = 24'837;  // 2038-01-01

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DAYS_H_
