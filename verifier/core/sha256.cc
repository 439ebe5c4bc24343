#include "verifier/core/sha256.h"

#include <openssl/evp.h>

#include <algorithm>

#include "verifier/core/libcrypto.h"

namespace modlog {
namespace {

constexpr uint8_t kLeafPrefix = 0x00;
constexpr uint8_t kNodePrefix = 0x01;

DigestContext NewDigestContext() {
  // Fetched once and never freed: threads may hash until the process ends.
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  DigestContext context(EVP_MD_CTX_new());
  MODLOG_CHECK(context != nullptr && digest != nullptr &&
                   EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1,
               "libcrypto provides SHA-256");
  return context;
}

}  // namespace

Hash Sha256(std::span<const Bytes> parts) {
  thread_local const DigestContext owned = NewDigestContext();
  EVP_MD_CTX* const context = owned.get();
  // No digest named: start again with the one that the context has.
  bool ok = EVP_DigestInit_ex2(context, nullptr, nullptr) == 1;
  for (const Bytes part : parts) {
    ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  Hash hash;
  unsigned int size = 0;
  ok = ok && EVP_DigestFinal_ex(context, hash.data(), &size) == 1;
  MODLOG_CHECK(ok && size == kHashSize, "SHA-256 in memory cannot fail");
  return hash;
}

Hash HashEmpty() { return Sha256(Bytes()); }

Hash HashLeaf(Bytes entry) { return Sha256({Bytes(&kLeafPrefix, 1), entry}); }

Hash HashNode(const Hash& left, const Hash& right) {
  // One update of 65 bytes costs less than three.
  std::array<uint8_t, 1 + 2 * kHashSize> node;
  node[0] = kNodePrefix;
  std::ranges::copy(left, node.begin() + 1);
  std::ranges::copy(right, node.begin() + 1 + kHashSize);
  return Sha256(Bytes(node));
}

std::optional<Hash> HashFromBytes(Bytes bytes) {
  if (bytes.size() != kHashSize) return std::nullopt;
  Hash hash;
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

}  // namespace modlog
