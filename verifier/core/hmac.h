#ifndef MODLOG_VERIFIER_CORE_HMAC_H_
#define MODLOG_VERIFIER_CORE_HMAC_H_

// HMAC (RFC 2104) and HKDF (RFC 5869) with SHA-256, out of the hash that
// libcrypto provides. A record is committed to by some forty of them, each of a
// few blocks: libcrypto's own EVP_MAC and EVP_KDF look the digest up by its
// name and allocate at every call, which costs several times the hashing.
//
// Pure functions, thread-safe. Intermediate keys stay on the stack.

#include <initializer_list>

#include "verifier/core/sha256.h"

namespace modlog {

// The message is in parts, at most kHmacPartsMax, none of which is copied.
inline constexpr size_t kHmacPartsMax = 6;
Hash HmacSha256(Bytes key, std::initializer_list<Bytes> message);
inline Hash HmacSha256(Bytes key, Bytes message) {
  return HmacSha256(key, {message});
}

// HKDF in its two steps, RFC 5869 sections 2.2 and 2.3; the second with an
// output of one hash.
inline Hash HkdfExtract(Bytes salt, Bytes secret) {
  return HmacSha256(salt, secret);
}
Hash HkdfExpand(const Hash& key, std::initializer_list<Bytes> info);
inline Hash HkdfExpand(const Hash& key, Bytes info) {
  return HkdfExpand(key, {info});
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_HMAC_H_
