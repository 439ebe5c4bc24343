#ifndef MODLOG_VERIFIER_CORE_MLDSA44_H_
#define MODLOG_VERIFIER_CORE_MLDSA44_H_

// ML-DSA-44 (FIPS 204), pure, with an empty context: signatures that a quantum
// computer does not forge. By libcrypto, which has it from OpenSSL 3.5 on;
// which one is there shows when the program runs.
//
// Values, thread-safe.

#include <cstdint>
#include <memory>
#include <string>

#include "verifier/core/bytes.h"

namespace modlog {

inline constexpr size_t kMlDsa44SignatureSize = 2'420;

// HasMlDsa44: whether this libcrypto has it. Where not, no key can be made.
bool HasMlDsa44();
// DescribeLibcrypto is for --version: "OpenSSL 3.5.9 …, with ML-DSA-44".
std::string DescribeLibcrypto();

class MlDsa44PublicKey {
 public:
  static constexpr size_t kSize = 1'312;

  // From: kMalformed unless 1,312 bytes, kUntrusted where libcrypto cannot.
  static Result<MlDsa44PublicKey> From(Bytes raw);

  bool Verify(Bytes message, Bytes signature) const;
  Bytes raw() const { return AsBytes(raw_); }
  friend bool operator==(const MlDsa44PublicKey& a, const MlDsa44PublicKey& b) {
    return a.raw_ == b.raw_;
  }

 private:
  MlDsa44PublicKey() = default;
  std::string raw_;
  std::shared_ptr<void> pkey_;  // EVP_PKEY, shared: it is immutable
};

class MlDsa44PrivateKey {
 public:
  static constexpr size_t kSeedSize = 32;

  // Generate: kUntrusted where libcrypto cannot.
  static Result<MlDsa44PrivateKey> Generate();
  // FromSeed: kMalformed unless 32 bytes, kUntrusted where libcrypto cannot.
  static Result<MlDsa44PrivateKey> FromSeed(Bytes seed);

  // Sign returns 2,420 bytes, of the same message the same: the deterministic
  // variant, so that a log that signs a head again says nothing new.
  std::string Sign(Bytes message) const;
  const MlDsa44PublicKey& PublicKey() const { return *public_; }
  const std::string& Seed() const { return seed_; }  // 32 bytes, secret

 private:
  MlDsa44PrivateKey() = default;
  std::string seed_;
  std::shared_ptr<void> pkey_;
  std::shared_ptr<const MlDsa44PublicKey> public_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_MLDSA44_H_
