#ifndef MODLOG_VERIFIER_MIRROR_EVIDENCE_DIRECTORY_H_
#define MODLOG_VERIFIER_MIRROR_EVIDENCE_DIRECTORY_H_

// Where a mirror keeps what proves a fork: there before there is any, so that
// one hears of a place that cannot be written before it is needed.

#include <string>

#include "verifier/core/result.h"

namespace modlog {

// MakeEvidenceDirectory makes it where it is missing (0755), not the folders
// above, and asks whether files can be written there. kUnavailable.
// Thread-safe.
Result<void> MakeEvidenceDirectory(const std::string& directory);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_EVIDENCE_DIRECTORY_H_
