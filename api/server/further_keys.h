#ifndef MODLOG_API_SERVER_FURTHER_KEYS_H_
#define MODLOG_API_SERVER_FURTHER_KEYS_H_

// The keys that a log may have besides its own, each in a file of one line as
// log.key is, mode 0600, and named like the log:
//
//   --cose-key    of type 0x01, signs COSE receipts. It is not the log's key:
//                 who has it can make receipts, and no checkpoint
//   --mldsa-key   of type 0x06, signs each checkpoint as well
//
// Readers hold a log to them as to its own. So each is made once, where the
// store knows of none, and its vkey kept in the store, as cose_vkey and
// mldsa_vkey: from then on it is that key or none.

#include <optional>

#include "api/server/config.h"
#include "log/store/store.h"
#include "verifier/core/note.h"

namespace modlog {

struct FurtherKeys {
  std::optional<SignerKey> cose;
  std::optional<MlDsaSignerKey> mldsa;
};

// OpenFurtherKeys opens those that `config` names, and makes one, with its
// file, that the store of this log knows nothing of. Refused: a missing file of
// a key that the store knows (kNotFound), another key than that, one that is
// not named like the log, the log's own (kConflict), a file that others may
// read (kForbidden), a key of another type, or ML-DSA-44 without libcrypto's
// help (kUntrusted), one that does not parse.
Result<FurtherKeys> OpenFurtherKeys(const Config& config,
                                    const VerifierKey& log, Store* store);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_FURTHER_KEYS_H_
