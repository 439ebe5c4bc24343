#include "verifier/core/tile.h"

#include <algorithm>

namespace modlog {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";
constexpr int kPathLevelMax = 63;  // of the path format, not of our trees

// FormatIndex writes groups of three digits, all but the last after an 'x'.
std::string FormatIndex(uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string out;
  for (size_t i = 0; i < digits.size(); i += 3) {
    const bool last = i + 3 == digits.size();
    out += (last ? "" : "x") + digits.substr(i, 3) + (last ? "" : "/");
  }
  return out;
}

std::string FormatTail(uint64_t index, uint32_t width) {
  MODLOG_CHECK(1 <= width && width <= kTileWidth, "a tile has 1..256 hashes");
  std::string out = FormatIndex(index);
  if (width < kTileWidth) out += std::string(kPartial) + std::to_string(width);
  return out;
}

std::unexpected<Error> NoPath(std::string_view path) {
  return Fail(Code::kMalformed, "not a tile path: " + Quote(path));
}

// ParseIndex accepts what FormatIndex writes: it collects the digits, and the
// comparison refuses every other spelling.
std::optional<uint64_t> ParseIndex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  const auto index = ParseDecimal(digits.empty() ? "0" : digits);
  if (!index || FormatIndex(*index) != text) return std::nullopt;
  return *index;
}

std::optional<int> ParseLevel(std::string_view text) {
  if (text == kEntries) return -1;
  const auto level = ParseDecimal(text);
  if (!level || *level > kPathLevelMax) return std::nullopt;
  return static_cast<int>(*level);
}

std::optional<uint32_t> ParseWidth(std::string_view text) {
  const auto width = ParseDecimal(text);
  if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
  return static_cast<uint32_t>(*width);
}

}  // namespace

uint64_t LevelSize(int level, uint64_t size) {
  MODLOG_CHECK(level >= 0, "levels count from 0");
  return level > kTileLevelMax ? 0 : size >> (level * kTileHeight);
}

uint32_t TileWidth(TileId tile, uint64_t size) {
  const uint64_t hashes = LevelSize(tile.level, size);
  const uint64_t full = hashes >> kTileHeight;
  if (tile.index < full) return kTileWidth;
  if (tile.index > full) return 0;
  return static_cast<uint32_t>(hashes & (kTileWidth - 1));
}

std::string TilePath(TileId tile, uint32_t width) {
  MODLOG_CHECK(tile.level >= 0 && tile.level <= kPathLevelMax,
               "levels are 0..63");
  return std::string(kPrefix) + std::to_string(tile.level) + "/" +
         FormatTail(tile.index, width);
}

std::string BundlePath(uint64_t index, uint32_t width) {
  return std::string(kPrefix) + std::string(kEntries) + "/" +
         FormatTail(index, width);
}

Result<ResourcePath> ParseTilePath(std::string_view path) {
  constexpr size_t kPathSizeMax = 64;  // the longest that can be written is 49
  if (path.size() > kPathSizeMax || !path.starts_with(kPrefix)) {
    return NoPath(path);
  }
  std::string_view rest = path.substr(kPrefix.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::optional<int> level = ParseLevel(rest.substr(0, slash));
  rest.remove_prefix(std::min(slash + 1, rest.size()));
  std::optional<uint32_t> width = kTileWidth;
  if (const size_t dot = rest.find(kPartial); dot != rest.npos) {
    width = ParseWidth(rest.substr(dot + kPartial.size()));
    rest = rest.substr(0, dot);
  }
  const std::optional<uint64_t> index = ParseIndex(rest);
  if (!level || !index || !width) return NoPath(path);
  return ResourcePath{.level = *level, .index = *index, .width = *width};
}

Hash TileRoot(std::span<const Hash> hashes) {
  MODLOG_CHECK(hashes.size() == kTileWidth, "only a full tile has a root");
  std::vector<Hash> row(hashes.begin(), hashes.end());
  for (size_t width = row.size() / 2; width > 0; width /= 2) {
    for (size_t i = 0; i < width; ++i) {
      row[i] = HashNode(row[2 * i], row[2 * i + 1]);
    }
  }
  return row.front();
}

TileSlice NodeInTile(NodeId node) {
  const int row = node.level % kTileHeight;
  const uint64_t position = node.index << row;
  return {.tile = {.level = node.level / kTileHeight,
                   .index = position >> kTileHeight},
          .first = static_cast<uint32_t>(position & (kTileWidth - 1)),
          .count = 1u << row};
}

}  // namespace modlog
