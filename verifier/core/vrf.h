#ifndef MODLOG_VERIFIER_CORE_VRF_H_
#define MODLOG_VERIFIER_CORE_VRF_H_

// A verifiable random function: whoever holds the private key makes 32 bytes
// from an input, which nobody else can foresee, and a proof that they are the
// only ones that this key makes of it.
//
//   input ── Prove ──► proof, 81 bytes ── Verify ──► output, 32 bytes
//
//   proof = Gamma (33, compressed point) || c (16) || s (32)
//
// ECVRF-P256-SHA256-TAI, suite 0x01, of RFC 9381 (section 5.5), in its
// constants: P-256, SHA-256, c of 16 bytes, cofactor 1, the input hashed to the
// curve by try and increment with the public key as salt, the nonce of RFC
// 6979, s < q. The key is checked as 5.4.5 asks: a point of the curve that is
// not the identity; with cofactor 1 there is nothing more to check.
//
// Try and increment takes a time that depends on the input: Prove is for a
// machine of the platform's own, not for answering strangers. Multiplications
// by secrets are single ones, which libcrypto does in constant time.
//
// By libcrypto's groups and big numbers, which OpenSSL 3 keeps. Thread-safe.

#include <array>
#include <string>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kVrfProofSize = 81;
inline constexpr size_t kVrfInputSizeMax = 16'384;

class VrfPublicKey {
 public:
  static constexpr size_t kSize = 33;  // SEC 1, compressed: 02 or 03, then x

  // From: kMalformed unless 33 bytes that begin with 02 or 03; kUntrusted
  // where no point of the curve has this x.
  static Result<VrfPublicKey> From(Bytes raw);

  // Verify returns the output. kMalformed for a proof of another size or whose
  // parts are out of range; kTooLarge for an input beyond kVrfInputSizeMax;
  // kBadProof where the proof does not hold.
  Result<Hash> Verify(Bytes input, Bytes proof) const;

  const std::array<uint8_t, kSize>& raw() const { return raw_; }
  friend bool operator==(const VrfPublicKey&, const VrfPublicKey&) = default;

 private:
  friend class VrfPrivateKey;
  VrfPublicKey() = default;
  std::array<uint8_t, kSize> raw_ = {};
};

// VrfProofToHash returns the output that a proof stands for, without checking
// that it holds: for proofs of one's own. kMalformed as in Verify.
Result<Hash> VrfProofToHash(Bytes proof);

class VrfPrivateKey {
 public:
  static constexpr size_t kSize = 32;

  static VrfPrivateKey Generate();
  // FromSecret: the secret scalar, big-endian. kMalformed unless 32 bytes and
  // 1 <= x < q.
  static Result<VrfPrivateKey> FromSecret(Bytes secret);
  ~VrfPrivateKey();
  VrfPrivateKey(const VrfPrivateKey&) = default;
  VrfPrivateKey& operator=(const VrfPrivateKey&) = default;

  // Prove returns kVrfProofSize bytes, the same for the same input. kTooLarge.
  Result<std::string> Prove(Bytes input) const;
  const VrfPublicKey& PublicKey() const { return public_key_; }
  Bytes Secret() const { return secret_; }

 private:
  VrfPrivateKey() = default;
  Hash secret_ = {};
  VrfPublicKey public_key_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_VRF_H_
