#ifndef MODLOG_VERIFIER_CORE_ED25519_H_
#define MODLOG_VERIFIER_CORE_ED25519_H_

// Ed25519 (RFC 8032), by libcrypto, behind a check that libcrypto lacks:
// OpenSSL 3.0 accepts small-order public keys, under which one signature holds
// for every message, and non-canonical encodings. A policy naming such a key
// would name a master key, so it cannot become a PublicKey here.

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "verifier/core/bytes.h"

namespace modlog {

class Ed25519PublicKey {
 public:
  static constexpr size_t kSize = 32;

  // From: kMalformed unless 32 bytes, kUntrusted for a point of small order or
  // a non-canonical encoding.
  static Result<Ed25519PublicKey> From(Bytes raw);

  bool Verify(Bytes message, Bytes signature) const;
  const std::array<uint8_t, kSize>& raw() const { return raw_; }
  friend bool operator==(const Ed25519PublicKey& a, const Ed25519PublicKey& b) {
    return a.raw_ == b.raw_;
  }

 private:
  Ed25519PublicKey() = default;
  std::array<uint8_t, kSize> raw_ = {};
  std::shared_ptr<void> pkey_;  // EVP_PKEY, shared: it is immutable
};

class Ed25519PrivateKey {
 public:
  static constexpr size_t kSeedSize = 32;

  static Ed25519PrivateKey Generate();
  // FromSeed: kMalformed unless 32 bytes.
  static Result<Ed25519PrivateKey> FromSeed(Bytes seed);

  // Sign returns 64 bytes.
  std::string Sign(Bytes message) const;
  Ed25519PublicKey PublicKey() const;
  std::string Seed() const;  // 32 bytes, secret

 private:
  Ed25519PrivateKey() = default;
  std::shared_ptr<void> pkey_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_ED25519_H_
