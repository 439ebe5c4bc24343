#ifndef MODLOG_VERIFIER_CORE_FRONTIER_H_
#define MODLOG_VERIFIER_CORE_FRONTIER_H_

// The right edge of a Merkle tree: the roots of the complete subtrees that its
// size, in binary, consists of. All that is needed to append leaves and to know
// the root, 32 bytes for each set bit of the size.
//
//   size 7 = 4 + 2 + 1        root
//                            /    \        [ ] = kept
//                          [4]     *
//                         /  \    / \      . = not kept
//                        .    .  [2] [1]
//
// It is deliberately ignorant of tiles: the log and the auditor both check
// their tile arithmetic against it. Not thread-safe.

#include <cstdint>
#include <vector>

#include "verifier/core/merkle.h"

namespace modlog {

class Frontier {
 public:
  Frontier() = default;

  // From restores a frontier. REQUIRES: as many nodes as `size` has set bits.
  static Frontier From(uint64_t size, std::vector<Hash> nodes);

  uint64_t size() const { return size_; }
  // Roots of the complete subtrees, largest (leftmost) first.
  const std::vector<Hash>& nodes() const { return nodes_; }

  void Append(const Hash& leaf_hash) { AppendSubtree(0, leaf_hash); }
  // AppendSubtree adds 2^level leaves at once by the root of their subtree.
  // REQUIRES: size is a multiple of 2^level.
  void AppendSubtree(int level, const Hash& root);

  Hash Root() const;
  TreeHead Head() const { return {size_, Root()}; }

 private:
  uint64_t size_ = 0;
  std::vector<Hash> nodes_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_FRONTIER_H_
