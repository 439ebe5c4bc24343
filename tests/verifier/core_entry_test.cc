// If these fail, one entry could be spelled in two ways with two leaf hashes,
// or the bytes that are hashed are not the bytes that the platform sent.

#include "verifier/core/entry.h"

#include <gtest/gtest.h>

#include "tests/verifier/corruption.h"
#include "tests/verifier/hex.h"

namespace modlog::core_entry_test {
namespace {

constexpr int64_t kTime = 1'767'225'600'000;  // 2026-01-01

std::string Leaf(std::string_view header, std::string_view action) {
  std::string leaf;
  AppendLeaf(header, action, &leaf);
  return leaf;
}

TEST(EntryTest, TheBytesAreThoseOfTheFormat) {
  EXPECT_EQ(FormatHex(AsBytes(EncodeEntryHeader(1, ""))), "0801");
  EXPECT_EQ(FormatHex(AsBytes(EncodeEntryHeader(300, "a"))), "08ac02120161");
  EXPECT_EQ(FormatHex(AsBytes(Leaf(EncodeEntryHeader(127, "p"), "xyz"))),
            "087f1201707a0378797a");
  const std::string long_action(300, 'x');
  EXPECT_EQ(FormatHex(AsBytes(Leaf("", long_action)).first(4)), "7aac0278");
}

TEST(EntryTest, WhatIsEncodedIsDecoded) {
  for (const int64_t time : {int64_t{1}, int64_t{127}, int64_t{128}, kTime,
                             INT64_MAX - 1, INT64_MAX}) {
    for (const std::string& platform :
         {std::string(), std::string("a"), std::string("0.a-b"),
          std::string(kPlatformSizeMax, 'z')}) {
      for (const size_t size : {1u, 2u, 127u, 128u, 4'096u}) {
        const std::string header = EncodeEntryHeader(time, platform);
        const std::string action(size, '\x7a');
        const std::string leaf = Leaf(header, action);
        ASSERT_EQ(leaf.size(), LeafSize(header, action));
        const auto entry = DecodeEntry(leaf);
        ASSERT_TRUE(entry) << entry.error().message;
        ASSERT_EQ(entry->logged_at_ms, time);
        ASSERT_EQ(entry->platform, platform);
        ASSERT_EQ(entry->header, header);
        ASSERT_EQ(entry->action, action);
      }
    }
  }
}

TEST(EntryTest, NoOtherSpellingIsRead) {
  for (const std::string_view hex : {
           "",                                // nothing
           "08",                              // cut after the tag
           "0801",                            // no action
           "7a0161",                          // no logged_at
           "08007a0161",                      // logged_at 0, which is absent
           "0881007a0161",                    // varint with a superfluous byte
           "088080007a0161",                  // 0 with superfluous bytes
           "08ffffffffffffffffff017a0161",    // 2^64 - 1, negative
           "08808080808080808080017a0161",    // 2^63
           "08ffffffffffffffffff027a0161",    // more than 64 bits
           "08ffffffffffffffffffff017a0161",  // eleven bytes
           "080112007a0161",                  // platform empty, which is absent
           "08011201417a0161",                // platform "A"
           "080112012d7a0161",                // platform "-"
           "080112012e7a0161",                // platform "."
           "080112015f7a0161",                // platform "_"
           "0801120261007a0161",              // platform with NUL
           "080112810061007a0161",            // length of the platform too long
           "0801120561",                      // platform cut
           "08017a00",                        // action empty
           "08017a8100 61",                   // length of the action too long
           "08017a0261",                      // action cut
           "08017a016100",                    // byte after the action
           "08017a01617a0161",                // two actions
           "080108017a0161",                  // two logged_at
           "08011201617a016112",              // tag after the action
           "1201610801 7a0161",               // fields in another order
           "08017a0161120161",                // platform after the action
           "080118017a0161",                  // field 3 with another wire type
           "08011a0161",                      // a seal of no platform
           "0801120161"
           "1a0161",                        // a seal that is none
           "08017a01618001 01",             // unknown field 16
           "0a01017a0161",                  // logged_at with another wire type
           "0801780161",                    // action with another wire type
           "08017aff7f61",                  // length beyond the bytes
           "08017affffffffffffffffff0161",  // length of 2^64 - 1
       }) {
    const auto entry = DecodeEntry(FromHex(hex));
    ASSERT_FALSE(entry) << hex << " was read";
    EXPECT_EQ(entry.error().code, Code::kMalformed) << hex;
  }
}

TEST(EntryTest, PlatformsAreNamedAsEverywhereElse) {
  const auto read = [](const std::string& platform) {
    const std::string field =
        "\x12" + std::string(1, static_cast<char>(platform.size())) + platform;
    return DecodeEntry("\x08\x01" + field + "\x7a\x01x").has_value();
  };
  for (int c = 0; c < 256; ++c) {
    const char ch = static_cast<char>(c);
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    EXPECT_EQ(read(std::string(1, ch)), alphanumeric) << c;
    EXPECT_EQ(read("a" + std::string(1, ch)),
              alphanumeric || c == '.' || c == '-')
        << c;
  }
  EXPECT_TRUE(read(std::string(64, 'a')));
  EXPECT_FALSE(read(std::string(65, 'a')));
}

TEST(EntryTest, ALeafHasALimit) {
  const std::string header = EncodeEntryHeader(kTime, "platform");
  const size_t room = kLeafSizeMax - LeafSize(header, std::string(4'000, 'a'));
  const std::string action(4'000 + room, 'a');
  const std::string leaf = Leaf(header, action);
  EXPECT_EQ(leaf.size(), kLeafSizeMax);
  EXPECT_TRUE(DecodeEntry(leaf));

  std::string larger = header + "\x7a";
  larger += static_cast<char>(((action.size() + 1) & 0x7f) | 0x80);
  larger += static_cast<char>((action.size() + 1) >> 7);
  larger += action + "a";
  const auto entry = DecodeEntry(larger);
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().message, "entry: 4609 bytes, want at most 4608");
}

TEST(EntryTest, WhateverIsReadIsWrittenTheSame) {
  const std::string good = Leaf(EncodeEntryHeader(kTime, "x.example"), "act");
  size_t read = 0;
  ForEachTextCorruption(good, [&](const std::string& name,
                                  const std::string& spoiled) {
    const auto entry = DecodeEntry(spoiled);
    if (!entry) return;
    ++read;
    const std::string again = Leaf(
        EncodeEntryHeader(entry->logged_at_ms, entry->platform), entry->action);
    ASSERT_EQ(again, spoiled) << name;
    ASSERT_NE(again, good) << name;
  });
  EXPECT_GT(read, 0u);
}

TEST(EntryDeathTest, ABugCannotWriteAnEntryThatNobodyReads) {
  EXPECT_DEATH(EncodeEntryHeader(0, "a"), "logged after 1970");
  EXPECT_DEATH(EncodeEntryHeader(-1, "a"), "logged after 1970");
  EXPECT_DEATH(EncodeEntryHeader(1, "A"), "checked at admission");
  EXPECT_DEATH(Leaf("\x08\x01", ""), "an entry has an action");
  EXPECT_DEATH(Leaf("\x08\x01", std::string(kLeafSizeMax, 'a')),
               "checked at admission");
}

}  // namespace
}  // namespace modlog::core_entry_test
