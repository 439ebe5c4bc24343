// If these fail, our proofs are not those of the standard: the three hashes
// cover every subtree, inclusion path and consistency proof of all trees of up
// to 130 leaves, and are published in draft-ietf-plants-merkle-tree-certs,
// "Subtree Test Vectors".

#include <gtest/gtest.h>

#include <string>

#include "tests/verifier/naive_tree.h"
#include "verifier/core/merkle.h"

namespace modlog::core_subtree_vectors_test {
namespace {

constexpr uint64_t kLeaves = 130;

const NaiveTree& Tree() {
  static const NaiveTree tree = NaiveTree::OfBytes(kLeaves);
  return tree;
}

Result<Hash> Node(NodeId node) {
  const uint64_t begin = node.index << node.level;
  return Tree().Mth(begin, begin + (uint64_t{1} << node.level));
}

std::string Range(uint64_t start, uint64_t end) {
  return "[" + std::to_string(start) + ", " + std::to_string(end) + ")";
}

std::string Hashes(const std::vector<Hash>& hashes) {
  std::string out;
  for (const Hash& hash : hashes) out += " " + FormatHex(hash);
  return out + "\n";
}

std::string Accumulated(const std::string& lines) {
  return FormatHex(Sha256(AsBytes(lines)));
}

TEST(SubtreeVectorsTest, SubtreeHashesAreThePublishedOnes) {
  std::string lines;
  for (uint64_t end = 0; end <= kLeaves; ++end) {
    for (uint64_t start = 0; start <= end; ++start) {
      if (!NaiveTree::IsSubtree(start, end)) continue;
      lines += Range(start, end) + " " + FormatHex(Tree().Mth(start, end));
      lines += "\n";
    }
  }
  EXPECT_EQ(Accumulated(lines),
            "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81");
}

TEST(SubtreeVectorsTest, InclusionPathsAreThePublishedOnes) {
  std::string lines;
  for (uint64_t end = 0; end <= kLeaves; ++end) {
    for (uint64_t start = 0; start <= end; ++start) {
      if (!NaiveTree::IsSubtree(start, end)) continue;
      for (uint64_t index = start; index < end; ++index) {
        const std::vector<Hash> path = Tree().PathIn(index, start, end);
        lines += std::to_string(index) + " " + Range(start, end);
        lines += Hashes(path);
        if (start == 0) {
          ASSERT_EQ(ProveInclusion(index, end, Node), path);
        }
      }
    }
  }
  EXPECT_EQ(Accumulated(lines),
            "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f");
}

TEST(SubtreeVectorsTest, ConsistencyProofsAreThePublishedOnes) {
  std::string lines;
  for (uint64_t size = 0; size <= kLeaves; ++size) {
    for (uint64_t end = 0; end <= size; ++end) {
      for (uint64_t start = 0; start <= end; ++start) {
        if (!NaiveTree::IsSubtree(start, end)) continue;
        const std::vector<Hash> proof = Tree().SubtreeProof(start, end, size);
        lines += Range(start, end) + " " + std::to_string(size);
        lines += Hashes(proof);
        if (start == 0 && end > 0) {
          ASSERT_EQ(ProveConsistency(end, size, Node), proof);
        }
        if (end == start + 1) {
          ASSERT_EQ(ProveInclusion(start, size, Node), proof);
        }
      }
    }
  }
  EXPECT_EQ(Accumulated(lines),
            "10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74");
}

}  // namespace
}  // namespace modlog::core_subtree_vectors_test
