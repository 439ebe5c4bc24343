#ifndef MODLOG_VERIFIER_CORE_SEAL_H_
#define MODLOG_VERIFIER_CORE_SEAL_H_

// Seals: the only thing in a log that a platform signs. A seal stands right
// behind the `count` actions that it covers; docs/formats.md, "Seals".
//
//   08 <before>   varint, absent for 0
//   10 <count>    varint, 1..65,536
//   1a 20 <root>      RFC 6962 root over the actions' bytes
//   22 20 <previous>  SHA-256 of the platform's previous seal, absent for none
//   28 <key>      varint, number of the platform's seal key, from 1
//   32 40 <signature>
//
// is the canonical encoding of modlog.v1.Seal. Signed, by Ed25519 (RFC 8032):
//
//   "modlog/seal/v1\n" || origin || "\n" || platform || "\n" || the fields
//   before the signature
//
// `before` counts all actions of the platform that stand in the log before the
// first one covered, sealed or not; seals and entries of the operator are no
// actions. So with the platform's seals in log order,
//
//   before = previous.before + previous.count + actions logged in between
//            without a seal
//
// Pure functions and values, thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/ed25519.h"
#include "verifier/core/merkle.h"

namespace modlog {

inline constexpr uint32_t kSealCountMax = 65'536;
inline constexpr size_t kSealSizeMax = 11 + 4 + 34 + 34 + 6 + 66;
inline constexpr size_t kSignatureSize = 64;

struct Seal {
  uint64_t before = 0;
  uint32_t count = 0;
  Hash root = {};
  std::optional<Hash> previous = {};
  uint32_t key = 0;
  std::string signature = {};  // 64 bytes
  friend bool operator==(const Seal&, const Seal&) = default;
};

// EncodeSeal returns the canonical bytes. REQUIRES: count and key in range, 64
// bytes of signature.
std::string EncodeSeal(const Seal& seal);
// DecodeSeal reads exactly what EncodeSeal writes; kMalformed for other bytes.
Result<Seal> DecodeSeal(std::string_view bytes);

// SealText is what is signed.
std::string SealText(const Seal& seal, std::string_view origin,
                     std::string_view platform);
// SignSeal puts the signature into the seal.
void SignSeal(const Ed25519PrivateKey& key, std::string_view origin,
              std::string_view platform, Seal* seal);
bool VerifySeal(const Seal& seal, std::string_view origin,
                std::string_view platform, const Ed25519PublicKey& key);

// HashSeal is what the next seal names as `previous`.
Hash HashSeal(std::string_view seal_bytes);

// HashSealedAction is the leaf of a seal's tree: SHA-256(00 || action).
Hash HashSealedAction(std::string_view action);

// KeyProofText is what a platform's new key signs to be registered:
// "modlog/key/v1\n" || origin || "\n" || platform || "\n" || number || "\n".
std::string KeyProofText(std::string_view origin, std::string_view platform,
                         uint32_t number);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_SEAL_H_
