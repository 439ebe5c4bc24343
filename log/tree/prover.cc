#include "log/tree/prover.h"

#include <bit>
#include <map>

#include "verifier/core/bundle.h"
#include "verifier/core/frontier.h"

namespace modlog {

namespace {

Error Beyond(std::string_view what, uint64_t got, uint64_t size) {
  return {Code::kOutOfRange, std::string(what) + " " + std::to_string(got) +
                                 " is beyond the tree of size " +
                                 std::to_string(size)};
}

// Reads nodes for one proof; each tile is fetched and folded once.
class NodeSource {
 public:
  NodeSource(Store& store, const Edge& edge) : store_(store), edge_(edge) {}

  Result<Hash> Read(NodeId node) {
    if (const auto hash = edge_.Node(node)) return *hash;
    const TileSlice slice = NodeInTile(node);
    ASSIGN_OR_RETURN(const TileNodes* tile, Tile(slice.tile));
    return tile->Node(std::countr_zero(slice.count), slice.first);
  }

 private:
  Result<const TileNodes*> Tile(TileId id) {
    const auto key = std::pair(id.level, id.index);
    auto it = tiles_.find(key);
    if (it == tiles_.end()) {
      ASSIGN_OR_RETURN(const std::string bytes, store_.ReadTile(id));
      ASSIGN_OR_RETURN(const TileNodes tile,
                       DecodeTile(id.index, kTileWidth, bytes));
      it = tiles_.emplace(key, tile).first;
    }
    return &it->second;
  }

  Store& store_;
  const Edge& edge_;
  std::map<std::pair<int, uint64_t>, TileNodes> tiles_;
};

}  // namespace

Result<std::vector<Hash>> Prover::ProveInclusion(uint64_t index,
                                                 uint64_t size) const {
  if (size > edge_->size()) {
    return std::unexpected(Beyond("size", size, edge_->size()));
  }
  NodeSource source(*store_, *edge_);
  return modlog::ProveInclusion(index, size,
                                [&](NodeId node) { return source.Read(node); });
}

Result<std::vector<Hash>> Prover::ProveConsistency(uint64_t older_size,
                                                   uint64_t newer_size) const {
  if (newer_size > edge_->size()) {
    return std::unexpected(Beyond("size", newer_size, edge_->size()));
  }
  NodeSource source(*store_, *edge_);
  return modlog::ProveConsistency(
      older_size, newer_size, [&](NodeId node) { return source.Read(node); });
}

Result<Hash> Prover::RootAt(uint64_t size) const {
  if (size > edge_->size()) {
    return std::unexpected(Beyond("size", size, edge_->size()));
  }
  NodeSource source(*store_, *edge_);
  std::vector<Hash> nodes;
  uint64_t before = 0;
  for (int level = 63; level >= 0; --level) {
    if ((size >> level & 1) == 0) continue;
    ASSIGN_OR_RETURN(const Hash node, source.Read({level, before >> level}));
    nodes.push_back(node);
    before += uint64_t{1} << level;
  }
  return Frontier::From(size, std::move(nodes)).Root();
}

Result<std::string> Prover::ReadTile(TileId id, uint32_t width) const {
  if (width == 0 || width > TileWidth(id, edge_->size())) {
    return std::unexpected(Beyond("tile " + TilePath(id, kTileWidth) + " width",
                                  width, edge_->size()));
  }
  const TileNodes* partial = edge_->Partial(id.level);
  if (partial != nullptr && partial->index() == id.index) {
    return partial->Encode(width);
  }
  ASSIGN_OR_RETURN(std::string bytes, store_->ReadTile(id));
  bytes.resize(size_t{width} * kHashSize);
  return bytes;
}

Result<std::string> Prover::ReadBundle(uint64_t index, uint32_t width) const {
  if (width == 0 || width > TileWidth({0, index}, edge_->size())) {
    return std::unexpected(
        Beyond("entry bundle " + std::to_string(index) + " width", width,
               edge_->size()));
  }
  const uint64_t begin = index * kTileWidth;
  ASSIGN_OR_RETURN(const std::vector<BundlePiece> pieces,
                   store_->ReadPieces(begin, begin + width));
  std::string bundle;
  for (const BundlePiece& piece : pieces) bundle += piece.bytes;
  ASSIGN_OR_RETURN(const Bytes prefix, BundlePrefix(AsBytes(bundle), width));
  bundle.resize(prefix.size());
  return bundle;
}

Result<std::string> Prover::ReadLeaf(uint64_t index) const {
  ASSIGN_OR_RETURN(std::string leaf, ReadSlot(index));
  if (!leaf.empty()) return leaf;
  ASSIGN_OR_RETURN(const RedactedEntry redacted, ReadEmptied(index));
  return std::unexpected(IsRedacted(redacted));
}

Result<std::string> Prover::ReadSlot(uint64_t index) const {
  if (index >= edge_->size()) {
    return std::unexpected(Beyond("index", index, edge_->size()));
  }
  ASSIGN_OR_RETURN(const std::vector<BundlePiece> pieces,
                   store_->ReadPieces(index, index + 1));
  MODLOG_CHECK(pieces.size() == 1 && pieces[0].first <= index &&
                   index - pieces[0].first < pieces[0].count,
               "the store returns the piece that holds the entry");
  ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                   ParseBundle(AsBytes(pieces[0].bytes), pieces[0].count));
  return std::string(AsText(entries[index - pieces[0].first]));
}

}  // namespace modlog
