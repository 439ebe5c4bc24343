#include "log/tree/edge.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "log/store/redacted.h"
#include "verifier/core/bundle.h"
#include "verifier/core/frontier.h"

namespace modlog {

void TileNodes::Append(const Hash& hash) {
  MODLOG_CHECK(!full(), "a full tile takes no more hashes");
  nodes_[width_] = hash;
  ++width_;
  // Each trailing zero of the width completes a subtree one level higher.
  uint32_t position = width_;
  for (int height = 0; (position & 1) == 0; ++height) {
    const size_t row = Row(height);
    nodes_[Row(height + 1) + position / 2 - 1] =
        HashNode(nodes_[row + position - 2], nodes_[row + position - 1]);
    position /= 2;
    if (height + 1 == kTileHeight) break;
  }
}

const Hash& TileNodes::Node(int height, uint32_t first) const {
  const uint32_t count = uint32_t{1} << height;
  MODLOG_CHECK(first % count == 0 && first + count <= width_,
               "a node is complete and inside its tile");
  return nodes_[Row(height) + (first >> height)];
}

std::string TileNodes::Encode(uint32_t width) const {
  MODLOG_CHECK(width <= width_, "a tile has the hashes it is asked for");
  return std::string(reinterpret_cast<const char*>(nodes_.data()),
                     size_t{width} * kHashSize);
}

Result<TileNodes> DecodeTile(uint64_t index, uint32_t width,
                             std::string_view bytes) {
  if (bytes.size() != size_t{width} * kHashSize) {
    return Fail(Code::kCorrupt,
                "stored tile has " + std::to_string(bytes.size()) +
                    " bytes, want " + std::to_string(width * kHashSize));
  }
  TileNodes tile(index);
  for (uint32_t i = 0; i < width; ++i) {
    Hash hash;
    std::memcpy(hash.data(), bytes.data() + i * kHashSize, kHashSize);
    tile.Append(hash);
  }
  return tile;
}

namespace {

// The partial level-0 tile, from the newest entries themselves.
Result<TileNodes> RestoreLeaves(uint64_t size, Store& store) {
  const uint64_t begin = size - size % kTileWidth;
  TileNodes tile(begin / kTileWidth);
  if (begin == size) return tile;
  ASSIGN_OR_RETURN(const std::vector<BundlePiece> pieces,
                   store.ReadPieces(begin, size));
  for (const BundlePiece& piece : pieces) {
    ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                     ParseBundle(AsBytes(piece.bytes), piece.count));
    for (const Bytes entry : entries) {
      ASSIGN_OR_RETURN(const Hash hash,
                       HashSlot(store, begin + tile.width(), entry));
      tile.Append(hash);
    }
  }
  if (tile.width() != size - begin) {
    return Fail(Code::kCorrupt, "store holds " + std::to_string(tile.width()) +
                                    " of the newest entries, want " +
                                    std::to_string(size - begin));
  }
  return tile;
}

// A partial tile above, from the full tiles below it.
Result<TileNodes> RestoreLevel(int level, uint64_t size, Store& store) {
  const uint64_t count = LevelSize(level, size);
  const uint64_t begin = count - count % kTileWidth;
  TileNodes tile(begin / kTileWidth);
  for (uint64_t n = begin; n < count; ++n) {
    ASSIGN_OR_RETURN(const std::string bytes, store.ReadTile({level - 1, n}));
    ASSIGN_OR_RETURN(const TileNodes below, DecodeTile(n, kTileWidth, bytes));
    tile.Append(below.Root());
  }
  return tile;
}

}  // namespace

Result<Edge> Edge::Restore(uint64_t size, Store& store) {
  Edge edge;
  edge.size_ = size;
  for (int level = 0; level <= kTileLevelMax; ++level) {
    if (LevelSize(level, size) == 0) break;
    ASSIGN_OR_RETURN(const TileNodes tile,
                     level == 0 ? RestoreLeaves(size, store)
                                : RestoreLevel(level, size, store));
    edge.levels_.push_back(tile);
  }
  return edge;
}

Hash Edge::Root() const {
  std::vector<Hash> nodes;
  for (int level = 63; level >= 0; --level) {
    if ((size_ >> level & 1) == 0) continue;
    const auto node = Node({level, (size_ >> level) - 1});
    MODLOG_CHECK(node.has_value(), "the frontier lies in the edge");
    nodes.push_back(*node);
  }
  return Frontier::From(size_, std::move(nodes)).Root();
}

std::optional<Hash> Edge::Node(NodeId node) const {
  const TileSlice slice = NodeInTile(node);
  const TileNodes* tile = Partial(slice.tile.level);
  if (tile == nullptr || tile->index() != slice.tile.index ||
      slice.first + slice.count > tile->width()) {
    return std::nullopt;
  }
  return tile->Node(std::countr_zero(slice.count), slice.first);
}

const TileNodes* Edge::Partial(int level) const {
  const auto position = static_cast<size_t>(level);
  return position < levels_.size() ? &levels_[position] : nullptr;
}

void EdgeGrowth::Append(const Hash& leaf_hash) {
  AppendToLevel(0, leaf_hash);
  ++edge_.size_;
}

void EdgeGrowth::AppendToLevel(size_t level, const Hash& hash) {
  if (level == edge_.levels_.size()) edge_.levels_.emplace_back(0);
  TileNodes& tile = edge_.levels_[level];
  tile.Append(hash);
  if (!tile.full()) return;
  const Hash root = tile.Root();
  if (full_.size() <= level) full_.resize(level + 1);
  full_[level].push_back(tile);
  tile = TileNodes(tile.index() + 1);
  AppendToLevel(level + 1, root);
}

std::vector<FullTile> EdgeGrowth::EncodeFullTiles() const {
  std::vector<FullTile> tiles;
  for (size_t level = 0; level < full_.size(); ++level) {
    for (const TileNodes& tile : full_[level]) {
      tiles.push_back(
          {{static_cast<int>(level), tile.index()}, tile.Encode(kTileWidth)});
    }
  }
  return tiles;
}

std::optional<Hash> EdgeGrowth::Node(NodeId node) const {
  const TileSlice slice = NodeInTile(node);
  const auto level = static_cast<size_t>(slice.tile.level);
  if (level < full_.size() && !full_[level].empty()) {
    const uint64_t first = full_[level].front().index();
    if (slice.tile.index >= first &&
        slice.tile.index - first < full_[level].size()) {
      return full_[level][slice.tile.index - first].Node(
          std::countr_zero(slice.count), slice.first);
    }
  }
  return edge_.Node(node);
}

}  // namespace modlog
