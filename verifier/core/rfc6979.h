#ifndef MODLOG_VERIFIER_CORE_RFC6979_H_
#define MODLOG_VERIFIER_CORE_RFC6979_H_

// The nonce of RFC 6979, section 3.2, with HMAC-SHA-256 and the order of P-256:
// drawn from the secret and the message, so that two proofs of one thing are
// the same bytes and no bad generator gives the secret away. Thread-safe.

#include "verifier/core/sha256.h"

namespace modlog {

// P256Nonce returns k, big-endian, 1 <= k < q. `message_hash` is H(m), 32
// bytes, of the RFC. REQUIRES: `secret` is 32 bytes, big-endian, 1 <= x < q.
Hash P256Nonce(Bytes secret, const Hash& message_hash);

// The order q of the group P-256, big-endian. SEC 2, section 2.4.2.
inline constexpr Hash kP256Order = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

// IsP256Scalar: 1 <= n < q.
bool IsP256Scalar(const Hash& n);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_RFC6979_H_
