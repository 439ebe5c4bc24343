#ifndef MODLOG_TESTS_VERIFIER_NAIVE_TREE_H_
#define MODLOG_TESTS_VERIFIER_NAIVE_TREE_H_

// The Merkle tree as RFC 6962, section 2.1, defines it: recursive, slow, and
// sharing nothing with the code under test but SHA-256 itself. Subtree proofs
// follow draft-ietf-plants-merkle-tree-certs, section 4, of which ordinary
// consistency (start = 0) and inclusion (end = start + 1) are special cases.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

class NaiveTree {
 public:
  // Leaf i is what `leaves[i]` says.
  explicit NaiveTree(std::vector<std::string> leaves)
      : leaves_(std::move(leaves)) {}

  // OfBytes has leaves of one byte each: i mod 256.
  static NaiveTree OfBytes(size_t size) {
    std::vector<std::string> leaves;
    for (size_t i = 0; i < size; ++i) {
      leaves.emplace_back(1, static_cast<char>(i));
    }
    return NaiveTree(std::move(leaves));
  }

  uint64_t size() const { return leaves_.size(); }
  const std::string& leaf(uint64_t i) const { return leaves_.at(i); }

  // MTH(D[begin:end]), and of leaf i alone.
  Hash Mth(uint64_t begin, uint64_t end) const {
    if (begin == end) return Sha256(Bytes());
    const auto [it, fresh] = memo_.try_emplace({begin, end});
    if (fresh) it->second = ComputeMth(begin, end);
    return it->second;
  }
  Hash LeafHash(uint64_t i) const { return Mth(i, i + 1); }

  // PATH(m, D[0:n]).
  std::vector<Hash> Path(uint64_t m, uint64_t n) const {
    return PathIn(m, 0, n);
  }

  // PROOF(m, D[0:n]).
  std::vector<Hash> Proof(uint64_t m, uint64_t n) const {
    return SubProof(m, 0, n, true);
  }

  // The inclusion path of leaf m in the subtree of leaves [begin, end).
  std::vector<Hash> PathIn(uint64_t m, uint64_t begin, uint64_t end) const {
    if (end - begin <= 1) return {};
    const uint64_t k = begin + Split(end - begin);
    std::vector<Hash> path = m < k ? PathIn(m, begin, k) : PathIn(m, k, end);
    path.push_back(m < k ? Mth(k, end) : Mth(begin, k));
    return path;
  }

  // SUBTREE_PROOF(start, end, D[0:n]).
  std::vector<Hash> SubtreeProof(uint64_t start, uint64_t end,
                                 uint64_t n) const {
    if (start == end) return {};
    return SubtreeSubProof(start, end, 0, n, true);
  }

  // A subtree [start, end) begins at a multiple of its size, rounded up to a
  // power of two.
  static bool IsSubtree(uint64_t start, uint64_t end) {
    uint64_t ceiling = 1;
    while (ceiling < end - start) ceiling *= 2;
    return start % ceiling == 0;
  }

 private:
  // The largest power of two smaller than n. REQUIRES: n > 1.
  static uint64_t Split(uint64_t n) {
    uint64_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }

  Hash ComputeMth(uint64_t begin, uint64_t end) const {
    if (end - begin == 1) {
      return Sha256(AsBytes(std::string(1, '\0') + leaves_.at(begin)));
    }
    const uint64_t k = begin + Split(end - begin);
    const Hash left = Mth(begin, k);
    const Hash right = Mth(k, end);
    return Sha256(AsBytes("\x01" + std::string(AsText(left)) +
                          std::string(AsText(right))));
  }

  // SUBPROOF(m, D[begin:end], whole), m counted from `begin`.
  std::vector<Hash> SubProof(uint64_t m, uint64_t begin, uint64_t end,
                             bool whole) const {
    if (m == end - begin) {
      if (whole) return {};
      return {Mth(begin, end)};
    }
    const uint64_t k = Split(end - begin);
    std::vector<Hash> proof = m <= k ? SubProof(m, begin, begin + k, whole)
                                     : SubProof(m - k, begin + k, end, false);
    proof.push_back(m <= k ? Mth(begin + k, end) : Mth(begin, begin + k));
    return proof;
  }

  // start and end are counted from `begin`, in the tree of [begin, limit).
  std::vector<Hash> SubtreeSubProof(uint64_t start, uint64_t end,
                                    uint64_t begin, uint64_t limit,
                                    bool whole) const {
    const uint64_t n = limit - begin;
    if (start == 0 && end == n) {
      if (whole) return {};
      return {Mth(begin, limit)};
    }
    const uint64_t k = Split(n);
    std::vector<Hash> proof;
    if (end <= k) {
      proof = SubtreeSubProof(start, end, begin, begin + k, whole);
      proof.push_back(Mth(begin + k, limit));
    } else if (start >= k) {
      proof = SubtreeSubProof(start - k, end - k, begin + k, limit, whole);
      proof.push_back(Mth(begin, begin + k));
    } else {  // start is 0, so that the left half is whole
      proof = SubtreeSubProof(0, end - k, begin + k, limit, false);
      proof.push_back(Mth(begin, begin + k));
    }
    return proof;
  }

  std::vector<std::string> leaves_;
  mutable std::map<std::pair<uint64_t, uint64_t>, Hash> memo_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_NAIVE_TREE_H_
