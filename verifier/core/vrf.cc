#include "verifier/core/vrf.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "verifier/core/rfc6979.h"

namespace modlog {
namespace {

constexpr size_t kPointSize = VrfPublicKey::kSize;
constexpr size_t kChallengeSize = 16;  // cLen
constexpr size_t kScalarSize = 32;     // qLen
static_assert(kPointSize + kChallengeSize + kScalarSize == kVrfProofSize);

// RFC 9381, 5.5 and the domain separators of 5.2, 5.4.1.1 and 5.4.3.
constexpr uint8_t kSuite = 0x01;
constexpr uint8_t kEncodeToCurve = 0x01;
constexpr uint8_t kChallenge = 0x02;
constexpr uint8_t kProofToHash = 0x03;
constexpr uint8_t kBack = 0x00;

struct Free {
  void operator()(BIGNUM* n) const { BN_clear_free(n); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
};
using Number = std::unique_ptr<BIGNUM, Free>;
using NumberContext = std::unique_ptr<BN_CTX, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;
using PointBytes = std::array<uint8_t, kPointSize>;

// Read only after it was made, so that all threads may share it.
const EC_GROUP* Group() {
  static const std::unique_ptr<EC_GROUP, Free> group(
      EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  MODLOG_CHECK(group != nullptr, "libcrypto provides P-256");
  return group.get();
}

NumberContext NewNumberContext() {
  NumberContext context(BN_CTX_secure_new());
  MODLOG_CHECK(context != nullptr, "there is memory for numbers");
  return context;
}

Number NumberFrom(Bytes bytes) {
  Number n(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  MODLOG_CHECK(n != nullptr, "there is memory for a number");
  return n;
}

Number SecretFrom(Bytes bytes) {
  Number n = NumberFrom(bytes);
  BN_set_flags(n.get(), BN_FLG_CONSTTIME);
  return n;
}

Point NewPoint() {
  Point point(EC_POINT_new(Group()));
  MODLOG_CHECK(point != nullptr, "there is memory for a point");
  return point;
}

// string_to_point: nothing for what is no compressed point of the curve.
// Never the identity, which SEC 1 writes as one byte.
std::optional<Point> PointFrom(Bytes bytes, BN_CTX* context) {
  if (bytes.size() != kPointSize || (bytes[0] != 0x02 && bytes[0] != 0x03)) {
    return std::nullopt;
  }
  Point point = NewPoint();
  ERR_set_mark();  // a refusal must not lie in the thread's queue for others
  const bool ok = EC_POINT_oct2point(Group(), point.get(), bytes.data(),
                                     bytes.size(), context) == 1;
  ERR_pop_to_mark();
  if (!ok) return std::nullopt;
  return point;
}

// point_to_string; the identity is the one byte 00 (SEC 1, 2.3.3).
std::string StringOf(const Point& point, BN_CTX* context) {
  PointBytes bytes;
  const size_t size =
      EC_POINT_point2oct(Group(), point.get(), POINT_CONVERSION_COMPRESSED,
                         bytes.data(), bytes.size(), context);
  MODLOG_CHECK(size == bytes.size() || size == 1, "a point has an encoding");
  return std::string(AsText(bytes).substr(0, size));
}

// n times a point, or times the base where there is none: one multiplication
// alone, which is the form that libcrypto does in constant time.
Point Multiply(const Number& n, const EC_POINT* point, BN_CTX* context) {
  Point product = NewPoint();
  const int ok = point == nullptr
                     ? EC_POINT_mul(Group(), product.get(), n.get(), nullptr,
                                    nullptr, context)
                     : EC_POINT_mul(Group(), product.get(), nullptr, point,
                                    n.get(), context);
  MODLOG_CHECK(ok == 1, "multiplying a point of the curve cannot fail");
  return product;
}

// a - b.
Point Subtract(const Point& a, Point b, BN_CTX* context) {
  Point difference = NewPoint();
  MODLOG_CHECK(EC_POINT_invert(Group(), b.get(), context) == 1 &&
                   EC_POINT_add(Group(), difference.get(), a.get(), b.get(),
                                context) == 1,
               "adding points of the curve cannot fail");
  return difference;
}

// ECVRF_encode_to_curve_try_and_increment, 5.4.1.1. Half of all x have a point,
// so that 256 attempts fail with a chance of 2^-256.
Point EncodeToCurve(Bytes salt, Bytes input, BN_CTX* context) {
  constexpr uint8_t kFront[] = {kSuite, kEncodeToCurve};
  for (unsigned counter = 0; counter < 256; ++counter) {
    const uint8_t tail[] = {static_cast<uint8_t>(counter), kBack};
    const Hash hash = Sha256({kFront, salt, input, tail});
    PointBytes bytes = {0x02};
    std::ranges::copy(hash, bytes.begin() + 1);
    if (auto point = PointFrom(bytes, context)) return *std::move(point);
  }
  MODLOG_CHECK(false, "SHA-256 finds a point of the curve");
  return NewPoint();
}

// ECVRF_challenge_generation, 5.4.3.
Hash ChallengeOf(std::string_view points) {
  constexpr uint8_t kFront[] = {kSuite, kChallenge};
  constexpr uint8_t kTail[] = {kBack};
  return Sha256({kFront, AsBytes(points), kTail});
}

struct Proof {
  Point gamma;
  Bytes gamma_bytes;
  Bytes challenge;
  Bytes scalar;  // s < q
};

// ECVRF_decode_proof, 5.4.4.
Result<Proof> DecodeProof(Bytes bytes, BN_CTX* context) {
  if (bytes.size() != kVrfProofSize) {
    return Fail(Code::kMalformed,
                "VRF proof of " + std::to_string(bytes.size()) +
                    " bytes, want " + std::to_string(kVrfProofSize));
  }
  Proof proof{.gamma = nullptr,
              .gamma_bytes = bytes.first(kPointSize),
              .challenge = bytes.subspan(kPointSize, kChallengeSize),
              .scalar = bytes.last(kScalarSize)};
  auto gamma = PointFrom(proof.gamma_bytes, context);
  if (!gamma) {
    return Fail(Code::kMalformed,
                "VRF proof does not begin with a point of P-256");
  }
  if (!std::ranges::lexicographical_compare(proof.scalar, kP256Order)) {
    return Fail(Code::kMalformed,
                "VRF proof ends with a number that is not below the order of "
                "P-256");
  }
  proof.gamma = *std::move(gamma);
  return proof;
}

// ECVRF_proof_to_hash, 5.2; the cofactor is 1.
Hash OutputOf(Bytes gamma) {
  constexpr uint8_t kFront[] = {kSuite, kProofToHash};
  constexpr uint8_t kTail[] = {kBack};
  return Sha256({kFront, gamma, kTail});
}

Result<void> CheckInput(Bytes input) {
  if (input.size() <= kVrfInputSizeMax) return {};
  return Fail(Code::kTooLarge, "VRF input of " + std::to_string(input.size()) +
                                   " bytes, limit " +
                                   std::to_string(kVrfInputSizeMax));
}

// s = (k + c x) mod q, 5.1, step 8.
std::string ResponseOf(const Hash& nonce, Bytes challenge, Bytes secret,
                       BN_CTX* context) {
  const Number k = SecretFrom(nonce);
  const Number c = NumberFrom(challenge);
  const Number x = SecretFrom(secret);
  const Number s = SecretFrom(Bytes());
  const BIGNUM* const order = EC_GROUP_get0_order(Group());
  std::array<uint8_t, kScalarSize> bytes;
  MODLOG_CHECK(
      BN_mod_mul(s.get(), c.get(), x.get(), order, context) == 1 &&
          BN_mod_add(s.get(), s.get(), k.get(), order, context) == 1 &&
          BN_bn2binpad(s.get(), bytes.data(), static_cast<int>(bytes.size())) ==
              static_cast<int>(bytes.size()),
      "there is memory for a number");
  return std::string(AsText(bytes));
}

}  // namespace

Result<VrfPublicKey> VrfPublicKey::From(Bytes raw) {
  if (raw.size() != kSize || (raw[0] != 0x02 && raw[0] != 0x03)) {
    return Fail(Code::kMalformed,
                "VRF key of " + std::to_string(raw.size()) + " bytes, want " +
                    std::to_string(kSize) +
                    ": a compressed point, which begins with 02 or 03");
  }
  if (!PointFrom(raw, NewNumberContext().get())) {
    return Fail(Code::kUntrusted, "VRF key is not a point of P-256");
  }
  VrfPublicKey key;
  std::ranges::copy(raw, key.raw_.begin());
  return key;
}

// ECVRF_verify, 5.3.
Result<Hash> VrfPublicKey::Verify(Bytes input, Bytes proof_bytes) const {
  RETURN_IF_ERROR(CheckInput(input));
  const NumberContext context = NewNumberContext();
  ASSIGN_OR_RETURN(const Proof proof, DecodeProof(proof_bytes, context.get()));
  const auto key = PointFrom(raw_, context.get());
  MODLOG_CHECK(key.has_value(), "a VRF key is a point");
  const Point h = EncodeToCurve(raw_, input, context.get());
  const Number c = NumberFrom(proof.challenge);
  const Number s = NumberFrom(proof.scalar);
  const Point u =
      Subtract(Multiply(s, nullptr, context.get()),
               Multiply(c, key->get(), context.get()), context.get());
  const Point v =
      Subtract(Multiply(s, h.get(), context.get()),
               Multiply(c, proof.gamma.get(), context.get()), context.get());
  std::string points(AsText(raw_));
  points += StringOf(h, context.get());
  points.append(AsText(proof.gamma_bytes));
  points += StringOf(u, context.get());
  points += StringOf(v, context.get());
  const Hash challenge = ChallengeOf(points);
  if (!std::ranges::equal(Bytes(challenge).first(kChallengeSize),
                          proof.challenge)) {
    return Fail(Code::kBadProof,
                "VRF proof does not hold for this input and key");
  }
  return OutputOf(proof.gamma_bytes);
}

Result<Hash> VrfProofToHash(Bytes proof_bytes) {
  ASSIGN_OR_RETURN(const Proof proof,
                   DecodeProof(proof_bytes, NewNumberContext().get()));
  return OutputOf(proof.gamma_bytes);
}

VrfPrivateKey VrfPrivateKey::Generate() {
  const Number x(BN_secure_new());
  std::array<uint8_t, kScalarSize> bytes;
  while (true) {
    MODLOG_CHECK(
        BN_priv_rand_range(x.get(), EC_GROUP_get0_order(Group())) == 1 &&
            BN_bn2binpad(x.get(), bytes.data(),
                         static_cast<int>(bytes.size())) ==
                static_cast<int>(bytes.size()),
        "the system gives random bytes");
    auto key = FromSecret(bytes);
    if (!key) continue;  // zero
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return *std::move(key);
  }
}

Result<VrfPrivateKey> VrfPrivateKey::FromSecret(Bytes secret) {
  const auto scalar = HashFromBytes(secret);
  if (!scalar || !IsP256Scalar(*scalar)) {
    return Fail(Code::kMalformed,
                "VRF secret of " + std::to_string(secret.size()) +
                    " bytes, want 32 that are a number from 1 to below the "
                    "order of P-256");
  }
  VrfPrivateKey key;
  key.secret_ = *scalar;
  const NumberContext context = NewNumberContext();
  const Point point = Multiply(SecretFrom(key.secret_), nullptr, context.get());
  std::ranges::copy(AsBytes(StringOf(point, context.get())),
                    key.public_key_.raw_.begin());
  return key;
}

VrfPrivateKey::~VrfPrivateKey() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
}

// ECVRF_prove, 5.1.
Result<std::string> VrfPrivateKey::Prove(Bytes input) const {
  RETURN_IF_ERROR(CheckInput(input));
  const NumberContext context = NewNumberContext();
  const Point h = EncodeToCurve(public_key_.raw_, input, context.get());
  const std::string h_bytes = StringOf(h, context.get());
  const std::string gamma = StringOf(
      Multiply(SecretFrom(secret_), h.get(), context.get()), context.get());
  Hash nonce = P256Nonce(secret_, Sha256(AsBytes(h_bytes)));
  const Number k = SecretFrom(nonce);
  std::string points(AsText(public_key_.raw_));
  points += h_bytes;
  points += gamma;
  points += StringOf(Multiply(k, nullptr, context.get()), context.get());
  points += StringOf(Multiply(k, h.get(), context.get()), context.get());
  const Hash challenge = ChallengeOf(points);
  const Bytes c = Bytes(challenge).first(kChallengeSize);
  std::string proof = gamma;
  proof.append(AsText(c));
  proof += ResponseOf(nonce, c, secret_, context.get());
  OPENSSL_cleanse(nonce.data(), nonce.size());
  return proof;
}

}  // namespace modlog
