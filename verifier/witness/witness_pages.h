#ifndef MODLOG_VERIFIER_WITNESS_WITNESS_PAGES_H_
#define MODLOG_VERIFIER_WITNESS_WITNESS_PAGES_H_

// The page for people, as HTML: who this witness is, and what it has seen.

#include <string>

#include "verifier/witness/witness.h"

namespace modlog {

inline constexpr size_t kRowsShownMax = 1'000;

std::string WitnessPage(const Witness& witness);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_WITNESS_PAGES_H_
