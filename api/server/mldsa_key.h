#ifndef MODLOG_API_SERVER_MLDSA_KEY_H_
#define MODLOG_API_SERVER_MLDSA_KEY_H_

// The second key of a log, of type 0x06: a file of one line as log.key is, mode
// 0600, named like the log.

#include <string>

#include "verifier/core/note.h"

namespace modlog {

// LoadOrMakeMlDsaKey makes key and file where there is no file. Refused:
// libcrypto without ML-DSA-44 (kUntrusted), a file that others may read
// (kForbidden), a key of another name than `origin` (kConflict), one that does
// not parse.
Result<MlDsaSignerKey> LoadOrMakeMlDsaKey(const std::string& path,
                                          const std::string& origin);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_MLDSA_KEY_H_
