#ifndef MODLOG_API_SERVER_COSE_KEY_H_
#define MODLOG_API_SERVER_COSE_KEY_H_

// The key that signs COSE receipts: a file of one line as log.key is, mode
// 0600, of a key that is named like the log. It is not the log's key: who has
// it can make receipts, and no checkpoint.

#include <string>

#include "verifier/core/note.h"

namespace modlog {

// LoadOrMakeCoseKey makes key and file where there is no file. Refused: a file
// that others may read (kForbidden), a key of another name than the log, and
// the log's own (kConflict), one that does not parse, or is of another type
// than 0x01.
Result<SignerKey> LoadOrMakeCoseKey(const std::string& path,
                                    const VerifierKey& log);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_COSE_KEY_H_
