#include "verifier/replay/trunk.h"

#include "verifier/core/frontier.h"
#include "verifier/replay/locate.h"

namespace modlog {
namespace {

// The tile that partial level `level` of a tree ends in.
TileId EdgeTile(int level, uint64_t size) {
  return {level, LevelSize(level, size) >> kTileHeight};
}

int LevelCount(uint64_t size) {
  int count = 0;
  while (LevelSize(count, size) > 0) ++count;
  return count;
}

// Whether the subtree of a tile of this level begins with this bundle.
bool BeginsAt(int level, uint64_t bundle) {
  return LevelSize(level, bundle) << (level * kTileHeight) == bundle;
}

// The root that the partial tiles lead to. Higher levels stand further left.
Hash RootOf(const std::vector<std::vector<Hash>>& edge) {
  Frontier frontier;
  for (size_t i = edge.size(); i > 0; --i) {
    const int height = static_cast<int>(i - 1) * kTileHeight;
    for (const Hash& hash : edge[i - 1]) frontier.AppendSubtree(height, hash);
  }
  return frontier.Root();
}

}  // namespace

Trunk::Trunk(Source* source, const TreeHead& head, Found found)
    : source_(source),
      head_(head),
      found_(std::move(found)),
      edge_(static_cast<size_t>(LevelCount(head.size))),
      levels_(edge_.size()) {}

Judged<Trunk> Trunk::Open(Source* source, const TreeHead& head, Found found) {
  MODLOG_CHECK(head.size > 0, "an empty tree has no tiles");
  Trunk trunk(source, head, std::move(found));
  if (auto fetched = trunk.FetchEdge(); !fetched) {
    return std::unexpected(fetched.error());
  }
  if (auto checked = trunk.CheckEdge(); !checked) {
    return std::unexpected(checked.error());
  }
  for (size_t i = 0; trunk.found_ && i < trunk.edge_.size(); ++i) {
    if (trunk.edge_[i].empty()) continue;
    trunk.found_(EdgeTile(static_cast<int>(i), head.size), trunk.edge_[i]);
  }
  return trunk;
}

Judged<void> Trunk::FetchEdge() {
  const auto for_each_tile = [this](auto&& visit) -> Judged<void> {
    for (size_t i = 0; i < edge_.size(); ++i) {
      const TileId tile = EdgeTile(static_cast<int>(i), head_.size);
      const uint32_t width = TileWidth(tile, head_.size);
      if (width == 0) continue;
      if (auto visited = visit(tile, width, &edge_[i]); !visited) {
        return visited;
      }
    }
    return {};
  };
  auto hinted = for_each_tile([this](TileId tile, uint32_t width, auto*) {
    WillNeedTile(source_, tile, width);
    return Judged<void>();
  });
  if (!hinted) return hinted;
  return for_each_tile(
      [this](TileId tile, uint32_t width, auto* hashes) -> Judged<void> {
        auto fetched = FetchTile(source_, tile, width);
        if (!fetched) return std::unexpected(fetched.error());
        *hashes = std::move(*fetched);
        ++tile_count_;
        return {};
      });
}

Judged<void> Trunk::CheckEdge() const {
  const Hash root = EdgeRoot();
  if (root == head_.root) return {};
  Fault fault = {
      "checkpoint line 3",
      {Code::kBadProof, "the root is " + FormatBase64(head_.root) +
                            ", but the tiles lead to " + FormatBase64(root)}};
  const auto end = std::chrono::steady_clock::now() + kLocateTime;
  for (size_t i = 0; i < edge_.size(); ++i) {
    if (edge_[i].empty()) continue;
    const auto leads_to_root = [&](const std::vector<Hash>& hashes) {
      std::vector<std::vector<Hash>> edge = edge_;
      edge[i] = hashes;
      return RootOf(edge) == head_.root;
    };
    fault = LocateInTile(source_, EdgeTile(static_cast<int>(i), head_.size),
                         edge_[i], leads_to_root, std::move(fault), end);
  }
  return std::unexpected(std::move(fault));
}

Hash Trunk::EdgeRoot() const { return RootOf(edge_); }

uint64_t Trunk::bundle_count() const {
  return (head_.size - 1) / kTileWidth + 1;
}

Judged<Expectation> Trunk::Expect(uint64_t bundle) {
  const uint32_t width = TileWidth({0, bundle}, head_.size);
  MODLOG_CHECK(width > 0, "the bundle is within the tree");
  if (width < kTileWidth) return Expectation{bundle, width, {}, edge_[0]};
  if (auto loaded = Load(1, bundle >> kTileHeight); !loaded) {
    return std::unexpected(loaded.error());
  }
  const Hash root = levels_[1].hashes[bundle & (kTileWidth - 1)];
  return Expectation{bundle, width, root, {}};
}

Judged<Hash> Trunk::RootAt(uint64_t size) {
  MODLOG_CHECK(0 < size && size <= head_.size, "the tree had this size");
  std::vector<std::vector<Hash>> edge(edge_.size());
  for (size_t i = 0; i < edge.size(); ++i) {
    const TileId tile = EdgeTile(static_cast<int>(i), size);
    const uint32_t width = TileWidth(tile, size);
    if (width == 0) continue;
    if (auto loaded = Load(tile.level, tile.index); !loaded) {
      return std::unexpected(loaded.error());
    }
    const std::vector<Hash>& hashes = levels_[i].hashes;
    edge[i].assign(hashes.begin(), hashes.begin() + width);
  }
  return RootOf(edge);
}

Judged<std::vector<Hash>> Trunk::Tile(TileId tile) {
  const uint32_t width = TileWidth(tile, head_.size);
  MODLOG_CHECK(width > 0, "the tile is of the tree");
  const auto level = static_cast<size_t>(tile.level);
  // Not by Load: the right edge must not take the place of what is held.
  if (width < kTileWidth) return edge_[level];
  if (auto loaded = Load(tile.level, tile.index); !loaded) {
    return std::unexpected(loaded.error());
  }
  return levels_[level].hashes;
}

Judged<void> Trunk::Load(int level, uint64_t index) {
  Level& current = levels_[static_cast<size_t>(level)];
  if (current.loaded && current.index == index) return {};
  const TileId tile = {level, index};
  if (TileWidth(tile, head_.size) < kTileWidth) {
    current = {true, index, edge_[static_cast<size_t>(level)]};
    return {};
  }
  if (auto above = Load(level + 1, index >> kTileHeight); !above) return above;
  auto hashes = FetchFull(tile);
  if (!hashes) return std::unexpected(hashes.error());
  current = {true, index, std::move(*hashes)};
  ++tile_count_;
  if (found_) found_(tile, current.hashes);
  return {};
}

Judged<std::vector<Hash>> Trunk::FetchFull(TileId tile) {
  const Level& above = levels_[static_cast<size_t>(tile.level) + 1];
  const size_t position = tile.index & (kTileWidth - 1);
  const Hash want = above.hashes[position];
  auto hashes = FetchTile(source_, tile, kTileWidth);
  if (!hashes || TileRoot(*hashes) == want) return hashes;
  Fault fault = {
      TilePath(tile, kTileWidth),
      {Code::kBadProof,
       "its hashes lead to " + FormatBase64(TileRoot(*hashes)) + ", want " +
           FormatBase64(want) + ", which is " +
           HashPlace({tile.level + 1, above.index},
                     static_cast<uint32_t>(above.hashes.size()), position)}};
  const auto leads_to_want = [&want](const std::vector<Hash>& below) {
    return TileRoot(below) == want;
  };
  return std::unexpected(
      LocateInTile(source_, tile, *hashes, leads_to_want, std::move(fault)));
}

void Trunk::WillNeed(uint64_t bundle) const {
  for (int level = static_cast<int>(edge_.size()) - 1; level >= 1; --level) {
    const TileId tile = {level, LevelSize(level, bundle)};
    if (BeginsAt(level, bundle) && TileWidth(tile, head_.size) == kTileWidth) {
      WillNeedTile(source_, tile, kTileWidth);
    }
  }
  const uint32_t width = TileWidth({0, bundle}, head_.size);
  if (width == kTileWidth) WillNeedTile(source_, {0, bundle}, width);
  WillNeedBundle(source_, bundle, width);
}

}  // namespace modlog
