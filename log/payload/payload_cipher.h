#ifndef MODLOG_LOG_PAYLOAD_PAYLOAD_CIPHER_H_
#define MODLOG_LOG_PAYLOAD_PAYLOAD_CIPHER_H_

// How a part of a payload is kept: AES-256-GCM (NIST SP 800-38D) under a key
// drawn for this part and this writing alone, so that the nonce can be zero and
// overwriting the key erases every copy of the ciphertext.
//
//   additional data = "modlog/payload/v1" || 00 || commitment || tag
//   stored          = ciphertext || 16-byte GCM tag
//
// Thread-safe. Source: the project's own; docs/formats.md.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kPartKeySize = 32;
inline constexpr size_t kGcmTagSize = 16;
using PartKey = std::array<uint8_t, kPartKeySize>;

// The tag under which the 24 commitments of a record are kept.
inline constexpr uint8_t kCommitmentsTag = 0;

// DrawPartKeys returns fresh keys from the system's generator.
std::vector<PartKey> DrawPartKeys(size_t count);

// SealPart encrypts. REQUIRES: a key that was never used.
std::string SealPart(const PartKey& key, Bytes commitment, uint8_t tag,
                     std::string_view plain);

// OpenPart decrypts. kCorrupt where key, commitment, tag and bytes do not
// belong together.
Result<std::string> OpenPart(const PartKey& key, Bytes commitment, uint8_t tag,
                             std::string_view sealed);

}  // namespace modlog

#endif  // MODLOG_LOG_PAYLOAD_PAYLOAD_CIPHER_H_
