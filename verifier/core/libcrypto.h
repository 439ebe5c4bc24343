#ifndef MODLOG_VERIFIER_CORE_LIBCRYPTO_H_
#define MODLOG_VERIFIER_CORE_LIBCRYPTO_H_

// Owners of what libcrypto allocates, for the files of this folder that sign,
// verify, hash or derive. A key lies behind a pointer to void, so that the
// headers that hold one need none of libcrypto's.
//
// Thread-safety: a key is immutable and may be shared; a context is used by one
// thread at a time.

#include <openssl/evp.h>

#include <memory>

#include "verifier/core/result.h"

namespace modlog {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

// OwnPkey takes over a key, or the null pointer of a failed call.
inline std::shared_ptr<void> OwnPkey(EVP_PKEY* pkey) {
  return {pkey, [](void* p) { EVP_PKEY_free(static_cast<EVP_PKEY*>(p)); }};
}

// PkeyOf lends the key that OwnPkey took. REQUIRES: there is one.
inline EVP_PKEY* PkeyOf(const std::shared_ptr<void>& pkey) {
  MODLOG_CHECK(pkey != nullptr, "a key is not used after it was moved from");
  return static_cast<EVP_PKEY*>(pkey.get());
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_LIBCRYPTO_H_
