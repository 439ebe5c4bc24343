#ifndef MODLOG_API_KEYS_KEY_FILE_H_
#define MODLOG_API_KEYS_KEY_FILE_H_

// A log's key in a file: one line, as golang.org's sumdb/note writes signers,
//
//   PRIVATE+KEY+<origin>+<8 hex of key id>+<base64 of 01 || seed>
//
// that only its owner may read.

#include <optional>
#include <string>

#include "verifier/core/note.h"

namespace modlog {

// CheckOrigin: a name that stands in every checkpoint for ever, so what breaks
// a convention is refused before it is used once. kMalformed.
// https://c2sp.org/tlog-checkpoint, "Note text": schema-less URL.
Result<void> CheckOrigin(const std::string& origin);

// ReadLogKey returns nothing where there is no file. kForbidden where others
// may read it, kMalformed, kUntrusted for a key of another type.
Result<std::optional<SignerKey>> ReadLogKey(const std::string& path);

// CheckIsNamed: that the key of `path` is named `origin`, where one is asked
// for. kConflict.
Result<void> CheckIsNamed(const SignerKey& key,
                          const std::optional<std::string>& origin,
                          const std::string& path);

// MakeLogKey makes a key and its file, mode 0600, synced; kAlreadyExists where
// there is a file, which is never replaced.
Result<SignerKey> MakeLogKey(const std::string& origin,
                             const std::string& path);

}  // namespace modlog

#endif  // MODLOG_API_KEYS_KEY_FILE_H_
