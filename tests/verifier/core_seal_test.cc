// If these fail, what a platform signed cannot be told from what it did not
// sign, or its seal can be spelt in two ways.

#include "verifier/core/seal.h"

#include <gtest/gtest.h>

#include "tests/verifier/corruption.h"
#include "tests/verifier/keys.h"
#include "verifier/core/entry.h"

namespace modlog::core_seal_test {
namespace {

constexpr char kOrigin[] = "log.example/moderation";
constexpr char kPlatform[] = "shop";

Ed25519PrivateKey Key(uint8_t seed) {
  return Ed25519PrivateKey::FromSeed(
             AsBytes(std::string(32, static_cast<char>(seed))))
      .value();
}

Seal Signed(uint64_t before = 300, bool first = false) {
  Seal seal{.before = before, .count = 2, .key = 1};
  seal.root = HashNode(HashSealedAction("a"), HashSealedAction("b"));
  if (!first) seal.previous = HashSeal("the one before");
  SignSeal(Key(1), kOrigin, kPlatform, &seal);
  return seal;
}

TEST(SealTest, BytesAreThoseOfTheMessage) {
  const Seal seal = Signed(300);
  EXPECT_EQ(FormatHex(AsBytes(EncodeSeal(seal))),
            "08ac02"  // before 300
            "1002"    // count 2
            "1a20" +
                FormatHex(seal.root) + "2220" + FormatHex(*seal.previous) +
                "2801" + "3240" + FormatHex(AsBytes(seal.signature)));
  const Seal first = Signed(0, true);
  EXPECT_EQ(FormatHex(AsBytes(EncodeSeal(first))).substr(0, 8), "10021a20");
  EXPECT_EQ(*DecodeSeal(EncodeSeal(first)), first);
  EXPECT_EQ(*DecodeSeal(EncodeSeal(seal)), seal);
}

TEST(SealTest, TheSignatureBindsLogPlatformAndEveryField) {
  const Seal seal = Signed();
  const auto key = Key(1).PublicKey();
  EXPECT_TRUE(VerifySeal(seal, kOrigin, kPlatform, key));
  EXPECT_FALSE(VerifySeal(seal, "another.example", kPlatform, key));
  EXPECT_FALSE(VerifySeal(seal, kOrigin, "rival", key));
  EXPECT_FALSE(VerifySeal(seal, kOrigin, kPlatform, Key(2).PublicKey()));
  for (const auto& spoil : std::initializer_list<void (*)(Seal*)>{
           [](Seal* s) { ++s->before; }, [](Seal* s) { ++s->count; },
           [](Seal* s) { s->root[31] ^= 1; },
           [](Seal* s) { s->previous.reset(); },
           [](Seal* s) { (*s->previous)[0] ^= 1; }, [](Seal* s) { ++s->key; },
           [](Seal* s) { s->signature[0] ^= 1; }}) {
    Seal spoilt = seal;
    spoil(&spoilt);
    EXPECT_FALSE(VerifySeal(spoilt, kOrigin, kPlatform, key));
  }
}

TEST(SealTest, WhateverIsReadIsWrittenTheSame) {
  size_t refused = 0;
  ForEachTextCorruption(EncodeSeal(Signed()), [&](const std::string& name,
                                                  const std::string& spoilt) {
    const auto seal = DecodeSeal(spoilt);
    if (!seal) return void(++refused);
    EXPECT_EQ(EncodeSeal(*seal), spoilt) << name;
  });
  EXPECT_GT(refused, 100u);
}

TEST(SealTest, BytesBeyondTheRangesAreNoSeal) {
  const std::string good = EncodeSeal(Signed(0, true));
  const std::string rest = good.substr(2);
  EXPECT_TRUE(DecodeSeal("\x10\x02" + rest));
  EXPECT_TRUE(DecodeSeal("\x10\x80\x80\x04" + rest));   // 65,536
  EXPECT_FALSE(DecodeSeal("\x10\x81\x80\x04" + rest));  // 65,537
  EXPECT_FALSE(DecodeSeal("\x10\x82\x00" + rest));
  EXPECT_FALSE(DecodeSeal(std::string("\x10\0", 2) + rest));
  EXPECT_FALSE(DecodeSeal(std::string("\x08\0", 2) + good));
  EXPECT_FALSE(DecodeSeal(good + good));
  EXPECT_FALSE(DecodeSeal(""));
  EXPECT_LE(EncodeSeal(Signed(UINT64_MAX)).size(), kSealSizeMax);
}

// A seal must not be readable as an action, nor an action as a seal.
TEST(SealTest, AnEntryHoldsASealOrAnAction) {
  const std::string header = EncodeEntryHeader(1, kPlatform);
  std::string leaf;
  AppendLeaf(header, EncodeSeal(Signed()), &leaf, EntryBody::kSeal);
  const auto entry = DecodeEntry(leaf);
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry->is_seal());
  EXPECT_EQ(entry->seal, EncodeSeal(Signed()));
  EXPECT_TRUE(entry->action.empty());
  EXPECT_FALSE(DecodeEntry(leaf + "\x7a\x01"
                                  "a"));
  std::string both;
  AppendLeaf(header, "a", &both);
  EXPECT_FALSE(DecodeEntry(both)->is_seal());
}

TEST(SealTest, TheProofOfPossessionNamesLogPlatformAndNumber) {
  EXPECT_EQ(KeyProofText("o", "p", 12), "modlog/key/v1\no\np\n12\n");
}

}  // namespace
}  // namespace modlog::core_seal_test
