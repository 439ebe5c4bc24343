#ifndef MODLOG_VERIFIER_CORE_INCLUSION_H_
#define MODLOG_VERIFIER_CORE_INCLUSION_H_

// An inclusion path followed upwards, for formats whose root is signed and not
// written down; where it is written, CheckInclusion (merkle.h) compares. Both
// are in merkle.cc. RFC 9162, section 2.1.3.2. Pure function, thread-safe.

#include <cstdint>
#include <span>

#include "verifier/core/merkle.h"

namespace modlog {

// FollowInclusion returns the root that the path leads to from the leaf hash.
// Many sizes lead to the same root (merkle.h), so a root that is signed proves
// neither size nor index. kBadProof for a path of wrong length, and for
// index >= size.
Result<Hash> FollowInclusion(uint64_t index, uint64_t size,
                             const Hash& leaf_hash, std::span<const Hash> path);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_INCLUSION_H_
