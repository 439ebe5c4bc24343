// If these fail, a log could show a proof that outsiders refuse, or an outsider
// could believe a proof that shows nothing.

#include "verifier/core/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "tests/verifier/corruption.h"
#include "tests/verifier/naive_tree.h"

namespace modlog::core_merkle_test {
namespace {

constexpr uint64_t kLeaves = 130;  // two levels beyond a power of two

const NaiveTree& Tree() {
  static const NaiveTree tree = NaiveTree::OfBytes(kLeaves);
  return tree;
}

TreeHead Head(uint64_t size) { return {size, Tree().Mth(0, size)}; }

// NodeOf reads a complete subtree and refuses one that a tree of `size` has
// not.
NodeReader NodeOf(uint64_t size) {
  return [size](NodeId node) -> Result<Hash> {
    const uint64_t begin = node.index << node.level;
    const uint64_t end = begin + (uint64_t{1} << node.level);
    if (end > size) return Fail(Code::kCorrupt, "an incomplete subtree");
    return Tree().Mth(begin, end);
  };
}

void ExpectRefused(const Result<void>& verdict, const std::string& what) {
  ASSERT_FALSE(verdict) << what << " was accepted";
  EXPECT_EQ(verdict.error().code, Code::kBadProof) << what;
}

TEST(MerkleTest, EveryInclusionProofIsThatOfTheRfcAndIsBelieved) {
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const auto path = ProveInclusion(index, size, NodeOf(size));
      ASSERT_TRUE(path) << path.error().message;
      ASSERT_EQ(*path, Tree().Path(index, size)) << index << " of " << size;
      ASSERT_TRUE(
          CheckInclusion(index, Tree().LeafHash(index), *path, Head(size)));
    }
  }
}

TEST(MerkleTest, EveryConsistencyProofIsThatOfTheRfcAndIsBelieved) {
  for (uint64_t newer = 1; newer <= kLeaves; ++newer) {
    for (uint64_t older = 1; older <= newer; ++older) {
      const auto proof = ProveConsistency(older, newer, NodeOf(newer));
      ASSERT_TRUE(proof) << proof.error().message;
      ASSERT_EQ(*proof, Tree().Proof(older, newer)) << older << ", " << newer;
      ASSERT_TRUE(CheckConsistency(Head(older), Head(newer), *proof));
    }
  }
}

TEST(MerkleTest, AGrowthPathTellsTheRootsAtBothSizes) {
  for (uint64_t newer = 2; newer <= kLeaves; ++newer) {
    for (uint64_t older = 1; older < newer; ++older) {
      auto path = ProveGrowth(older, newer, NodeOf(newer));
      ASSERT_TRUE(path) << path.error().message;
      const auto roots = FollowGrowth(older, newer, *path);
      ASSERT_TRUE(roots) << roots.error().message;
      ASSERT_EQ(roots->older, Head(older).root) << older << ", " << newer;
      ASSERT_EQ(roots->newer, Head(newer).root) << older << ", " << newer;
      path->push_back(Head(1).root);
      ASSERT_FALSE(FollowGrowth(older, newer, *path)) << "a hash too many";
      path->resize(path->size() - 2);
      ASSERT_FALSE(FollowGrowth(older, newer, *path)) << "a hash too few";
    }
  }
  EXPECT_EQ(ProveGrowth(5, 5, NodeOf(5)).error().code, Code::kOutOfRange);
  EXPECT_EQ(ProveGrowth(0, 5, NodeOf(5)).error().code, Code::kOutOfRange);
  EXPECT_EQ(ProveGrowth(6, 5, NodeOf(5)).error().code, Code::kOutOfRange);
}

TEST(MerkleTest, APathProvesItsLeafOnly) {
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    for (uint64_t index = 0; index < size; ++index) {
      const std::vector<Hash> path = Tree().Path(index, size);
      for (uint64_t other = 0; other < size; ++other) {
        if (other == index) continue;
        ASSERT_FALSE(
            CheckInclusion(other, Tree().LeafHash(index), path, Head(size)))
            << "leaf " << index << " passed for " << other << " of " << size;
        ASSERT_FALSE(
            CheckInclusion(index, Tree().LeafHash(other), path, Head(size)));
      }
    }
  }
}

TEST(MerkleTest, AConsistencyProofServesItsTwoSizesOnly) {
  for (uint64_t newer = 2; newer <= 40; ++newer) {
    for (uint64_t older = 1; older < newer; ++older) {
      const std::vector<Hash> proof = Tree().Proof(older, newer);
      for (uint64_t a = 0; a <= 41; ++a) {
        for (uint64_t b = 0; b <= 41; ++b) {
          const bool right = a == older && b == newer;
          ASSERT_EQ(CheckConsistency(Head(a), Head(b), proof).has_value(),
                    right)
              << "from " << a << " to " << b << " by the proof from " << older
              << " to " << newer;
        }
      }
    }
  }
}

TEST(MerkleTest, EveryCorruptedInclusionProofIsRefused) {
  for (const uint64_t size :
       {1u, 2u, 3u, 5u, 7u, 8u, 13u, 64u, 65u, 127u, 130u}) {
    for (uint64_t index = 0; index < size; ++index) {
      const InclusionCase good = {index, Tree().LeafHash(index),
                                  Tree().Path(index, size), Head(size)};
      ForEachCorruption(good, [&](const auto& name, const auto& bad) {
        ExpectRefused(
            CheckInclusion(bad.index, bad.leaf_hash, bad.path, bad.tree),
            name + " of " + std::to_string(index) + " in " +
                std::to_string(size));
      });
    }
  }
}

TEST(MerkleTest, EveryCorruptedConsistencyProofIsRefused) {
  for (const uint64_t newer : {1u, 2u, 3u, 6u, 8u, 13u, 64u, 65u, 130u}) {
    for (uint64_t older = 1; older <= newer; ++older) {
      const ConsistencyCase good = {Head(older), Head(newer),
                                    Tree().Proof(older, newer)};
      ForEachCorruption(good, [&](const auto& name, const auto& bad) {
        ExpectRefused(CheckConsistency(bad.older, bad.newer, bad.proof),
                      name + " from " + std::to_string(older) + " to " +
                          std::to_string(newer));
      });
    }
  }
}

TEST(MerkleTest, FromSizeZeroNothingIsProved) {
  ExpectRefused(CheckConsistency(Head(0), Head(0), {}), "0 to 0");
  ExpectRefused(CheckConsistency(Head(0), Head(5), {}), "0 to 5");
  ExpectRefused(CheckConsistency(Head(5), Head(0), {}), "5 to 0");
  ExpectRefused(CheckInclusion(0, HashEmpty(), {}, Head(0)), "leaf of nothing");
}

TEST(MerkleTest, WhatCannotBeProvedIsOutOfRange) {
  const auto code = [](const auto& result) {
    return result ? std::string("proved")
                  : std::string(CodeName(result.error().code));
  };
  EXPECT_EQ(code(ProveInclusion(0, 0, NodeOf(0))), "out of range");
  EXPECT_EQ(code(ProveInclusion(5, 5, NodeOf(5))), "out of range");
  EXPECT_EQ(code(ProveInclusion(UINT64_MAX, 5, NodeOf(5))), "out of range");
  EXPECT_EQ(code(ProveConsistency(0, 5, NodeOf(5))), "out of range");
  EXPECT_EQ(code(ProveConsistency(6, 5, NodeOf(5))), "out of range");
  EXPECT_EQ(code(ProveConsistency(0, 0, NodeOf(0))), "out of range");
}

TEST(MerkleTest, TheNodesListedAreTheNodesReadOnceEachInOrder) {
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    for (uint64_t at = 1; at <= size; ++at) {
      std::vector<NodeId> read;
      const NodeReader reader = [&](NodeId node) {
        read.push_back(node);
        return NodeOf(size)(node);
      };
      ASSERT_TRUE(ProveInclusion(at - 1, size, reader));
      ASSERT_EQ(read, InclusionNodes(at - 1, size));
      read.clear();
      ASSERT_TRUE(ProveConsistency(at, size, reader));
      ASSERT_EQ(read, ConsistencyNodes(at, size));
    }
  }
}

TEST(MerkleTest, AReadersErrorIsTheProversError) {
  for (size_t fail_at = 0; fail_at < InclusionNodes(3, 100).size(); ++fail_at) {
    size_t reads = 0;
    const auto path = ProveInclusion(3, 100, [&](NodeId node) -> Result<Hash> {
      if (reads++ == fail_at) return Fail(Code::kUnavailable, "disk gone");
      return NodeOf(100)(node);
    });
    ASSERT_FALSE(path);
    EXPECT_EQ(path.error().code, Code::kUnavailable);
    EXPECT_EQ(path.error().message, "disk gone");
  }
}

TEST(MerkleTest, NoListOfNodesIsLongerThanTwiceTheTreesHeight) {
  for (const uint64_t size : {UINT64_MAX, UINT64_MAX - 1, uint64_t{1} << 63,
                              (uint64_t{1} << 63) + 1, uint64_t{1} << 62}) {
    for (const uint64_t at : {uint64_t{1}, uint64_t{2}, size / 2, size / 2 + 1,
                              size / 3, size - 1, size}) {
      EXPECT_LE(InclusionNodes(at - 1, size).size(), 128u) << at << " " << size;
      EXPECT_LE(ConsistencyNodes(at, size).size(), 128u) << at << " " << size;
      for (const NodeId node : InclusionNodes(at - 1, size)) {
        ASSERT_TRUE(node.level >= 0 && node.level < 64);
        const uint64_t last =
            (node.index << node.level) + ((uint64_t{1} << node.level) - 1);
        ASSERT_LT(last, size) << "a node beyond the tree";
      }
    }
  }
}

TEST(MerkleTest, MessagesNameTheNumbers) {
  const auto short_path = CheckInclusion(3, HashEmpty(), {}, Head(5));
  ASSERT_FALSE(short_path);
  EXPECT_EQ(short_path.error().message, "wrong path length 0, want 3");
  const auto beyond = CheckInclusion(5, HashEmpty(), {}, Head(5));
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message, "no such leaf: index 5, size 5");
}

TEST(MerkleDeathTest, NodesAreListedForTreesThatExist) {
  EXPECT_DEATH(InclusionNodes(5, 5), "a path begins at a leaf of the tree");
  EXPECT_DEATH(ConsistencyNodes(0, 5), "consistency leads from a tree");
  EXPECT_DEATH(ConsistencyNodes(6, 5), "consistency leads from a tree");
}

}  // namespace
}  // namespace modlog::core_merkle_test
