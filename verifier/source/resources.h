#ifndef MODLOG_VERIFIER_SOURCE_RESOURCES_H_
#define MODLOG_VERIFIER_SOURCE_RESOURCES_H_

// Tiles and bundles as an audit fetches them, and faults as it names them.
//
// A partial tile or bundle may have been deleted once the full one exists, so
// where it is not there the full one is taken and its beginning used
// (c2sp.org/tlog-tiles). Nothing is verified here but a tile's size.
// Thread-safe.

#include <string>
#include <utility>
#include <vector>

#include "verifier/core/bundle.h"
#include "verifier/core/tile.h"
#include "verifier/source/source.h"

namespace modlog {

inline constexpr size_t kTileSizeMax = kTileWidth * kHashSize;
inline constexpr size_t kBundleSizeMax = kTileWidth * (2 + kEntrySizeMax);

// Fault is a failure and the place where it lies: "entry 17",
// "tile/0/003 hash 17", "checkpoint".
struct Fault {
  std::string place;
  Error error;
};
template <typename T>
using Judged = std::expected<T, Fault>;

inline std::unexpected<Fault> FailAt(std::string place, Error error) {
  return std::unexpected<Fault>(Fault{std::move(place), std::move(error)});
}
inline std::unexpected<Fault> FailAt(std::string place, Code code,
                                     std::string message) {
  return FailAt(std::move(place), Error{code, std::move(message)});
}

// FetchTile returns the first `width` hashes of a tile. kNotFound where it is
// not there: a log may be pruned, a copy be behind its checkpoint. kMalformed
// for another size: a download that was cut, or some other page.
Judged<std::vector<Hash>> FetchTile(Source* source, TileId tile,
                                    uint32_t width);

// FetchBundle reads a bundle into *buffer and returns a view of what should be
// its first `width` entries, still encoded: whether they are is to be judged.
Judged<Bytes> FetchBundle(Source* source, uint64_t index, uint32_t width,
                          std::string* buffer);

void WillNeedTile(Source* source, TileId tile, uint32_t width);
void WillNeedBundle(Source* source, uint64_t index, uint32_t width);

// HashPlace returns "tile/0/003 hash 17".
std::string HashPlace(TileId tile, uint32_t width, size_t hash);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_RESOURCES_H_
