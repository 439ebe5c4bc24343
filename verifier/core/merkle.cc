#include "verifier/core/merkle.h"

#include <bit>
#include <string>
#include <string_view>

namespace modlog {
namespace {

// PathHeight is the height at which the path from leaf `index` meets the right
// edge of the tree. Below it the path has a sibling at every step; from there
// upwards only where it comes from the right.
// REQUIRES: index < size.
int PathHeight(uint64_t index, uint64_t size) {
  return static_cast<int>(std::bit_width(index ^ (size - 1)));
}

// Climb says on which side the siblings stand on the way from a node to the
// root. Below PathHeight the bits of the node's index tell; above it there are
// only left siblings. This is what the shifting of RFC 9162 works out step by
// step, and it gives the exact length of the path beforehand.
struct Climb {
  uint64_t node;  // index of the node at the level where the path begins
  size_t below;   // siblings below PathHeight
  size_t length;  // of the path

  bool SiblingIsLeft(size_t step) const {
    return step >= below || (node >> step & 1) != 0;
  }
};

// REQUIRES: index < size; level is 0, or below PathHeight(index, size).
Climb ClimbFrom(int level, uint64_t index, uint64_t size) {
  const int height = PathHeight(index, size);
  const uint64_t above = height == 64 ? 0 : index >> height;
  const auto below = static_cast<size_t>(height - level);
  return {.node = index >> level,
          .below = below,
          .length = below + static_cast<size_t>(std::popcount(above))};
}

std::unexpected<Error> WrongLength(std::string_view what, size_t got,
                                   size_t want) {
  return Fail(Code::kBadProof, "wrong " + std::string(what) + " length " +
                                   std::to_string(got) + ", want " +
                                   std::to_string(want));
}

std::string Sizes(std::string_view first, uint64_t first_number,
                  std::string_view second, uint64_t second_number) {
  return std::string(first) + " " + std::to_string(first_number) + ", " +
         std::string(second) + " " + std::to_string(second_number);
}

// Plan lists what a proof is made of: every node is a hash of the proof, except
// that the `ragged` nodes from `ragged_begin` on fold into one. Only the right
// sibling that holds the tree's last leaf can be ragged, so there is one.
struct Plan {
  std::vector<NodeId> nodes;
  size_t ragged_begin = 0;
  size_t ragged = 0;
};

// AppendRange adds the complete subtrees that make up leaves [begin, end).
// REQUIRES: begin is a multiple of a power of two that is >= end - begin.
void AppendRange(uint64_t begin, uint64_t end, std::vector<NodeId>* nodes) {
  while (begin < end) {
    const int level = static_cast<int>(std::bit_width(end - begin)) - 1;
    nodes->push_back({level, begin >> level});
    begin += uint64_t{1} << level;
  }
}

// AppendPath adds the siblings from `level` upwards. REQUIRES: as ClimbFrom.
void AppendPath(int level, uint64_t index, uint64_t size, Plan* plan) {
  const int height = PathHeight(index, size);
  for (int l = level; l + 1 < height; ++l) {
    plan->nodes.push_back({l, (index >> l) ^ 1});
  }
  plan->ragged_begin = plan->nodes.size();
  if (height > 0) {
    const int top = height - 1;
    AppendRange(((index >> top) ^ 1) << top, size, &plan->nodes);
  }
  plan->ragged = plan->nodes.size() - plan->ragged_begin;
  for (int l = height; l < 64; ++l) {
    if ((index >> l & 1) != 0) plan->nodes.push_back({l, (index >> l) - 1});
  }
}

Plan InclusionPlan(uint64_t index, uint64_t size) {
  MODLOG_CHECK(index < size, "a path begins at a leaf of the tree");
  Plan plan;
  AppendPath(0, index, size, &plan);
  return plan;
}

// The proof begins at the last complete subtree of the older tree, whose hash
// the verifier has only if it is the whole tree.
Plan ConsistencyPlan(uint64_t older_size, uint64_t newer_size) {
  MODLOG_CHECK(1 <= older_size && older_size <= newer_size,
               "consistency leads from a tree to one that is not smaller");
  Plan plan;
  if (older_size == newer_size) return plan;
  const int level = std::countr_zero(older_size);
  if (!std::has_single_bit(older_size)) {
    plan.nodes.push_back({level, (older_size >> level) - 1});
  }
  AppendPath(level, older_size - 1, newer_size, &plan);
  return plan;
}

// FoldRange folds the complete subtrees of a ragged one, from the right.
// REQUIRES: not empty.
Hash FoldRange(std::span<const Hash> hashes) {
  Hash hash = hashes.back();
  for (size_t i = hashes.size() - 1; i > 0; --i) {
    hash = HashNode(hashes[i - 1], hash);
  }
  return hash;
}

Result<std::vector<Hash>> ReadProof(const Plan& plan, const NodeReader& read) {
  std::vector<Hash> hashes;
  hashes.reserve(plan.nodes.size());
  for (const NodeId node : plan.nodes) {
    ASSIGN_OR_RETURN(const Hash hash, read(node));
    hashes.push_back(hash);
  }
  if (plan.ragged > 1) {
    const auto begin =
        hashes.begin() + static_cast<std::ptrdiff_t>(plan.ragged_begin);
    *begin =
        FoldRange(std::span(hashes).subspan(plan.ragged_begin, plan.ragged));
    hashes.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(plan.ragged));
  }
  return hashes;
}

}  // namespace

Result<Hash> FollowInclusion(uint64_t index, uint64_t size,
                             const Hash& leaf_hash,
                             std::span<const Hash> path) {
  if (index >= size) {
    return Fail(Code::kBadProof,
                "no such leaf: " + Sizes("index", index, "size", size));
  }
  const Climb climb = ClimbFrom(0, index, size);
  if (path.size() != climb.length) {
    return WrongLength("path", path.size(), climb.length);
  }
  Hash hash = leaf_hash;
  for (size_t i = 0; i < path.size(); ++i) {
    hash = climb.SiblingIsLeft(i) ? HashNode(path[i], hash)
                                  : HashNode(hash, path[i]);
  }
  return hash;
}

Result<void> CheckInclusion(uint64_t index, const Hash& leaf_hash,
                            std::span<const Hash> path, const TreeHead& tree) {
  ASSIGN_OR_RETURN(const Hash root,
                   FollowInclusion(index, tree.size, leaf_hash, path));
  if (root != tree.root) {
    return Fail(Code::kBadProof,
                "the path of leaf " + std::to_string(index) +
                    " does not lead to the root of the tree of size " +
                    std::to_string(tree.size));
  }
  return {};
}

namespace {

// REQUIRES: 1 <= older_size < newer_size.
Climb ClimbOfGrowth(uint64_t older_size, uint64_t newer_size) {
  return ClimbFrom(std::countr_zero(older_size), older_size - 1, newer_size);
}

// The seed is the last complete subtree of the older tree.
// REQUIRES: path.size() == climb.length.
GrowthRoots Grow(const Climb& climb, const Hash& seed,
                 std::span<const Hash> path) {
  GrowthRoots roots{seed, seed};
  for (size_t i = 0; i < path.size(); ++i) {
    if (climb.SiblingIsLeft(i)) {
      roots.older = HashNode(path[i], roots.older);
      roots.newer = HashNode(path[i], roots.newer);
    } else {
      roots.newer = HashNode(roots.newer, path[i]);
    }
  }
  return roots;
}

// CheckGrowth is CheckConsistency for 1 <= older.size < newer.size.
Result<void> CheckGrowth(const TreeHead& older, const TreeHead& newer,
                         std::span<const Hash> proof) {
  const Climb climb = ClimbOfGrowth(older.size, newer.size);
  const bool seed_known = std::has_single_bit(older.size);
  const size_t want = climb.length + (seed_known ? 0 : 1);
  if (proof.size() != want) {
    return WrongLength("consistency proof", proof.size(), want);
  }
  const Hash seed = seed_known ? older.root : proof.front();
  const GrowthRoots roots =
      Grow(climb, seed, proof.subspan(seed_known ? 0 : 1));
  if (roots.older != older.root || roots.newer != newer.root) {
    return Fail(Code::kBadProof,
                std::string("the consistency proof does not lead to the ") +
                    (roots.older != older.root ? "older" : "newer") +
                    " root: " +
                    Sizes("older size", older.size, "newer size", newer.size));
  }
  return {};
}

}  // namespace

Result<GrowthRoots> FollowGrowth(uint64_t older_size, uint64_t newer_size,
                                 std::span<const Hash> path) {
  MODLOG_CHECK(1 <= older_size && older_size < newer_size,
               "growth leads from a tree to a larger one");
  const Climb climb = ClimbOfGrowth(older_size, newer_size);
  if (path.size() != climb.length + 1) {
    return WrongLength("growth path", path.size(), climb.length + 1);
  }
  return Grow(climb, path.front(), path.subspan(1));
}

Result<void> CheckConsistency(const TreeHead& older, const TreeHead& newer,
                              std::span<const Hash> proof) {
  if (older.size > newer.size) {
    return Fail(Code::kBadProof,
                "the tree shrank: " +
                    Sizes("older size", older.size, "newer size", newer.size));
  }
  if (older.size == 0) {
    return Fail(Code::kBadProof,
                "from size 0 nothing can be proved; want an older size >= 1");
  }
  if (older.size < newer.size) return CheckGrowth(older, newer, proof);
  if (!proof.empty()) return WrongLength("consistency proof", proof.size(), 0);
  if (older.root != newer.root) {
    return Fail(Code::kBadProof,
                "two roots of one size: size " + std::to_string(older.size));
  }
  return {};
}

std::vector<NodeId> InclusionNodes(uint64_t index, uint64_t size) {
  return InclusionPlan(index, size).nodes;
}

std::vector<NodeId> ConsistencyNodes(uint64_t older_size, uint64_t newer_size) {
  return ConsistencyPlan(older_size, newer_size).nodes;
}

Result<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t size,
                                         const NodeReader& read) {
  if (index >= size) {
    return Fail(Code::kOutOfRange,
                "no such leaf: " + Sizes("index", index, "size", size));
  }
  return ReadProof(InclusionPlan(index, size), read);
}

Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                           uint64_t newer_size,
                                           const NodeReader& read) {
  if (older_size == 0 || older_size > newer_size) {
    return Fail(Code::kOutOfRange,
                "want 1 <= older size <= newer size, got " +
                    Sizes("older size", older_size, "newer size", newer_size));
  }
  return ReadProof(ConsistencyPlan(older_size, newer_size), read);
}

Result<std::vector<Hash>> ProveGrowth(uint64_t older_size, uint64_t newer_size,
                                      const NodeReader& read) {
  if (older_size == newer_size) {
    return Fail(Code::kOutOfRange,
                "want an older size below the newer, got " +
                    Sizes("older size", older_size, "newer size", newer_size));
  }
  ASSIGN_OR_RETURN(std::vector<Hash> path,
                   ProveConsistency(older_size, newer_size, read));
  if (std::has_single_bit(older_size)) {
    ASSIGN_OR_RETURN(const Hash seed, read({std::countr_zero(older_size), 0}));
    path.insert(path.begin(), seed);
  }
  return path;
}

}  // namespace modlog
