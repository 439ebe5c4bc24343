#ifndef MODLOG_API_KEYS_TOKEN_KEY_H_
#define MODLOG_API_KEYS_TOKEN_KEY_H_

// An Ed25519 key that never leaves its token: a hardware security module, a
// smart card, SoftHSM; whatever speaks PKCS#11 3.0 and knows CKM_EDDSA. The
// token is named by a URI (RFC 7512), read by p11-kit:
//
//   pkcs11:token=LABEL;object=LABEL?module-path=FILE&pin-source=file:FILE
//
//   token=, serial=, slot-id=, …  which token: exactly one must fit; each part
//                                 of RFC 7512 that is said counts
//   object= or id=                which key in it: exactly one must fit
//   module-path=, module-name=    the token's driver, loaded by p11-kit [those
//                                 that p11-kit is configured with]
//   pin-source=                   file with the PIN, that only its owner may
//                                 read; pin-value= is refused: processes show
//                                 their arguments
//
// A build without p11-kit has none of it: kUntrusted, naming the build option.
// Errors of a token are kUnavailable and name what was asked of it. A wrong PIN
// is tried once: tokens count. None is tried where one more would lock it.

#include <memory>
#include <string>
#include <string_view>

#include "verifier/core/ed25519.h"

namespace modlog {

class TokenKey {
 public:
  virtual ~TokenKey() = default;  // logs out
  virtual const Ed25519PublicKey& public_key() const = 0;
  // Sign returns the 64 bytes that the token made of the message, which may be
  // anything: nobody has verified them. One thread at a time.
  virtual Result<std::string> Sign(Bytes message) = 0;
};

// IsTokenUri: whether a key is named by a URI, not by a path.
bool IsTokenUri(std::string_view name);

// OpenTokenKey finds a key. kMalformed for a URI that does not say enough,
// kNotFound, kConflict where several fit, kForbidden for a PIN.
Result<std::unique_ptr<TokenKey>> OpenTokenKey(const std::string& uri);

// MakeTokenKey makes one, named as object= says, that can be neither read nor
// copied out of the token, and has it sign once; one that cannot is removed
// again. kAlreadyExists.
Result<std::unique_ptr<TokenKey>> MakeTokenKey(const std::string& uri);

// What this build can do, for --version.
std::string_view TokenSupport();

}  // namespace modlog

#endif  // MODLOG_API_KEYS_TOKEN_KEY_H_
