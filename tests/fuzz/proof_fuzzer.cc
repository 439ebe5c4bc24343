// Law: whatever hashes a proof holds, it is accepted for exactly the roots that
// the recursive definition of RFC 6962 gives for it, and for no other; and what
// is proved needs no node that the tree has not. Inputs up to 4 KiB: two
// numbers, then hashes of one byte each.

#include <bit>
#include <optional>

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/merkle.h"

namespace modlog {
namespace {
using Path = std::span<const Hash>;

uint64_t Split(uint64_t size) { return std::bit_floor(size - 1); }

// The root that a path leads to, from the root's end: nothing if the path is
// too long or too short. REQUIRES: index < size.
std::optional<Hash> RootOf(uint64_t index, uint64_t size, const Hash& leaf,
                           Path path) {
  if (size == 1) return path.empty() ? std::optional(leaf) : std::nullopt;
  if (path.empty()) return std::nullopt;
  const uint64_t k = Split(size);
  const Path rest = path.first(path.size() - 1);
  if (index < k) {
    const auto left = RootOf(index, k, leaf, rest);
    if (!left) return std::nullopt;
    return HashNode(*left, path.back());
  }
  const auto right = RootOf(index - k, size - k, leaf, rest);
  if (!right) return std::nullopt;
  return HashNode(path.back(), *right);
}

struct Roots {
  Hash older, newer;
};

// The same for both roots of a consistency proof. `whole` is the older tree's
// root, while the older tree is all of the part looked at.
std::optional<Roots> RootsOf(uint64_t older, uint64_t newer,
                             const std::optional<Hash>& whole, Path proof) {
  if (older == newer) {
    if (whole && proof.empty()) return Roots{*whole, *whole};
    if (whole || proof.size() != 1) return std::nullopt;
    return Roots{proof[0], proof[0]};
  }
  if (proof.empty()) return std::nullopt;
  const uint64_t k = Split(newer);
  const Path rest = proof.first(proof.size() - 1);
  if (older <= k) {
    const auto left = RootsOf(older, k, whole, rest);
    if (!left) return std::nullopt;
    return Roots{left->older, HashNode(left->newer, proof.back())};
  }
  const auto right = RootsOf(older - k, newer - k, std::nullopt, rest);
  if (!right) return std::nullopt;
  return Roots{HashNode(proof.back(), right->older),
               HashNode(proof.back(), right->newer)};
}

Hash Spoiled(Hash hash) {
  hash[7] ^= 1;
  return hash;
}

void CheckInclusionLaw(uint64_t index, uint64_t size, Path path) {
  const Hash leaf = HashLeaf(AsBytes("leaf"));
  std::optional<Hash> root;
  if (index < size) root = RootOf(index, size, leaf, path);
  const TreeHead tree = {size, root.value_or(Hash{})};
  MODLOG_CHECK(
      CheckInclusion(index, leaf, path, tree).has_value() == root.has_value(),
      "a path is accepted as the definition says");
  MODLOG_CHECK(!CheckInclusion(index, leaf, path, {size, Spoiled(tree.root)}),
               "a path leads to one root");
  MODLOG_CHECK(!CheckInclusion(index, Spoiled(leaf), path, tree),
               "a path leads from one leaf");
}

void CheckConsistencyLaw(uint64_t older, uint64_t newer, Path proof) {
  // Of an older tree that is a whole subtree, the verifier has the hash.
  const Hash known = HashLeaf(AsBytes("older"));
  std::optional<Roots> roots;
  if (1 <= older && older <= newer) {
    roots = RootsOf(older, newer, known, proof);
  }
  const Roots r = roots.value_or(Roots{known, Hash{}});
  MODLOG_CHECK(
      CheckConsistency({older, r.older}, {newer, r.newer}, proof).has_value() ==
          roots.has_value(),
      "a proof is accepted as the definition says");
  MODLOG_CHECK(
      !CheckConsistency({older, r.older}, {newer, Spoiled(r.newer)}, proof),
      "a proof leads to one newer root");
  MODLOG_CHECK(
      !CheckConsistency({older, Spoiled(r.older)}, {newer, r.newer}, proof),
      "a proof leads to one older root");
}

void CheckNodes(const std::vector<NodeId>& nodes, uint64_t size) {
  MODLOG_CHECK(nodes.size() <= 128, "two nodes a level at most");
  for (const NodeId node : nodes) {
    const uint64_t last =
        (node.index << node.level) + ((uint64_t{1} << node.level) - 1);
    MODLOG_CHECK(last < size, "a node is complete");
  }
}

}  // namespace

MODLOG_FUZZER(proof) {
  if (size > 4 << 10) return -1;
  FuzzInput input(data, size);
  const uint64_t a = input.Number();
  const uint64_t b = input.Number();
  std::vector<Hash> path;
  for (const uint8_t byte : input.Rest()) path.push_back(Hash{byte});
  CheckInclusionLaw(a, b, path);
  CheckConsistencyLaw(a, b, path);
  if (a < b) CheckNodes(InclusionNodes(a, b), b);
  if (1 <= a && a <= b) CheckNodes(ConsistencyNodes(a, b), b);
  return 0;
}

}  // namespace modlog
