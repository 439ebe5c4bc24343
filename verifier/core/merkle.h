#ifndef MODLOG_VERIFIER_CORE_MERKLE_H_
#define MODLOG_VERIFIER_CORE_MERKLE_H_

// Merkle proofs: Prove… makes one, Check… judges it. RFC 6962 sections 2.1.1
// and 2.1.2 define them; the checks are the iterative algorithms of RFC 9162
// sections 2.1.3.2 and 2.1.4.2.
//
// No proof carries a tree size of its own: sizes and roots come from signed
// checkpoints. An inclusion path does not fix the size (of 131,040 wrong sizes
// tried on trees of up to 64 leaves, 41,664 lead to the right root), so a proof
// type that held one would invite the mistake of believing it.
//
// Sizes may be anything up to 2^64-1 here; formats cap them lower. Pure
// functions, thread-safe. A proof that does not hold is kBadProof.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

struct TreeHead {
  uint64_t size = 0;  // number of leaves
  Hash root = {};
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// A node of the tree that covers a complete subtree: leaves
// [index << level, (index + 1) << level). Level 0 is the leaf hashes.
struct NodeId {
  int level;
  uint64_t index;
  friend bool operator==(const NodeId&, const NodeId&) = default;
};

// CheckInclusion: the leaf hash stands at `index` in `tree`. Too long and too
// short paths are refused, and index >= size.
Result<void> CheckInclusion(uint64_t index, const Hash& leaf_hash,
                            std::span<const Hash> path, const TreeHead& tree);

// CheckConsistency: `newer` only appends to `older`. Equal sizes need an empty
// proof and equal roots. From size 0 nothing can be proved: kBadProof, and the
// caller must decide what that means.
Result<void> CheckConsistency(const TreeHead& older, const TreeHead& newer,
                              std::span<const Hash> proof);

// The roots that a growth path leads to, at the older and at the newer size.
struct GrowthRoots {
  Hash older;
  Hash newer;
};

// FollowGrowth follows a growth path: a consistency proof that begins with its
// first subtree also where the older size is a power of two, and RFC 6962 would
// leave it out because the verifier has it. So it needs no root to start from,
// and a path that leads to the root of a tree tells what root that very tree
// had at the older size: if a log signed another one, the path proves it.
// kBadProof for a wrong length. REQUIRES: 1 <= older_size < newer_size.
Result<GrowthRoots> FollowGrowth(uint64_t older_size, uint64_t newer_size,
                                 std::span<const Hash> path);

// InclusionNodes lists the complete subtrees that ProveInclusion reads, so that
// storage can fetch them in one go. At most 2 * 64.
// REQUIRES: index < size.
std::vector<NodeId> InclusionNodes(uint64_t index, uint64_t size);
// REQUIRES: 1 <= older_size <= newer_size.
std::vector<NodeId> ConsistencyNodes(uint64_t older_size, uint64_t newer_size);

// A NodeReader returns the hash of a complete subtree. Errors pass through.
using NodeReader = std::function<Result<Hash>(NodeId)>;

// ProveInclusion returns the path of leaf `index` in the tree of `size`, the
// leaf's sibling first. kOutOfRange unless index < size.
Result<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t size,
                                         const NodeReader& read);
// ProveConsistency: kOutOfRange unless 1 <= older_size <= newer_size.
Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                           uint64_t newer_size,
                                           const NodeReader& read);

// ProveGrowth returns a growth path. kOutOfRange unless
// 1 <= older_size < newer_size.
Result<std::vector<Hash>> ProveGrowth(uint64_t older_size, uint64_t newer_size,
                                      const NodeReader& read);

// An inclusion path followed upwards, for formats whose root is signed and not
// written down; where it is written, CheckInclusion compares.
// FollowInclusion returns the root that the path leads to from the leaf hash.
// Many sizes lead to the same root (merkle.h), so a root that is signed proves
// neither size nor index. kBadProof for a path of wrong length, and for
// index >= size.
Result<Hash> FollowInclusion(uint64_t index, uint64_t size,
                             const Hash& leaf_hash, std::span<const Hash> path);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_MERKLE_H_
