#ifndef MODLOG_VERIFIER_WITNESS_WITNESS_KEY_H_
#define MODLOG_VERIFIER_WITNESS_WITNESS_KEY_H_

// The witness's key: a file of one line, "PRIVATE+KEY+<name>+<id>+<base64>",
// mode 0600, made once. It is the key of a cosigner (type 0x04), used for
// nothing else.

#include <optional>
#include <string>

#include "verifier/core/note.h"

namespace modlog {

// LoadWitnessKey returns nothing where there is no file. kForbidden for a file
// that others may read, kConflict for a key of another name than `name`.
Result<std::optional<SignerKey>> LoadWitnessKey(
    const std::string& path, const std::optional<std::string>& name);

// MakeWitnessKey makes a key and its file. kMalformed for an unusable name.
Result<SignerKey> MakeWitnessKey(const std::string& path,
                                 const std::string& name);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_WITNESS_KEY_H_
