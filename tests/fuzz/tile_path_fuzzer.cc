// Law: a tile path that is read is written the same. Inputs up to 1 KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/tile.h"

namespace modlog {

MODLOG_FUZZER(tile_path) {
  if (size > 1 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  const auto path = ParseTilePath(input);
  if (!path) return 0;
  MODLOG_CHECK(path->level >= -1 && path->level <= 63, "levels are 0..63");
  MODLOG_CHECK(path->width >= 1 && path->width <= kTileWidth,
               "widths are 1..256");
  const std::string again =
      path->level < 0 ? BundlePath(path->index, path->width)
                      : TilePath({path->level, path->index}, path->width);
  MODLOG_CHECK(again == input, "a path has one spelling");
  return 0;
}

}  // namespace modlog
