#include "verifier/replay/locate.h"

#include <algorithm>
#include <optional>

#include "verifier/source/hurried.h"

namespace modlog {
namespace {

using Hashes = std::optional<std::vector<Hash>>;

Hashes LeafHashes(Source* source, uint64_t bundle_index, uint32_t width) {
  std::string buffer;
  const auto bundle = FetchBundle(source, bundle_index, width, &buffer);
  if (!bundle) return std::nullopt;
  const auto entries = ParseBundle(*bundle, width);
  if (!entries) return std::nullopt;
  std::vector<Hash> hashes;
  hashes.reserve(width);
  for (const Bytes entry : *entries) hashes.push_back(HashLeaf(entry));
  return hashes;
}

// The roots of the full tiles below. Where one is not there the hash in
// question is kept: if another is the wrong one, it is still found.
Hashes RootsBelow(Source* source, TileId tile, std::span<const Hash> hashes) {
  std::vector<Hash> roots(hashes.begin(), hashes.end());
  for (size_t i = 0; i < roots.size(); ++i) {
    WillNeedTile(source, {tile.level - 1, tile.index * kTileWidth + i},
                 kTileWidth);
  }
  for (size_t i = 0; i < roots.size(); ++i) {
    const TileId below = {tile.level - 1, tile.index * kTileWidth + i};
    const auto fetched = FetchTile(source, below, kTileWidth);
    if (fetched) roots[i] = TileRoot(*fetched);
  }
  return roots;
}

}  // namespace

Fault LocateInTile(Source* source, TileId tile, std::span<const Hash> hashes,
                   const LeadsToTrust& leads_to_trust, Fault otherwise,
                   std::chrono::steady_clock::time_point end) {
  Hurried hurried(source, end);
  const auto width = static_cast<uint32_t>(hashes.size());
  const Hashes below = tile.level == 0 ? LeafHashes(&hurried, tile.index, width)
                                       : RootsBelow(&hurried, tile, hashes);
  if (!below || !leads_to_trust(*below)) return otherwise;
  const auto differing = std::ranges::mismatch(hashes, *below);
  if (differing.in1 == hashes.end()) return otherwise;
  const auto at = static_cast<size_t>(differing.in1 - hashes.begin());
  return {HashPlace(tile, width, at),
          {Code::kBadProof, "is " + FormatBase64(*differing.in1) + ", want " +
                                FormatBase64(*differing.in2) +
                                ", which what lies below it hashes to"}};
}

}  // namespace modlog
