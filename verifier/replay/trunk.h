#ifndef MODLOG_VERIFIER_REPLAY_TRUNK_H_
#define MODLOG_VERIFIER_REPLAY_TRUNK_H_

// The tiles above the entries, verified from the signed root downwards, so that
// no byte is used before it was found to be under the root:
//
//   signed root
//     └ the right edge: the partial tiles of all levels, together
//         └ a full tile of level l: its root is a hash of the tile above it
//             └ … down to the level-0 tiles, and by them the entries
//
// Held at once: one tile a level. Not thread-safe.

#include <functional>
#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/source/resources.h"

namespace modlog {

// What the signed root says of a bundle and its level-0 tile.
struct Expectation {
  uint64_t bundle;
  uint32_t width;            // entries
  Hash root;                 // of the full tile, where width is kTileWidth
  std::vector<Hash> hashes;  // leaf hashes, where it is less
};

class Trunk {
 public:
  // Who is told of each tile that was found right, with the hashes that the
  // head says it has: so many as TileWidth.
  using Found = std::function<void(TileId, const std::vector<Hash>&)>;

  // Open fetches the right edge and checks it against the head's root.
  // REQUIRES: head.size > 0. `source` must outlive the trunk.
  static Judged<Trunk> Open(Source* source, const TreeHead& head,
                            Found found = nullptr);

  uint64_t bundle_count() const;

  // Expect fetches and verifies what stands above a bundle. Bundles may be
  // asked for in any order; in ascending order no tile is fetched twice.
  Judged<Expectation> Expect(uint64_t bundle);

  // RootAt returns the root that the first `size` entries have.
  // REQUIRES: 0 < size <= head.size.
  Judged<Hash> RootAt(uint64_t size);

  // Tile returns the hashes of a tile of the tree. After RootAt(size) those
  // that a growth path from that size needs are at hand: none is fetched again.
  // REQUIRES: TileWidth(tile, head.size) > 0.
  Judged<std::vector<Hash>> Tile(TileId tile);

  // WillNeed hints to the source what Expect, and then the check of the bundle
  // and its tile, are going to fetch.
  void WillNeed(uint64_t bundle) const;

  // Tiles verified here: all but the full ones of level 0.
  uint64_t tile_count() const { return tile_count_; }

 private:
  struct Level {
    bool loaded = false;
    uint64_t index = 0;
    std::vector<Hash> hashes;
  };

  Trunk(Source* source, const TreeHead& head, Found found);
  Judged<void> FetchEdge();
  Judged<void> CheckEdge() const;
  Judged<void> Load(int level, uint64_t index);
  Judged<std::vector<Hash>> FetchFull(TileId tile);
  Hash EdgeRoot() const;

  Source* source_;
  TreeHead head_;
  Found found_;
  std::vector<std::vector<Hash>> edge_;  // partial tiles by level, or empty
  std::vector<Level> levels_;            // the current tile of each level
  uint64_t tile_count_ = 0;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_REPLAY_TRUNK_H_
