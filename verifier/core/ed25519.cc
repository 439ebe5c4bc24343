#include "verifier/core/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "verifier/core/libcrypto.h"

namespace modlog {
namespace {

constexpr size_t kEd25519SignatureSize = 64;
using Encoding = std::array<uint8_t, Ed25519PublicKey::kSize>;

// An encoding is y, little-endian, with the sign of x in the top bit
// (RFC 8032, 5.1.2). These are the y of the eight points whose order divides 8:
// every x is 0, or comes with both signs, so that the sign need not be looked
// at; 0 with the sign set is no canonical encoding either (5.1.3, step 4).
//
//   order 1: y = 1    order 2: y = -1    order 4: y = 0
//   order 8: y^2 is a root of d y^4 + 2 y^2 - 1, two y of opposite sign
//
// tools/vectors.py computes the eight points; core_golden_test compares.
constexpr Encoding kSmallOrderY[] = {
    {0x01},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x00},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

// IsCanonical: y < p = 2^255 - 19, that is ed ff … ff 7f. `y` has no sign bit.
bool IsCanonical(const Encoding& y) {
  const bool middle_full = std::all_of(y.begin() + 1, y.end() - 1,
                                       [](uint8_t b) { return b == 0xff; });
  return !(y.back() == 0x7f && middle_full && y.front() >= 0xed);
}

std::shared_ptr<void> OwnEd25519(EVP_PKEY* pkey) {
  MODLOG_CHECK(pkey != nullptr, "libcrypto provides Ed25519");
  return OwnPkey(pkey);
}

}  // namespace

Result<Ed25519PublicKey> Ed25519PublicKey::From(Bytes raw) {
  if (raw.size() != kSize) {
    return Fail(Code::kMalformed, "public key of " +
                                      std::to_string(raw.size()) +
                                      " bytes, want " + std::to_string(kSize));
  }
  Encoding y;
  std::ranges::copy(raw, y.begin());
  y.back() &= 0x7f;
  if (!IsCanonical(y)) {
    return Fail(Code::kUntrusted, "public key is not canonically encoded");
  }
  if (std::ranges::find(kSmallOrderY, y) != std::end(kSmallOrderY)) {
    return Fail(Code::kUntrusted,
                "public key of small order, under which anybody can sign");
  }
  Ed25519PublicKey key;
  std::ranges::copy(raw, key.raw_.begin());
  key.pkey_ = OwnEd25519(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                     raw.data(), raw.size()));
  return key;
}

bool Ed25519PublicKey::Verify(Bytes message, Bytes signature) const {
  if (signature.size() != kEd25519SignatureSize) return false;
  const DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr,
                              PkeyOf(pkey_)) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          message.data(), message.size()) == 1;
}

Ed25519PrivateKey Ed25519PrivateKey::Generate() {
  Ed25519PrivateKey key;
  key.pkey_ = OwnEd25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return key;
}

Result<Ed25519PrivateKey> Ed25519PrivateKey::FromSeed(Bytes seed) {
  if (seed.size() != kSeedSize) {
    return Fail(Code::kMalformed, "seed of " + std::to_string(seed.size()) +
                                      " bytes, want " +
                                      std::to_string(kSeedSize));
  }
  Ed25519PrivateKey key;
  key.pkey_ = OwnEd25519(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  return key;
}

std::string Ed25519PrivateKey::Sign(Bytes message) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::array<uint8_t, kEd25519SignatureSize> signature;
  size_t size = signature.size();
  const bool ok = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr,
                                     PkeyOf(pkey_)) == 1 &&
                  EVP_DigestSign(context.get(), signature.data(), &size,
                                 message.data(), message.size()) == 1;
  MODLOG_CHECK(ok && size == kEd25519SignatureSize,
               "Ed25519 signing cannot fail");
  return std::string(AsText(signature));
}

Ed25519PublicKey Ed25519PrivateKey::PublicKey() const {
  Encoding raw;
  size_t size = raw.size();
  MODLOG_CHECK(
      EVP_PKEY_get_raw_public_key(PkeyOf(pkey_), raw.data(), &size) == 1 &&
          size == raw.size(),
      "a private key has a public key");
  // A clamped scalar is no multiple of the group's order: never a weak point.
  return Ed25519PublicKey::From(raw).value();
}

std::string Ed25519PrivateKey::Seed() const {
  std::array<uint8_t, kSeedSize> seed;
  size_t size = seed.size();
  MODLOG_CHECK(
      EVP_PKEY_get_raw_private_key(PkeyOf(pkey_), seed.data(), &size) == 1 &&
          size == seed.size(),
      "a private key has a seed");
  std::string text(AsText(seed));
  OPENSSL_cleanse(seed.data(), seed.size());
  return text;
}

}  // namespace modlog
