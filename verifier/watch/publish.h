#ifndef MODLOG_VERIFIER_WATCH_PUBLISH_H_
#define MODLOG_VERIFIER_WATCH_PUBLISH_H_

// What one has seen, for others to compare with: DIRECTORY/<hex of SHA-256 of
// the origin>/checkpoint, so that any web server that serves the directory is
// what a witness is to who reads (c2sp.org/tlog-witness, monitoring).

#include <string>

#include "verifier/evidence/memory.h"

namespace modlog {

// Publish writes the note, atomically and durably. Makes the directories.
// kUnavailable.
Result<void> Publish(const std::string& directory, const Seen& seen);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_PUBLISH_H_
