#ifndef MODLOG_API_SERVER_NOT_OLDER_H_
#define MODLOG_API_SERVER_NOT_OLDER_H_

// --not-older-than: a checkpoint of this log that somebody else has kept. A
// directory restored from a backup, its high-water file included, looks like an
// earlier day of an honest log, and going on from there makes a second history.
// Only what is kept elsewhere can tell: witnesses, or this.

#include <string>

#include "log/log.h"
#include "log/store/store.h"
#include "verifier/core/note.h"

namespace modlog {

inline constexpr int kNotOlderTimeMs = 20'000;  // for an address to answer

// ReadKeptHead reads the checkpoint: of a file, or of a log or a copy of one at
// an http or https address, with or without its "/checkpoint". Errors name the
// option and `where`: kUnavailable or kNotFound where it cannot be read,
// kMalformed or kUntrusted where it is none that `log` signed.
Result<TreeHead> ReadKeptHead(const std::string& where, const VerifierKey& log);

// CheckReaches: the store holds as many entries; to be asked before anything is
// written to it. CheckExtends: they are the same. kConflict, with the remedy.
Result<void> CheckReaches(Store& store, const TreeHead& kept);
Result<void> CheckExtends(Log& log, const TreeHead& kept);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_NOT_OLDER_H_
