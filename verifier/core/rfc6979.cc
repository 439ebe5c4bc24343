#include "verifier/core/rfc6979.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

#include "verifier/core/hmac.h"

namespace modlog {
namespace {

// bits2octets: a number of 256 bits modulo q. One subtraction is enough, since
// 2q > 2^256.
Hash Reduce(const Hash& n) {
  if (!std::ranges::lexicographical_compare(n, kP256Order)) {
    Hash less;
    int borrow = 0;
    for (size_t i = n.size(); i-- > 0;) {
      const int digit = n[i] - kP256Order[i] - borrow;
      borrow = digit < 0 ? 1 : 0;
      less[i] = static_cast<uint8_t>(digit + 256 * borrow);
    }
    return less;
  }
  return n;
}

// The state of section 3.2: K and V, stirred by what is put in.
class Generator {
 public:
  Generator() {
    key_.fill(0x00);
    value_.fill(0x01);
  }
  ~Generator() {
    OPENSSL_cleanse(key_.data(), key_.size());
    OPENSSL_cleanse(value_.data(), value_.size());
  }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  // Stir: K = HMAC_K(V || mark || input), V = HMAC_K(V).
  void Stir(uint8_t mark, Bytes input) {
    std::string message(AsText(value_));
    message.push_back(static_cast<char>(mark));
    message.append(AsText(input));
    key_ = HmacSha256(key_, AsBytes(message));
    OPENSSL_cleanse(message.data(), message.size());
    value_ = HmacSha256(key_, value_);
  }
  // Next: V = HMAC_K(V).
  const Hash& Next() { return value_ = HmacSha256(key_, value_); }

 private:
  Hash key_;
  Hash value_;
};

}  // namespace

bool IsP256Scalar(const Hash& n) {
  return n != Hash{} && std::ranges::lexicographical_compare(n, kP256Order);
}

Hash P256Nonce(Bytes secret, const Hash& message_hash) {
  MODLOG_CHECK(secret.size() == kHashSize, "a secret scalar is 32 bytes");
  std::string seed(AsText(secret));
  seed.append(AsText(Reduce(message_hash)));
  Generator generator;
  generator.Stir(0x00, AsBytes(seed));
  generator.Stir(0x01, AsBytes(seed));
  OPENSSL_cleanse(seed.data(), seed.size());
  while (true) {  // a second turn has a chance of 2^-32
    const Hash& nonce = generator.Next();
    if (IsP256Scalar(nonce)) return nonce;
    generator.Stir(0x00, Bytes());
  }
}

}  // namespace modlog
