#include "verifier/core/mldsa44.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>

#include "verifier/core/libcrypto.h"

namespace modlog {
namespace {

constexpr char kName[] = "ML-DSA-44";
// OSSL_PKEY_PARAM_ML_DSA_SEED and OSSL_SIGNATURE_PARAM_DETERMINISTIC, which
// older headers do not have.
constexpr char kSeedParameter[] = "seed";
constexpr char kDeterministic[] = "deterministic";

Result<void> CheckSize(std::string_view what, Bytes bytes, size_t want) {
  if (bytes.size() == want) return {};
  return Fail(Code::kMalformed, std::string(what) + " of " +
                                    std::to_string(bytes.size()) +
                                    " bytes, want " + std::to_string(want));
}

std::unexpected<Error> Lacking() {
  ERR_clear_error();
  return Fail(Code::kUntrusted,
              "ML-DSA-44 needs libcrypto of OpenSSL 3.5 or newer");
}

EVP_PKEY* KeyFromSeed(std::string seed) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kName, nullptr));
  std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_octet_string(kSeedParameter, seed.data(),
                                        seed.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* pkey = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &pkey, EVP_PKEY_KEYPAIR,
                        params.data()) != 1) {
    return nullptr;
  }
  return pkey;
}

}  // namespace

bool HasMlDsa44() {
  static const bool has = [] {
    EVP_KEYMGMT* const found = EVP_KEYMGMT_fetch(nullptr, kName, nullptr);
    EVP_KEYMGMT_free(found);
    ERR_clear_error();
    return found != nullptr;
  }();
  return has;
}

std::string DescribeLibcrypto() {
  return std::string(OpenSSL_version(OPENSSL_VERSION)) +
         (HasMlDsa44() ? ", with ML-DSA-44" : ", without ML-DSA-44");
}

Result<MlDsa44PublicKey> MlDsa44PublicKey::From(Bytes raw) {
  RETURN_IF_ERROR(CheckSize("public key", raw, kSize));
  MlDsa44PublicKey key;
  key.raw_ = AsText(raw);
  key.pkey_ = OwnPkey(EVP_PKEY_new_raw_public_key_ex(nullptr, kName, nullptr,
                                                     raw.data(), raw.size()));
  if (key.pkey_ == nullptr) return Lacking();
  return key;
}

bool MlDsa44PublicKey::Verify(Bytes message, Bytes signature) const {
  if (signature.size() != kMlDsa44SignatureSize) return false;
  const DigestContext context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr,
                                 nullptr, PkeyOf(pkey_), nullptr) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          message.data(), message.size()) == 1;
}

Result<MlDsa44PrivateKey> MlDsa44PrivateKey::Generate() {
  std::array<uint8_t, kSeedSize> seed;
  MODLOG_CHECK(RAND_priv_bytes(seed.data(), static_cast<int>(seed.size())) == 1,
               "libcrypto has randomness");
  auto key = FromSeed(seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

Result<MlDsa44PrivateKey> MlDsa44PrivateKey::FromSeed(Bytes seed) {
  RETURN_IF_ERROR(CheckSize("seed", seed, kSeedSize));
  MlDsa44PrivateKey key;
  key.seed_ = AsText(seed);
  key.pkey_ = OwnPkey(KeyFromSeed(key.seed_));
  if (key.pkey_ == nullptr) return Lacking();
  std::string raw(MlDsa44PublicKey::kSize, '\0');
  size_t size = raw.size();
  MODLOG_CHECK(EVP_PKEY_get_raw_public_key(
                   PkeyOf(key.pkey_), reinterpret_cast<uint8_t*>(raw.data()),
                   &size) == 1 &&
                   size == raw.size(),
               "a private key has a public key");
  ASSIGN_OR_RETURN(MlDsa44PublicKey made, MlDsa44PublicKey::From(AsBytes(raw)));
  key.public_ = std::make_shared<const MlDsa44PublicKey>(std::move(made));
  return key;
}

std::string MlDsa44PrivateKey::Sign(Bytes message) const {
  const DigestContext context(EVP_MD_CTX_new());
  std::string signature(kMlDsa44SignatureSize, '\0');
  size_t size = signature.size();
  int yes = 1;
  const std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_int(kDeterministic, &yes),
      OSSL_PARAM_construct_end()};
  const bool ok =
      EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr,
                            PkeyOf(pkey_), params.data()) == 1 &&
      EVP_DigestSign(context.get(),
                     reinterpret_cast<uint8_t*>(signature.data()), &size,
                     message.data(), message.size()) == 1;
  MODLOG_CHECK(ok && size == kMlDsa44SignatureSize,
               "ML-DSA-44 signing cannot fail");
  return signature;
}

}  // namespace modlog
