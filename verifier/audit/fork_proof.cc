#include "verifier/audit/fork_proof.h"

#include "verifier/audit/resources.h"
#include "verifier/fork.h"

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

}  // namespace

NodeReader TileNodeReader(Source* source, uint64_t size) {
  return [source, size](NodeId node) -> Result<Hash> {
    const TileSlice slice = NodeInTile(node);
    const uint32_t width = TileWidth(slice.tile, size);
    MODLOG_CHECK(slice.first + slice.count <= width,
                 "a node of the tree is in a tile of the tree");
    const auto hashes = FetchTile(source, slice.tile, width);
    if (!hashes) return Prefixed(hashes.error().place, hashes.error().error);
    const auto begin = hashes->begin() + slice.first;
    return FoldPairs({begin, begin + slice.count});
  };
}

Result<std::vector<Hash>> FetchForkProof(Source* source,
                                         const TreeHead& smaller,
                                         const TreeHead& larger) {
  return ProveFork(smaller, larger, TileNodeReader(source, larger.size));
}

}  // namespace modlog
