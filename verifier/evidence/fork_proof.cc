#include "verifier/evidence/fork_proof.h"

#include "verifier/evidence/fork.h"
#include "verifier/source/resources.h"

namespace modlog {
namespace {

// REQUIRES: a power of two of hashes.
Hash FoldPairs(std::vector<Hash> hashes) {
  while (hashes.size() > 1) {
    for (size_t i = 0; i < hashes.size() / 2; ++i) {
      hashes[i] = HashNode(hashes[2 * i], hashes[2 * i + 1]);
    }
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

using ReadTile = std::function<Judged<std::vector<Hash>>(TileId)>;

NodeReader NodesOf(uint64_t size, ReadTile read) {
  return [size, read = std::move(read)](NodeId node) -> Result<Hash> {
    const TileSlice slice = NodeInTile(node);
    MODLOG_CHECK(slice.first + slice.count <= TileWidth(slice.tile, size),
                 "a node of the tree is in a tile of the tree");
    const auto hashes = read(slice.tile);
    if (!hashes) return Prefixed(hashes.error().place, hashes.error().error);
    const auto begin = hashes->begin() + slice.first;
    return FoldPairs({begin, begin + slice.count});
  };
}

}  // namespace

NodeReader TileNodeReader(Source* source, uint64_t size) {
  return NodesOf(size, [source, size](TileId tile) {
    return FetchTile(source, tile, TileWidth(tile, size));
  });
}

Result<std::vector<Hash>> FetchForkProof(Source* source,
                                         const TreeHead& smaller,
                                         const TreeHead& larger) {
  return ProveFork(smaller, larger, TileNodeReader(source, larger.size));
}

Result<std::vector<Hash>> ProveForkOver(Trunk* trunk, const TreeHead& smaller,
                                        const TreeHead& larger) {
  return ProveFork(smaller, larger, NodesOf(larger.size, [trunk](TileId tile) {
                     return trunk->Tile(tile);
                   }));
}

}  // namespace modlog
