#ifndef MODLOG_LOG_STORE_KEY_HASH_H_
#define MODLOG_LOG_STORE_KEY_HASH_H_

// KeyHash: for tables by keys that are hashes already, so that their first
// bytes do.

#include <cstddef>
#include <cstring>

#include "verifier/core/sha256.h"

namespace modlog {

struct KeyHash {
  size_t operator()(const Hash& key) const {
    size_t prefix;
    std::memcpy(&prefix, key.data(), sizeof(prefix));
    return prefix;
  }
};

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_KEY_HASH_H_
