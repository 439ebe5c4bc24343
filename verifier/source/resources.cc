#include "verifier/source/resources.h"

#include <cstring>

namespace modlog {
namespace {

// The partial resource and the full one that may stand for it.
struct Wanted {
  std::string path;
  size_t size_max;
  std::string full_path;
  size_t full_size_max;
};

enum class Found { kAsAsked, kFullInstead };

Judged<Found> FetchEither(Source* source, const Wanted& wanted,
                          std::string* out) {
  auto fetched = source->Fetch(wanted.path, wanted.size_max, out);
  if (fetched) return Found::kAsAsked;
  if (fetched.error().code != Code::kNotFound) {
    return FailAt(wanted.path, fetched.error());
  }
  if (wanted.path != wanted.full_path) {
    fetched = source->Fetch(wanted.full_path, wanted.full_size_max, out);
    if (fetched) return Found::kFullInstead;
    if (fetched.error().code != Code::kNotFound) {
      return FailAt(wanted.full_path, fetched.error());
    }
  }
  return FailAt(wanted.path, Code::kNotFound,
                "not there, though the checkpoint requires it: taken away, "
                "not copied yet, or hidden");
}

size_t BundleSizeMax(uint32_t width) { return width * (2 + kEntrySizeMax); }

}  // namespace

Judged<std::vector<Hash>> FetchTile(Source* source, TileId tile,
                                    uint32_t width) {
  const Wanted wanted = {TilePath(tile, width), width * kHashSize,
                         TilePath(tile, kTileWidth), kTileSizeMax};
  std::string bytes;
  const auto found = FetchEither(source, wanted, &bytes);
  if (!found) return std::unexpected(found.error());
  const bool as_asked = *found == Found::kAsAsked;
  const size_t want = as_asked ? wanted.size_max : wanted.full_size_max;
  if (bytes.size() != want) {
    return FailAt(as_asked ? wanted.path : wanted.full_path, Code::kMalformed,
                  "has " + std::to_string(bytes.size()) + " bytes, want " +
                      std::to_string(want));
  }
  std::vector<Hash> hashes(width);
  std::memcpy(hashes.data(), bytes.data(), width * kHashSize);
  return hashes;
}

Judged<Bytes> FetchBundle(Source* source, uint64_t index, uint32_t width,
                          std::string* buffer) {
  const Wanted wanted = {BundlePath(index, width), BundleSizeMax(width),
                         BundlePath(index, kTileWidth), kBundleSizeMax};
  const auto found = FetchEither(source, wanted, buffer);
  if (!found) return std::unexpected(found.error());
  if (*found == Found::kAsAsked) return AsBytes(*buffer);
  // Nothing signed covers what is beyond the prefix, but its form is the log's.
  const auto all = ParseBundle(AsBytes(*buffer), kTileWidth);
  if (!all) return FailAt(wanted.full_path, all.error());
  return BundlePrefix(AsBytes(*buffer), width).value();
}

void WillNeedTile(Source* source, TileId tile, uint32_t width) {
  source->WillNeed(TilePath(tile, width), width * kHashSize);
}

void WillNeedBundle(Source* source, uint64_t index, uint32_t width) {
  source->WillNeed(BundlePath(index, width), BundleSizeMax(width));
}

std::string HashPlace(TileId tile, uint32_t width, size_t hash) {
  return TilePath(tile, width) + " hash " + std::to_string(hash);
}

}  // namespace modlog
