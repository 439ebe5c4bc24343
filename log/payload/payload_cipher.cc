#include "log/payload/payload_cipher.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

namespace modlog {

namespace {

constexpr std::string_view kLabel("modlog/payload/v1\0", 18);
constexpr std::array<uint8_t, 12> kNonce = {};

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};

EVP_CIPHER_CTX* ThreadContext() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(
      EVP_CIPHER_CTX_new());
  MODLOG_CHECK(context != nullptr, "there is memory for a cipher context");
  return context.get();
}

const EVP_CIPHER* Aes256Gcm() {
  static EVP_CIPHER* const cipher =
      EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  MODLOG_CHECK(cipher != nullptr, "libcrypto provides AES-256-GCM");
  return cipher;
}

std::string AdditionalData(Bytes commitment, uint8_t tag) {
  std::string data(kLabel);
  data.append(AsText(commitment));
  data.push_back(static_cast<char>(tag));
  return data;
}

uint8_t* Mutable(std::string* text) {
  return reinterpret_cast<uint8_t*>(text->data());
}

// Feeds the key, the nonce and the additional data.
bool Begin(EVP_CIPHER_CTX* context, const PartKey& key, Bytes commitment,
           uint8_t tag, int encrypt) {
  const std::string data = AdditionalData(commitment, tag);
  int size = 0;
  return EVP_CipherInit_ex(context, Aes256Gcm(), nullptr, key.data(),
                           kNonce.data(), encrypt) == 1 &&
         EVP_CipherUpdate(context, nullptr, &size, AsBytes(data).data(),
                          static_cast<int>(data.size())) == 1;
}

}  // namespace

std::vector<PartKey> DrawPartKeys(size_t count) {
  std::vector<PartKey> keys(count);
  const auto size = static_cast<int>(count * kPartKeySize);
  MODLOG_CHECK(count == 0 || RAND_priv_bytes(keys.front().data(), size) == 1,
               "the system has random numbers");
  return keys;
}

std::string SealPart(const PartKey& key, Bytes commitment, uint8_t tag,
                     std::string_view plain) {
  EVP_CIPHER_CTX* const context = ThreadContext();
  std::string sealed(plain.size() + kGcmTagSize, '\0');
  int size = 0;
  int rest = 0;
  const bool done =
      Begin(context, key, commitment, tag, 1) &&
      EVP_CipherUpdate(context, Mutable(&sealed), &size, AsBytes(plain).data(),
                       static_cast<int>(plain.size())) == 1 &&
      EVP_CipherFinal_ex(context, Mutable(&sealed) + size, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
                          static_cast<int>(kGcmTagSize),
                          Mutable(&sealed) + plain.size()) == 1;
  EVP_CIPHER_CTX_reset(context);  // and with it the key
  MODLOG_CHECK(done && static_cast<size_t>(size + rest) == plain.size(),
               "AES-256-GCM encrypts");
  return sealed;
}

Result<std::string> OpenPart(const PartKey& key, Bytes commitment, uint8_t tag,
                             std::string_view sealed) {
  if (sealed.size() < kGcmTagSize) {
    return Fail(Code::kCorrupt, "a stored part is cut short");
  }
  EVP_CIPHER_CTX* const context = ThreadContext();
  const std::string_view cipher = sealed.substr(0, sealed.size() - kGcmTagSize);
  std::string check(sealed.substr(cipher.size()));
  std::string plain(cipher.size(), '\0');
  int size = 0;
  int rest = 0;
  const bool done =
      Begin(context, key, commitment, tag, 0) &&
      EVP_CipherUpdate(context, Mutable(&plain), &size, AsBytes(cipher).data(),
                       static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                          static_cast<int>(kGcmTagSize), check.data()) == 1 &&
      EVP_CipherFinal_ex(context, Mutable(&plain) + size, &rest) == 1;
  EVP_CIPHER_CTX_reset(context);
  if (!done) {
    return Fail(Code::kCorrupt, "stored part " + std::to_string(tag) +
                                    " does not open with its key");
  }
  return plain;
}

}  // namespace modlog
