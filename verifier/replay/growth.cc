#include "verifier/replay/growth.h"

namespace modlog {

Fault PastWasChanged(const TreeHead& seen, const Hash& root) {
  const std::string size = std::to_string(seen.size);
  return {"size " + size,
          {Code::kConflict, "the first " + size + " entries have the root " +
                                FormatBase64(root) + ", but this auditor saw " +
                                FormatBase64(seen.root) +
                                " signed: the log's past was changed"}};
}

Growth::Growth(std::optional<TreeHead> older, TreeHead newer)
    : older_(older), newer_(newer) {
  MODLOG_CHECK(!older_ || older_->size <= newer_.size,
               "a tree grew from one that is not larger");
}

Judged<void> Growth::Take(std::span<const Hash> leaf_hashes, const Hash& root) {
  const uint64_t end = frontier_.size() + leaf_hashes.size();
  if (older_ && older_->size > frontier_.size() && older_->size <= end) {
    if (auto checked = CheckOlder(leaf_hashes); !checked) return checked;
  }
  if (leaf_hashes.size() == kTileWidth) {
    frontier_.AppendSubtree(kTileHeight, root);
    return {};
  }
  for (const Hash& hash : leaf_hashes) frontier_.Append(hash);
  return {};
}

Judged<void> Growth::CheckOlder(std::span<const Hash> leaf_hashes) const {
  Frontier at_older = frontier_;
  for (const Hash& hash : leaf_hashes.first(older_->size - frontier_.size())) {
    at_older.Append(hash);
  }
  const Hash root = at_older.Root();
  if (root == older_->root) return {};
  return std::unexpected(PastWasChanged(*older_, root));
}

Judged<void> Growth::Finish() const {
  MODLOG_CHECK(frontier_.size() == newer_.size, "every entry was taken");
  const Hash root = frontier_.Root();
  if (root == newer_.root) return {};
  return FailAt("checkpoint line 3", Code::kBadProof,
                "the root is " + FormatBase64(newer_.root) +
                    ", but the entries lead to " + FormatBase64(root));
}

}  // namespace modlog
