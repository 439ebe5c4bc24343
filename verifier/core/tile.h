#ifndef MODLOG_VERIFIER_CORE_TILE_H_
#define MODLOG_VERIFIER_CORE_TILE_H_

// How a tree is cut into tiles, and what they are called:
// https://c2sp.org/tlog-tiles.
//
// A tile holds up to 256 hashes of one level that is a multiple of 8. Tile n of
// level l holds, at position i, the root of the complete subtree of leaves
//
//   [(256 n + i) * 256^l, (256 n + i + 1) * 256^l)
//
// so level 0 holds leaf hashes and every hash above is the root of a *full*
// tile below. A tile of width < 256 is partial and is a prefix of the full one.
//
// The geometry is a compile-time parameter (MODLOG_TILE_HEIGHT, 8 in anything
// that ships) so that tests reach high levels with few leaves.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/merkle.h"

#ifndef MODLOG_TILE_HEIGHT
#define MODLOG_TILE_HEIGHT 8
#endif

namespace modlog {

inline constexpr int kTileHeight = MODLOG_TILE_HEIGHT;
inline constexpr uint32_t kTileWidth = 1u << kTileHeight;  // hashes, entries
inline constexpr int kTileLevelMax = 63 / kTileHeight;     // levels are 0..max
static_assert(kTileHeight >= 1 && kTileHeight <= 8,
              "a width must fit the path format's 1..255");

struct TileId {
  int level;       // 0..kTileLevelMax
  uint64_t index;  // n
  friend bool operator==(const TileId&, const TileId&) = default;
};

// LevelSize returns how many hashes tile level `level` has in a tree of `size`.
uint64_t LevelSize(int level, uint64_t size);

// TileWidth returns how many hashes a tile has in a tree of `size`: kTileWidth
// if full, 0 if there is no such tile.
uint32_t TileWidth(TileId tile, uint64_t size);

// TilePath formats "tile/<L>/<N>" and, where width < kTileWidth, ".p/<W>".
// REQUIRES: 1 <= width <= kTileWidth.
std::string TilePath(TileId tile, uint32_t width);
// BundlePath formats "tile/entries/<N>[.p/<W>]".
std::string BundlePath(uint64_t index, uint32_t width);

// A parsed path. `level` is -1 for an entry bundle.
struct ResourcePath {
  int level;
  uint64_t index;
  uint32_t width;
};
// ParseTilePath reads what TilePath and BundlePath write, and nothing else:
// kMalformed for any other spelling (superfluous x000, .p/0, .p/256, level 64).
Result<ResourcePath> ParseTilePath(std::string_view path);

// TileRoot folds the hashes of a full tile. REQUIRES: hashes.size() is
// kTileWidth.
Hash TileRoot(std::span<const Hash> hashes);

// NodeInTile says in which tile a node's subtree has its base, and where:
// the node is the root of hashes [first, first + count) of that tile, count
// being a power of two.
struct TileSlice {
  TileId tile;
  uint32_t first;
  uint32_t count;
};
TileSlice NodeInTile(NodeId node);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_TILE_H_
