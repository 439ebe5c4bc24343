// If these fail, the log signs a root that is not the root of its entries.

#include "verifier/core/frontier.h"

#include <gtest/gtest.h>

#include "tests/verifier/naive_tree.h"

namespace modlog::core_frontier_test {
namespace {

constexpr uint64_t kLeaves = 130;

const NaiveTree& Tree() {
  static const NaiveTree tree = NaiveTree::OfBytes(kLeaves);
  return tree;
}

TEST(FrontierTest, EveryRootIsThatOfTheRfc) {
  Frontier frontier;
  for (uint64_t size = 0; size <= kLeaves; ++size) {
    ASSERT_EQ(frontier.size(), size);
    ASSERT_EQ(frontier.Root(), Tree().Mth(0, size)) << size;
    ASSERT_EQ(frontier.Head(), (TreeHead{size, Tree().Mth(0, size)}));
    if (size < kLeaves) frontier.Append(Tree().LeafHash(size));
  }
}

TEST(FrontierTest, TheNodesAreTheCompleteSubtreesLargestFirst) {
  Frontier frontier;
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    frontier.Append(Tree().LeafHash(size - 1));
    std::vector<Hash> want;
    uint64_t begin = 0;
    for (uint64_t width = uint64_t{1} << 63; width > 0; width >>= 1) {
      if ((size & width) == 0) continue;
      want.push_back(Tree().Mth(begin, begin + width));
      begin += width;
    }
    ASSERT_EQ(frontier.nodes(), want) << size;
  }
}

TEST(FrontierTest, AppendingASubtreeIsAppendingItsLeaves) {
  for (int level = 0; level <= 6; ++level) {
    const uint64_t width = uint64_t{1} << level;
    for (uint64_t before = 0; before + width <= kLeaves; before += width) {
      Frontier one_by_one;
      for (uint64_t i = 0; i < before; ++i) {
        one_by_one.Append(Tree().LeafHash(i));
      }
      Frontier at_once = one_by_one;
      at_once.AppendSubtree(level, Tree().Mth(before, before + width));
      for (uint64_t i = before; i < before + width; ++i) {
        one_by_one.Append(Tree().LeafHash(i));
      }
      ASSERT_EQ(at_once.Head(), one_by_one.Head());
      ASSERT_EQ(at_once.nodes(), one_by_one.nodes());
    }
  }
}

TEST(FrontierTest, ARestoredFrontierGoesOnAsTheOldOne) {
  Frontier frontier;
  for (uint64_t size = 0; size < kLeaves; ++size) {
    Frontier restored = Frontier::From(frontier.size(), frontier.nodes());
    frontier.Append(Tree().LeafHash(size));
    restored.Append(Tree().LeafHash(size));
    ASSERT_EQ(restored.Head(), frontier.Head());
  }
}

TEST(FrontierTest, TheLargestTreeCanBeHeld) {
  Frontier frontier;
  for (int level = 63; level >= 0; --level) {
    frontier.AppendSubtree(level, Tree().LeafHash(0));
  }
  EXPECT_EQ(frontier.size(), UINT64_MAX);
  EXPECT_EQ(frontier.nodes().size(), 64u);
  EXPECT_DEATH(frontier.Append(HashEmpty()), "a size is below 2\\^64");
}

TEST(FrontierDeathTest, ABugIsStoppedBeforeItMakesARoot) {
  EXPECT_DEATH(Frontier::From(3, {HashEmpty()}),
               "one node for each set bit of its size");
  Frontier frontier;
  frontier.Append(HashEmpty());
  EXPECT_DEATH(frontier.AppendSubtree(1, HashEmpty()),
               "a subtree is appended at a multiple of its size");
  EXPECT_DEATH(frontier.AppendSubtree(64, HashEmpty()), "at most 2\\^63");
  EXPECT_DEATH(frontier.AppendSubtree(-1, HashEmpty()), "at most 2\\^63");
}

}  // namespace
}  // namespace modlog::core_frontier_test
