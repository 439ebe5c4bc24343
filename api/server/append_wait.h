#ifndef MODLOG_API_SERVER_APPEND_WAIT_H_
#define MODLOG_API_SERVER_APPEND_WAIT_H_

// Callers who want their answer with a quorum of cosignatures in it.

#include "log/log.h"

namespace modlog {

inline constexpr int64_t kWitnessedWaitMs = 30'000;

// OnceWitnessed returns what passes an answer on to `done` once the published
// head covers all that stands in it, with that head and, if asked for,
// with paths to it. After
// kWitnessedWaitMs, or where nothing stands, as the log gave it. `log` must
// outlive the wait.
AppendDone OnceWitnessed(Log* log, bool with_proofs, AppendDone done);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_APPEND_WAIT_H_
