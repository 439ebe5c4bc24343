#include "verifier/core/frontier.h"

#include <bit>
#include <utility>

namespace modlog {

Frontier Frontier::From(uint64_t size, std::vector<Hash> nodes) {
  MODLOG_CHECK(nodes.size() == static_cast<size_t>(std::popcount(size)),
               "a frontier has one node for each set bit of its size");
  Frontier frontier;
  frontier.size_ = size;
  frontier.nodes_ = std::move(nodes);
  return frontier;
}

void Frontier::AppendSubtree(int level, const Hash& root) {
  MODLOG_CHECK(level >= 0 && level < 64, "a subtree has at most 2^63 leaves");
  const uint64_t added = uint64_t{1} << level;
  MODLOG_CHECK((size_ & (added - 1)) == 0,
               "a subtree is appended at a multiple of its size");
  MODLOG_CHECK(size_ + added > size_, "a size is below 2^64");
  // As in binary addition: each set bit from `level` upwards is a node of equal
  // height to the left, and carries.
  Hash carried = root;
  for (uint64_t bit = added; (size_ & bit) != 0; bit <<= 1) {
    carried = HashNode(nodes_.back(), carried);
    nodes_.pop_back();
  }
  nodes_.push_back(carried);
  size_ += added;
}

Hash Frontier::Root() const {
  if (nodes_.empty()) return HashEmpty();
  Hash root = nodes_.back();
  for (size_t i = nodes_.size() - 1; i > 0; --i) {
    root = HashNode(nodes_[i - 1], root);
  }
  return root;
}

}  // namespace modlog
