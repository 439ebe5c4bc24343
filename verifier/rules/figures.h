#ifndef MODLOG_VERIFIER_RULES_FIGURES_H_
#define MODLOG_VERIFIER_RULES_FIGURES_H_

// The notes "lateness", "corrections" and "uniformity": counting, and what of
// it is worth saying. Not thread-safe.

#include "verifier/rules/record_facts.h"
#include "verifier/rules/record_summary.h"

namespace modlog {

void CountEntry(const EntryFacts& facts, uint32_t late_days,
                PlatformFigures* figures);

// UniformityNotes says what is suspicious about a platform's own decisions:
//   at least 1,000 that say how they were made, 95 % of them by people alone
//   and on the day they were logged;
//   of at least 100 a month, the share found by machines leaps from below 10 %
//   to above 90 % or back from one month to the next (a flag inverted);
//   more than half of at least 1,000 own entries logged within one second.
std::vector<std::string> UniformityNotes(const PlatformFigures& figures);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_FIGURES_H_
