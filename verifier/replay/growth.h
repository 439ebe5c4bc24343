#ifndef MODLOG_VERIFIER_REPLAY_GROWTH_H_
#define MODLOG_VERIFIER_REPLAY_GROWTH_H_

// Whether the entries, one after the other, lead to the root that was signed
// now and, on the way, to the one that was seen before. Knows nothing of how a
// tree is cut into tiles but that 256 leaves are a subtree. Not thread-safe.

#include <optional>
#include <span>

#include "verifier/core/frontier.h"
#include "verifier/source/resources.h"

namespace modlog {

// PastWasChanged is the fault that the tree, at the size of `seen`, has another
// root.
Fault PastWasChanged(const TreeHead& seen, const Hash& root);

class Growth {
 public:
  // REQUIRES: older->size <= newer.size.
  Growth(std::optional<TreeHead> older, TreeHead newer);

  // Take appends the leaf hashes of the next bundle; `root` is theirs, if there
  // are kTileWidth of them. kConflict if the tree at the older size has another
  // root than was seen.
  Judged<void> Take(std::span<const Hash> leaf_hashes, const Hash& root);

  // Finish: kBadProof if the tree's root is not the signed one.
  // REQUIRES: as many leaf hashes were taken as the newer size says.
  Judged<void> Finish() const;

 private:
  Judged<void> CheckOlder(std::span<const Hash> leaf_hashes) const;

  std::optional<TreeHead> older_;
  TreeHead newer_;
  Frontier frontier_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_REPLAY_GROWTH_H_
