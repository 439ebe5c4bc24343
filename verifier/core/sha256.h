#ifndef MODLOG_VERIFIER_CORE_SHA256_H_
#define MODLOG_VERIFIER_CORE_SHA256_H_

// SHA-256 and the hashes of the Merkle tree, RFC 6962 section 2.1 with SHA-256:
//
//   empty tree  SHA-256("")
//   leaf        SHA-256(0x00 || entry)
//   node        SHA-256(0x01 || left || right)
//
// Thread-safe: each thread has a context of its own. The digest is fetched
// once; the one-shot SHA256() of OpenSSL 3 looks it up at every call, three
// times the cost.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "verifier/core/bytes.h"

namespace modlog {

inline constexpr size_t kHashSize = 32;
using Hash = std::array<uint8_t, kHashSize>;

// Sha256 hashes the concatenation of the parts.
Hash Sha256(std::span<const Bytes> parts);
inline Hash Sha256(std::initializer_list<Bytes> parts) {
  return Sha256(std::span(parts.begin(), parts.size()));
}
inline Hash Sha256(Bytes bytes) { return Sha256({bytes}); }

Hash HashEmpty();
Hash HashLeaf(Bytes entry);
Hash HashNode(const Hash& left, const Hash& right);

// HashFromBytes returns nothing unless there are exactly 32 bytes.
std::optional<Hash> HashFromBytes(Bytes bytes);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_SHA256_H_
