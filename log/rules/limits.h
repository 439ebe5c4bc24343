#ifndef MODLOG_LOG_RULES_LIMITS_H_
#define MODLOG_LOG_RULES_LIMITS_H_

// Limits of what is appended, all in one place; docs/formats.md has the table.

#include <cstddef>

namespace modlog {

inline constexpr size_t kActionSizeMax = 4'096;
inline constexpr size_t kGroupItemsMax = 4'096;  // items appended together
// Waiting for the sequencer. A platform may have as much waiting as it leaves
// free: one alone half of these limits, each of n that flood a share of n + 1.
inline constexpr size_t kQueueItemsMax = 131'072;
inline constexpr size_t kQueueBytesMax = 64 << 20;
inline constexpr size_t kBatchItemsMax = 16'384;  // items of one commit

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_LIMITS_H_
