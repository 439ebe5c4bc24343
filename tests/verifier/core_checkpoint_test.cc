// If these fail, one tree head can be written in two ways, or one is believed
// that other implementations cannot read.

#include "verifier/core/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/verifier/keys.h"

namespace modlog::core_checkpoint_test {
namespace {

const std::string kEmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const std::string kRoot = "0+IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv/sqc=";

std::string TextOf(const std::string& origin, const std::string& size,
                   const std::string& root) {
  return origin + "\n" + size + "\n" + root + "\n";
}

TEST(CheckpointTest, WhatIsWrittenIsRead) {
  for (const std::string& origin :
       {std::string("modlog.example/actions"), std::string("x"),
        std::string("with blank + plus"), std::string("журнал"),
        std::string(kOriginSizeMax, 'o')}) {
    for (const uint64_t size : {uint64_t{1}, uint64_t{5}, kTreeSizeMax}) {
      const Checkpoint checkpoint = {origin, {size, Sha256(AsBytes("r"))}};
      const auto parsed = ParseCheckpoint(FormatCheckpoint(checkpoint));
      ASSERT_TRUE(parsed) << parsed.error().message;
      EXPECT_EQ(*parsed, checkpoint);
    }
  }
}

TEST(CheckpointTest, TheEmptyTreeHasOneRoot) {
  EXPECT_TRUE(ParseCheckpoint(TextOf("o", "0", kEmptyRoot)));
  EXPECT_EQ(CodeOf(ParseCheckpoint(TextOf("o", "0", kRoot))), "malformed");
  // A tree with leaves whose root is the empty one's cannot be, but to see that
  // takes the leaves.
  EXPECT_TRUE(ParseCheckpoint(TextOf("o", "1", kEmptyRoot)));
}

TEST(CheckpointTest, EveryOtherFormIsRefused) {
  ASSERT_TRUE(ParseCheckpoint(TextOf("o", "5", kRoot)));
  for (const std::string& text : std::vector<std::string>{
           "",
           "\n",
           "\n\n\n",
           "o",
           "o\n",
           "o\n5\n",
           "o\n5\n" + kRoot,
           "\n5\n" + kRoot + "\n",
           TextOf("o", "", kRoot),
           TextOf("o", "05", kRoot),
           TextOf("o", "00", kEmptyRoot),
           TextOf("o", "-5", kRoot),
           TextOf("o", "+5", kRoot),
           TextOf("o", " 5", kRoot),
           TextOf("o", "5 ", kRoot),
           TextOf("o", "0x5", kRoot),
           TextOf("o", "5.0", kRoot),
           TextOf("o", "9223372036854775808", kRoot),
           TextOf("o", "18446744073709551616", kRoot),
           TextOf("o", "5", ""),
           TextOf("o", "5", kRoot + "="),
           TextOf("o", "5", " " + kRoot),
           TextOf("o", "5", kRoot + " "),
           TextOf("o", "5", kRoot.substr(4)),
           TextOf("o", "5", kRoot + "AAAA"),
           TextOf("o", "5", "0+IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv/sqd="),
           TextOf("o", "5", "0-IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv_sqc="),
           TextOf("o", "5", kRoot) + "extension\n",
           TextOf("o", "5", kRoot) + "\n",
           TextOf("o", "5", kRoot) + "x",
           TextOf("o\r", "5", kRoot),
           TextOf("o", "5\r", kRoot),
           TextOf("o\t", "5", kRoot),
           TextOf("o\xff", "5", kRoot),
           TextOf(std::string(kOriginSizeMax + 1, 'o'), "5", kRoot)}) {
    EXPECT_EQ(CodeOf(ParseCheckpoint(text)), "malformed") << text;
  }
}

TEST(CheckpointDeathTest, ABugCannotWriteWhatNobodyReads) {
  EXPECT_DEATH(FormatCheckpoint({"", {1, {}}}), "1..255 bytes");
  EXPECT_DEATH(FormatCheckpoint({"a\nb", {1, {}}}), "1..255 bytes");
  EXPECT_DEATH(FormatCheckpoint({"a", {kTreeSizeMax + 1, {}}}), "below 2\\^63");
}

}  // namespace
}  // namespace modlog::core_checkpoint_test
