// If these fail, others cannot fetch the log's tiles, or fetch other hashes
// than those that the checkpoint covers. Built twice: with tiles of 256 hashes
// and of 4, where a tree of a few leaves has many levels.

#include "verifier/core/tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/verifier/naive_tree.h"
#include "verifier/core/frontier.h"

namespace modlog::core_tile_test {
namespace {

constexpr bool kNarrow = kTileHeight < 8;
constexpr uint64_t kLeaves = kNarrow ? 150 : 600;

const NaiveTree& Tree() {
  static const NaiveTree tree = NaiveTree::OfBytes(kLeaves);
  return tree;
}

uint64_t Power(uint64_t base, int exponent) {
  uint64_t result = 1;
  for (int i = 0; i < exponent; ++i) result *= base;
  return result;
}

// What the specification says stands in a tile, leaf by leaf.
std::vector<Hash> TileByDefinition(TileId tile, uint64_t size) {
  std::vector<Hash> hashes;
  const uint64_t leaves = Power(kTileWidth, tile.level);
  for (uint64_t i = 0; i < kTileWidth; ++i) {
    const uint64_t begin = (tile.index * kTileWidth + i) * leaves;
    if (begin + leaves > size) break;
    hashes.push_back(Tree().Mth(begin, begin + leaves));
  }
  return hashes;
}

TEST(TileTest, EveryTileHasTheWidthThatTheSpecificationGivesIt) {
  for (uint64_t size = 0; size <= kLeaves; ++size) {
    for (int level = 0; level <= 3; ++level) {
      uint64_t hashes = 0;
      for (uint64_t index = 0; index <= size / kTileWidth + 1; ++index) {
        const TileId tile = {level, index};
        const uint32_t width = TileWidth(tile, size);
        ASSERT_EQ(width, TileByDefinition(tile, size).size())
            << "level " << level << ", tile " << index << ", size " << size;
        hashes += width;
      }
      ASSERT_EQ(LevelSize(level, size), hashes);
    }
  }
}

TEST(TileTest, AFullTilesRootIsAHashOfTheTileAbove) {
  for (int level = 0; Power(kTileWidth, level + 1) <= kLeaves; ++level) {
    for (uint64_t i = 0; i < LevelSize(level + 1, kLeaves); ++i) {
      const std::vector<Hash> below = TileByDefinition({level, i}, kLeaves);
      const std::vector<Hash> above =
          TileByDefinition({level + 1, i / kTileWidth}, kLeaves);
      ASSERT_EQ(TileRoot(below), above.at(i % kTileWidth));
    }
  }
  EXPECT_DEATH(TileRoot(std::vector<Hash>(kTileWidth - 1)), "only a full tile");
}

// TileReader is a NodeReader that sees nothing but tiles, as an outsider does.
Result<Hash> ReadFromTiles(NodeId node, uint64_t size) {
  const TileSlice slice = NodeInTile(node);
  const std::vector<Hash> tile = TileByDefinition(slice.tile, size);
  if (slice.first + slice.count > tile.size()) {
    return Fail(Code::kCorrupt, "the tile is too short");
  }
  Frontier fold;
  for (uint32_t i = 0; i < slice.count; ++i) fold.Append(tile[slice.first + i]);
  return fold.Root();
}

TEST(TileTest, EveryCompleteSubtreeIsFoundInItsTile) {
  for (int level = 0; uint64_t{1} << level <= kLeaves; ++level) {
    for (uint64_t i = 0; (i + 1) << level <= kLeaves; ++i) {
      const auto hash = ReadFromTiles({level, i}, kLeaves);
      ASSERT_TRUE(hash) << hash.error().message;
      ASSERT_EQ(*hash, Tree().Mth(i << level, (i + 1) << level));
      const TileSlice slice = NodeInTile({level, i});
      ASSERT_EQ(slice.first % slice.count, 0u);
      ASSERT_LT(slice.count, kTileWidth);
    }
  }
}

TEST(TileTest, EveryProofCanBeReadFromTheTilesOfItsSize) {
  for (uint64_t size = 1; size <= kLeaves; size += kNarrow ? 1 : 37) {
    const NodeReader read = [size](NodeId node) {
      return ReadFromTiles(node, size);
    };
    for (uint64_t index = 0; index < size; index += kNarrow ? 1 : 7) {
      ASSERT_EQ(ProveInclusion(index, size, read), Tree().Path(index, size));
      ASSERT_EQ(ProveConsistency(index + 1, size, read),
                Tree().Proof(index + 1, size));
    }
  }
}

TEST(TileTest, TheLargestTreesHaveTilesWithoutOverflow) {
  EXPECT_EQ(LevelSize(0, UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(LevelSize(64, UINT64_MAX), 0u);
  EXPECT_EQ(LevelSize(1'000'000, UINT64_MAX), 0u);
  const uint64_t last = UINT64_MAX / kTileWidth;
  EXPECT_EQ(TileWidth({0, last - 1}, UINT64_MAX), kTileWidth);
  EXPECT_EQ(TileWidth({0, last}, UINT64_MAX), kTileWidth - 1);
  EXPECT_EQ(TileWidth({0, last + 1}, UINT64_MAX), 0u);
  EXPECT_EQ(TileWidth({0, UINT64_MAX}, UINT64_MAX), 0u);
  const TileSlice slice = NodeInTile({0, UINT64_MAX - 1});
  EXPECT_EQ(slice.tile, (TileId{0, last}));
  EXPECT_EQ(slice.first, kTileWidth - 2);
  const TileSlice top = NodeInTile({63, 1});
  EXPECT_EQ(top.tile.level, 63 / kTileHeight);
}

TEST(TilePathTest, PathsAreThoseOfTheSpecification) {
  const std::map<uint64_t, std::string> kIndexes = {
      {0, "000"},
      {7, "007"},
      {255, "255"},
      {999, "999"},
      {1000, "x001/000"},
      {1234067, "x001/x234/067"},
      {123456789, "x123/x456/789"},
      {UINT64_MAX, "x018/x446/x744/x073/x709/x551/615"},
  };
  for (const auto& [index, text] : kIndexes) {
    EXPECT_EQ(TilePath({0, index}, kTileWidth), "tile/0/" + text);
    EXPECT_EQ(TilePath({63, index}, 1), "tile/63/" + text + ".p/1");
    EXPECT_EQ(BundlePath(index, kTileWidth), "tile/entries/" + text);
    EXPECT_EQ(BundlePath(index, 3), "tile/entries/" + text + ".p/3");
  }
}

TEST(TilePathTest, WhatIsWrittenIsRead) {
  for (int level = -1; level <= 63; ++level) {
    for (const uint64_t index :
         {uint64_t{0}, uint64_t{1}, uint64_t{999}, uint64_t{1000},
          uint64_t{999'999}, uint64_t{1'000'000}, UINT64_MAX}) {
      for (uint32_t width = 1; width <= kTileWidth; ++width) {
        const std::string path = level < 0 ? BundlePath(index, width)
                                           : TilePath({level, index}, width);
        const auto parsed = ParseTilePath(path);
        ASSERT_TRUE(parsed) << parsed.error().message;
        ASSERT_EQ(parsed->level, level);
        ASSERT_EQ(parsed->index, index);
        ASSERT_EQ(parsed->width, width);
      }
    }
  }
}

TEST(TilePathTest, EveryOtherSpellingIsRefused) {
  const std::string full = std::to_string(kTileWidth);
  for (const std::string& path :
       std::vector<std::string>{"",
                                "tile",
                                "tile/",
                                "tile/0",
                                "tile/0/",
                                "/tile/0/000",
                                "tile/0/000/",
                                "tile//000",
                                "tile/00/000",
                                "tile/01/000",
                                "tile/64/000",
                                "tile/-1/000",
                                "tile/+1/000",
                                "tile/0x1/000",
                                "tile/0/0",
                                "tile/0/00",
                                "tile/0/0000",
                                "tile/0/x000/000",
                                "tile/0/x000/001",
                                "tile/0/x1/000",
                                "tile/0/x001/00",
                                "tile/0/x001",
                                "tile/0/x001/",
                                "tile/0/x001/x000",
                                "tile/0/001/000",
                                "tile/0/X001/000",
                                "tile/0/x001//000",
                                "tile/0/ 000",
                                "tile/0/000 ",
                                "tile/0/000.p",
                                "tile/0/000.p/",
                                "tile/0/000.p/0",
                                "tile/0/000.p/01",
                                "tile/0/000.p/" + full,
                                "tile/0/000.p/1000",
                                "tile/0/000.p/-1",
                                "tile/0/000.p/1/",
                                "tile/0/000.p/1.p/1",
                                "tile/0/000.P/1",
                                "tile/0/.p/1",
                                "tile/0/000.x/1",
                                "tile/entries",
                                "tile/entries/",
                                "tile/entries/0",
                                "tile/entries/000/",
                                "tile/Entries/000",
                                "tile/data/000",
                                "tile/8/0/000",
                                "tiles/0/000",
                                "tile/0/00a",
                                "tile/0/..",
                                "tile/0/../000",
                                "tile/0/%30%30%30",
                                "tile/0/x018/x446/x744/x073/x709/x551/616",
                                "tile/0/x999/x999/x999/x999/x999/x999/999",
                                "tile/0/x001/x018/x446/x744/x073/x709/x551/615",
                                "tile/0/" + std::string(100'000, 'x') + "000",
                                std::string("tile/0/000\0", 11),
                                "tile/0/000\n"}) {
    const auto parsed = ParseTilePath(path);
    ASSERT_FALSE(parsed) << path.substr(0, 80) << " was read as level "
                         << parsed->level << ", tile " << parsed->index;
    EXPECT_EQ(parsed.error().code, Code::kMalformed);
    EXPECT_LT(parsed.error().message.size(), 200u);
  }
}

TEST(TilePathDeathTest, ABugCannotNameATileThatIsNone) {
  EXPECT_DEATH(TilePath({0, 0}, 0), "a tile has 1..256 hashes");
  EXPECT_DEATH(TilePath({0, 0}, kTileWidth + 1), "a tile has 1..256 hashes");
  EXPECT_DEATH(BundlePath(0, 0), "a tile has 1..256 hashes");
  EXPECT_DEATH(TilePath({-1, 0}, 1), "levels are 0..63");
  EXPECT_DEATH(TilePath({64, 0}, 1), "levels are 0..63");
  EXPECT_DEATH(LevelSize(-1, 1), "levels count from 0");
}

}  // namespace
}  // namespace modlog::core_tile_test
