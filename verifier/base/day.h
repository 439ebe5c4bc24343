#ifndef MODLOG_VERIFIER_BASE_DAY_H_
#define MODLOG_VERIFIER_BASE_DAY_H_

// Days: since 1970-01-01 UTC, each of the same length.

#include <cstdint>

namespace modlog {

inline constexpr int64_t kDayMs = 86'400'000;

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_DAY_H_
