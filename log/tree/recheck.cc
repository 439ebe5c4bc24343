#include "log/tree/recheck.h"

#include <algorithm>

#include "log/store/redacted.h"
#include "log/tree/edge.h"
#include "verifier/core/bundle.h"

namespace modlog {

namespace {

constexpr uint64_t kBundlesAtOnce = 64;  // of which the tiles are in memory

// Appends the stored entries [begin, end) of one bundle.
Result<void> AppendStored(Store& store, uint64_t begin, uint64_t end,
                          EdgeGrowth* growth) {
  ASSIGN_OR_RETURN(const std::vector<BundlePiece> pieces,
                   store.ReadPieces(begin, end));
  for (const BundlePiece& piece : pieces) {
    ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                     ParseBundle(AsBytes(piece.bytes), piece.count));
    for (size_t i = 0; i < entries.size(); ++i) {
      const uint64_t index = piece.first + i;
      if (index < begin || index >= end) continue;
      ASSIGN_OR_RETURN(const Hash hash, HashSlot(store, index, entries[i]));
      growth->Append(hash);
    }
  }
  if (growth->edge().size() != end) {
    return Fail(Code::kCorrupt, "the store holds entries up to " +
                                    std::to_string(growth->edge().size()) +
                                    ", want " + std::to_string(end));
  }
  return {};
}

Result<void> CompareTiles(Store& store, const EdgeGrowth& growth) {
  for (const FullTile& tile : growth.EncodeFullTiles()) {
    ASSIGN_OR_RETURN(const std::string stored, store.ReadTile(tile.id));
    if (stored != tile.bytes) {
      return Fail(Code::kCorrupt, TilePath(tile.id, kTileWidth) +
                                      " is not what the stored entries hash "
                                      "to");
    }
  }
  return {};
}

}  // namespace

Result<void> RecheckUnsigned(Store& store, uint64_t signed_size,
                             const TreeHead& head) {
  ASSIGN_OR_RETURN(Edge edge, Edge::Restore(signed_size, store));
  while (edge.size() < head.size) {
    EdgeGrowth growth(edge);
    for (uint64_t i = 0; i < kBundlesAtOnce; ++i) {
      const uint64_t begin = growth.edge().size();
      if (begin == head.size) break;
      const uint64_t bundle_end = (begin / kTileWidth + 1) * kTileWidth;
      RETURN_IF_ERROR(
          AppendStored(store, begin, std::min(bundle_end, head.size), &growth));
    }
    RETURN_IF_ERROR(CompareTiles(store, growth));
    edge = std::move(growth).Take();
  }
  if (edge.Head() == head) return {};
  return Fail(Code::kCorrupt,
              "the entries from " + std::to_string(signed_size) + " to " +
                  std::to_string(head.size) +
                  " were not signed yet and do not lead to the stored root: "
                  "keep the directory, restore from a mirror");
}

}  // namespace modlog
