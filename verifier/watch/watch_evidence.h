#ifndef MODLOG_VERIFIER_WATCH_WATCH_EVIDENCE_H_
#define MODLOG_VERIFIER_WATCH_WATCH_EVIDENCE_H_

// What is kept of two checkpoints that do not go together: a file that
// `modlog-verify fork` judges (contradiction.h). Thread-safe.

#include <string>
#include <vector>

#include "verifier/evidence/memory.h"
#include "verifier/watch/problem.h"

namespace modlog {

// MakeDirectory makes it where it is missing (0755), not its parents.
// kUnavailable.
Result<void> MakeDirectory(const std::string& directory);

// KeepFork writes the evidence and returns the problem: false, certain, with
// the file's path, or with the reason why it could not be written.
Problem KeepFork(const std::string& directory, std::string place,
                 std::string reason, const Seen& before, const Seen& now,
                 const std::vector<Hash>& proof);

// KeepRollback keeps both checkpoints of a log that serves less than it signed.
// They prove no fork, but whoever finds out more needs them.
Problem KeepRollback(const std::string& directory, std::string place,
                     std::string reason, const Seen& signed_before,
                     const Seen& now);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_WATCH_EVIDENCE_H_
