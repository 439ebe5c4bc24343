// If these fail, proofs go wrong once a log has grown beyond what any other
// test can hold: the sizes here reach 2^64-1.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>

#include "tests/verifier/property.h"
#include "verifier/core/frontier.h"
#include "verifier/core/merkle.h"
#include "verifier/core/tile.h"

#include <rapidcheck/gtest.h>

namespace modlog::core_big_tree_test {
namespace {

// SparseTree has up to 2^64-1 leaves, all alike but for a few.
class SparseTree {
 public:
  SparseTree() {
    plain_[0] = HashLeaf(AsBytes("plain"));
    for (size_t l = 1; l < 64; ++l) {
      plain_[l] = HashNode(plain_[l - 1], plain_[l - 1]);
    }
  }

  void SetLeaf(uint64_t index, uint64_t what) {
    leaves_[index] = HashLeaf(AsBytes(std::to_string(what)));
  }
  Hash Leaf(uint64_t index) const { return Node({0, index}); }

  Hash Node(NodeId node) const {
    const uint64_t begin = node.index << node.level;
    const uint64_t last = begin + ((uint64_t{1} << node.level) - 1);
    const auto special = leaves_.lower_bound(begin);
    if (special == leaves_.end() || special->first > last) {
      return plain_[static_cast<size_t>(node.level)];
    }
    if (node.level == 0) return special->second;
    return HashNode(Node({node.level - 1, node.index * 2}),
                    Node({node.level - 1, node.index * 2 + 1}));
  }

  // Head goes by the frontier, which knows nothing of proofs.
  TreeHead Head(uint64_t size) const {
    Frontier frontier;
    for (int level = 63; level >= 0; --level) {
      if ((size >> level & 1) == 0) continue;
      frontier.AppendSubtree(level, Node({level, frontier.size() >> level}));
    }
    return frontier.Head();
  }

  NodeReader Reader(uint64_t size) const {
    return [this, size](NodeId node) -> Result<Hash> {
      const uint64_t last =
          (node.index << node.level) + ((uint64_t{1} << node.level) - 1);
      if (last >= size) return Fail(Code::kCorrupt, "an incomplete subtree");
      return Node(node);
    };
  }

 private:
  std::array<Hash, 64> plain_;
  std::map<uint64_t, Hash> leaves_;
};

// Leaves that differ: the ends of the range, its middle, and around `at`.
SparseTree TreeAround(uint64_t at, uint64_t size) {
  SparseTree tree;
  uint64_t what = 0;
  for (const uint64_t leaf : {uint64_t{0}, size - 1, size / 2, at, at ^ 1,
                              at - 1, at + 1, at ^ (at >> 1)}) {
    if (leaf < size) tree.SetLeaf(leaf, what++);
  }
  return tree;
}

using Range = std::pair<uint64_t, uint64_t>;  // [begin, end)

// The ranges whose roots make up PATH(m, D[begin:end]), RFC 6962, 2.1.1.
std::vector<Range> NaivePath(uint64_t m, uint64_t begin, uint64_t end) {
  if (end - begin == 1) return {};
  const uint64_t k = begin + std::bit_floor(end - begin - 1);
  std::vector<Range> path =
      m < k ? NaivePath(m, begin, k) : NaivePath(m, k, end);
  path.push_back(m < k ? Range{k, end} : Range{begin, k});
  return path;
}

// The same of SUBPROOF(m, D[begin:end], whole), 2.1.2, m counted from 0.
std::vector<Range> NaiveProof(uint64_t m, uint64_t begin, uint64_t end,
                              bool whole) {
  if (m == end)
    return whole ? std::vector<Range>{} : std::vector<Range>{{begin, end}};
  const uint64_t k = begin + std::bit_floor(end - begin - 1);
  std::vector<Range> proof =
      m <= k ? NaiveProof(m, begin, k, whole) : NaiveProof(m, k, end, false);
  proof.push_back(m <= k ? Range{k, end} : Range{begin, k});
  return proof;
}

// Every range, cut into complete subtrees.
std::vector<NodeId> Subtrees(const std::vector<Range>& ranges) {
  std::vector<NodeId> nodes;
  for (auto [begin, end] : ranges) {
    for (int level = 63; level >= 0; --level) {
      if (((end - begin) >> level & 1) == 0) continue;
      nodes.push_back({level, begin >> level});
      begin += uint64_t{1} << level;
    }
  }
  return nodes;
}

RC_GTEST_PROP(BigTree, TheNodesOfAPathAreThoseOfTheRfc, ()) {
  const uint64_t size = *AnySize(1, UINT64_MAX);
  const uint64_t index = *AnySize(0, size - 1);
  RC_ASSERT(InclusionNodes(index, size) == Subtrees(NaivePath(index, 0, size)));
}

RC_GTEST_PROP(BigTree, TheNodesOfAConsistencyProofAreThoseOfTheRfc, ()) {
  const uint64_t newer = *AnySize(1, UINT64_MAX);
  const uint64_t older = *AnySize(1, newer);
  RC_ASSERT(ConsistencyNodes(older, newer) ==
            Subtrees(NaiveProof(older, 0, newer, true)));
}

RC_GTEST_PROP(BigTree, InclusionIsProvedAndBelieved, ()) {
  const uint64_t size = *AnySize(1, UINT64_MAX);
  const uint64_t index = *AnySize(0, size - 1);
  const SparseTree tree = TreeAround(index, size);
  const TreeHead head = tree.Head(size);
  const auto path = ProveInclusion(index, size, tree.Reader(size));
  RC_ASSERT(path.has_value());
  RC_ASSERT(path->size() == NaivePath(index, 0, size).size());
  RC_ASSERT(CheckInclusion(index, tree.Leaf(index), *path, head).has_value());
  RC_ASSERT(!CheckInclusion(index, HashEmpty(), *path, head).has_value());
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t other = index ^ (uint64_t{1} << bit);
    RC_ASSERT(!CheckInclusion(other, tree.Leaf(index), *path, head));
  }
}

RC_GTEST_PROP(BigTree, ConsistencyIsProvedAndBelieved, ()) {
  const uint64_t newer = *AnySize(1, UINT64_MAX);
  const uint64_t older = *AnySize(1, newer);
  const SparseTree tree = TreeAround(older, newer);
  const auto proof = ProveConsistency(older, newer, tree.Reader(newer));
  RC_ASSERT(proof.has_value());
  RC_ASSERT(proof->size() == NaiveProof(older, 0, newer, true).size());
  const TreeHead old_head = tree.Head(older);
  const TreeHead new_head = tree.Head(newer);
  RC_ASSERT(CheckConsistency(old_head, new_head, *proof).has_value());

  // A fork: one leaf of the older tree is another.
  SparseTree fork = tree;
  fork.SetLeaf(older - 1, 1'000'000);
  RC_ASSERT(!CheckConsistency(fork.Head(older), new_head, *proof).has_value());
  RC_ASSERT(!CheckConsistency(old_head, fork.Head(newer), *proof).has_value());
}

RC_GTEST_PROP(BigTree, EveryNodeLiesInOneTile, ()) {
  const int level = *rc::gen::inRange(0, 64);
  const uint64_t index = *AnySize(0, UINT64_MAX) >> level;
  const TileSlice slice = NodeInTile({level, index});
  RC_ASSERT(slice.tile.level == level / kTileHeight);
  RC_ASSERT(std::has_single_bit(slice.count));
  RC_ASSERT(slice.first % slice.count == 0u);
  RC_ASSERT(slice.first + slice.count <= kTileWidth);
  // The first leaf under the slice is the first leaf under the node.
  const int base = slice.tile.level * kTileHeight;
  const uint64_t position = slice.tile.index * kTileWidth + slice.first;
  RC_ASSERT(position << base == index << level);
  RC_ASSERT(uint64_t{slice.count} << base == uint64_t{1} << level);
}

RC_GTEST_PROP(BigTree, TheTilesOfASizeHoldItsNodes, ()) {
  const uint64_t size = *AnySize(1, UINT64_MAX);
  const uint64_t index = *AnySize(0, size - 1);
  for (const NodeId node : InclusionNodes(index, size)) {
    const TileSlice slice = NodeInTile(node);
    RC_ASSERT(slice.first + slice.count <= TileWidth(slice.tile, size));
  }
}

// The last few sizes there are, where arithmetic would overflow first.
TEST(BigTreeTest, TheLargestSizesOfAll) {
  for (uint64_t back = 0; back < 20; ++back) {
    const uint64_t size = UINT64_MAX - back;
    for (const uint64_t index : {uint64_t{0}, size / 2, (uint64_t{1} << 63) - 1,
                                 uint64_t{1} << 63, size - 2, size - 1}) {
      const SparseTree tree = TreeAround(index, size);
      const auto path = ProveInclusion(index, size, tree.Reader(size));
      ASSERT_TRUE(path) << path.error().message;
      ASSERT_TRUE(
          CheckInclusion(index, tree.Leaf(index), *path, tree.Head(size)));
      const auto proof = ProveConsistency(index + 1, size, tree.Reader(size));
      ASSERT_TRUE(proof) << proof.error().message;
      ASSERT_TRUE(
          CheckConsistency(tree.Head(index + 1), tree.Head(size), *proof));
    }
  }
}

}  // namespace
}  // namespace modlog::core_big_tree_test
