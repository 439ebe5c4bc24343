#ifndef MODLOG_LOG_TREE_EDGE_H_
#define MODLOG_LOG_TREE_EDGE_H_

// The right edge of the tree in tiles: at each tile level the one tile that is
// not full yet, with every node inside it, so that a path to a new leaf is
// looked up and not computed.
//
//   level 1   [ # # # . . . ]            partial: kept here
//   level 0   [full][full][full][ # # . ]
//              in the store      kept here
//
// Growing makes a new Edge; an Edge once built is immutable and may be read
// from any thread. A copy costs 16 KiB a level, four levels at 2^32 entries.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "log/store/store.h"
#include "verifier/core/merkle.h"
#include "verifier/core/tile.h"

namespace modlog {

// TileNodes is a tile's hashes and all complete subtrees over them.
class TileNodes {
 public:
  explicit TileNodes(uint64_t index) : index_(index) {}

  uint64_t index() const { return index_; }
  uint32_t width() const { return width_; }
  bool full() const { return width_ == kTileWidth; }

  // REQUIRES: !full().
  void Append(const Hash& hash);

  // Node returns the root of hashes [first, first + 2^height).
  // REQUIRES: aligned and within the width.
  const Hash& Node(int height, uint32_t first) const;
  const Hash& Root() const { return Node(kTileHeight, 0); }
  // Bytes of the first `width` hashes.
  std::string Encode(uint32_t width) const;

 private:
  static constexpr size_t Row(int height) {
    return 2 * kTileWidth - (2 * kTileWidth >> height);
  }
  uint64_t index_;
  uint32_t width_ = 0;
  // Row h has kTileWidth >> h hashes.
  std::array<Hash, 2 * kTileWidth - 1> nodes_;
};

// DecodeTile makes a tile of stored bytes. kCorrupt unless 32 * width of them.
Result<TileNodes> DecodeTile(uint64_t index, uint32_t width,
                             std::string_view bytes);

class Edge {
 public:
  Edge() = default;

  // Restore builds the edge of a tree of `size` from what a store holds: leaf
  // hashes of the newest entries, and the roots of the full tiles one level
  // below. Reading them is what checks them (I7); compare Root() with the head.
  static Result<Edge> Restore(uint64_t size, Store& store);

  uint64_t size() const { return size_; }
  Hash Root() const;
  TreeHead Head() const { return {size_, Root()}; }

  // Node returns a complete subtree if its tile is part of this edge.
  std::optional<Hash> Node(NodeId node) const;
  // Partial returns the tile of a level that is not full yet, if it has hashes.
  const TileNodes* Partial(int level) const;

 private:
  friend class EdgeGrowth;
  uint64_t size_ = 0;
  std::vector<TileNodes> levels_;  // [l] is the partial tile of level l
};

// EdgeGrowth appends leaves to a copy of an edge and keeps the tiles that fill
// up on the way, so that nodes of both old and new edge can be read.
class EdgeGrowth {
 public:
  explicit EdgeGrowth(const Edge& before) : edge_(before) {}

  void Append(const Hash& leaf_hash);

  const Edge& edge() const { return edge_; }
  Edge Take() && { return std::move(edge_); }

  // The tiles that became full, in the order in which they did.
  std::vector<FullTile> EncodeFullTiles() const;

  // Node returns a complete subtree from the edge or a tile filled here.
  std::optional<Hash> Node(NodeId node) const;

 private:
  void AppendToLevel(size_t level, const Hash& hash);

  Edge edge_;
  std::vector<std::vector<TileNodes>> full_;  // [level], contiguous indexes
};

}  // namespace modlog

#endif  // MODLOG_LOG_TREE_EDGE_H_
