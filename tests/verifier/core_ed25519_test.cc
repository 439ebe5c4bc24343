// If these fail, a policy could name a key under which anybody can sign, or a
// good signature is refused.

#include "verifier/core/ed25519.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/verifier/hex.h"

namespace modlog::core_ed25519_test {
namespace {

Ed25519PrivateKey KeyOf(std::string_view seed_hex) {
  return Ed25519PrivateKey::FromSeed(AsBytes(FromHex(seed_hex))).value();
}

// RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
struct Vector {
  std::string_view seed, key, message, signature;
};
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
     "0"
     "a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43"
     "e"
     "15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538"
     "d"
     "16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a2"
     "7"
     "4fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9a"
     "c"
     "90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

TEST(Ed25519Test, TheVectorsOfRfc8032) {
  for (const Vector& v : kVectors) {
    const std::string message = FromHex(v.message);
    const Ed25519PrivateKey key = KeyOf(v.seed);
    EXPECT_EQ(FormatHex(key.PublicKey().raw()), v.key);
    EXPECT_EQ(FormatHex(AsBytes(key.Sign(AsBytes(message)))), v.signature);
    EXPECT_EQ(FormatHex(AsBytes(key.Seed())), v.seed);
    const auto public_key = Ed25519PublicKey::From(AsBytes(FromHex(v.key)));
    ASSERT_TRUE(public_key) << public_key.error().message;
    EXPECT_TRUE(
        public_key->Verify(AsBytes(message), AsBytes(FromHex(v.signature))));
  }
}

TEST(Ed25519Test, EverySpoiledSignatureIsRefused) {
  const Ed25519PrivateKey key = KeyOf(kVectors[2].seed);
  const Ed25519PublicKey public_key = key.PublicKey();
  const std::string message = "the text";
  const std::string good = key.Sign(AsBytes(message));
  ASSERT_TRUE(public_key.Verify(AsBytes(message), AsBytes(good)));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(public_key.Verify(AsBytes(message), AsBytes(bad))) << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(
        public_key.Verify(AsBytes(message), AsBytes(good).first(size)));
  }
  EXPECT_FALSE(public_key.Verify(AsBytes(message), AsBytes(good + "x")));
  EXPECT_FALSE(public_key.Verify(AsBytes("the text "), AsBytes(good)));
  EXPECT_FALSE(public_key.Verify(Bytes(), AsBytes(good)));
  EXPECT_FALSE(KeyOf(kVectors[1].seed)
                   .PublicKey()
                   .Verify(AsBytes(message), AsBytes(good)));
}

// S and S + L are the same number to a verifier that does not look: a second
// signature of the same text by someone without the key.
TEST(Ed25519Test, ASignatureHasOneSpelling) {
  // The order of the group, 2^252 + 27742…8493, RFC 8032, section 5.1.
  const std::string order = FromHex(
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const Ed25519PrivateKey key = KeyOf(kVectors[0].seed);
  std::string signature = key.Sign(AsBytes("m"));
  unsigned carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    const unsigned sum = static_cast<uint8_t>(signature[32 + i]) +
                         static_cast<uint8_t>(order[i]) + carry;
    signature[32 + i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  ASSERT_EQ(carry, 0u);
  EXPECT_FALSE(key.PublicKey().Verify(AsBytes("m"), AsBytes(signature)));
}

// The eight points of small order; core_golden_test has them computed by
// independent code.
constexpr std::string_view kSmallOrder[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};

TEST(Ed25519Test, AKeyOfSmallOrderIsNoKey) {
  for (const std::string_view hex : kSmallOrder) {
    const auto key = Ed25519PublicKey::From(AsBytes(FromHex(hex)));
    ASSERT_FALSE(key) << hex;
    EXPECT_EQ(key.error().code, Code::kUntrusted) << hex;
  }
}

TEST(Ed25519Test, AKeyHasOneEncoding) {
  std::set<std::string> refused = {
      // x = 0 with the sign of a negative x: 1 and -1 once more.
      FromHex(
          "0100000000000000000000000000000000000000000000000000000000000080"),
      FromHex(
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
  };
  // y from p = 2^255 - 19 on, which are 0 to 18 once more, with both signs.
  for (unsigned low = 0xed; low <= 0xff; ++low) {
    for (const char high : {'\x7f', '\xff'}) {
      std::string key(32, '\xff');
      key.front() = static_cast<char>(low);
      key.back() = high;
      refused.insert(key);
    }
  }
  EXPECT_EQ(refused.size(), 2 + 19u * 2);
  for (const std::string& raw : refused) {
    const auto key = Ed25519PublicKey::From(AsBytes(raw));
    ASSERT_FALSE(key) << FormatHex(AsBytes(raw));
    EXPECT_EQ(key.error().code, Code::kUntrusted);
  }
}

TEST(Ed25519Test, TheNeighboursOfWeakKeysAreNotRefused) {
  for (const std::string_view hex :
       {"0200000000000000000000000000000000000000000000000000000000000000",
        "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7e"}) {
    EXPECT_TRUE(Ed25519PublicKey::From(AsBytes(FromHex(hex)))) << hex;
  }
}

TEST(Ed25519Test, OnlyThirtyTwoBytesAreAKeyOrASeed) {
  const std::string bytes(40, '\x42');
  for (size_t size = 0; size <= bytes.size(); ++size) {
    const auto key = Ed25519PublicKey::From(AsBytes(bytes).first(size));
    const auto seed = Ed25519PrivateKey::FromSeed(AsBytes(bytes).first(size));
    EXPECT_EQ(key.has_value(), size == 32);
    EXPECT_EQ(seed.has_value(), size == 32);
    if (!key) {
      EXPECT_EQ(key.error().code, Code::kMalformed);
    }
    if (!seed) {
      EXPECT_EQ(seed.error().code, Code::kMalformed);
    }
  }
}

TEST(Ed25519Test, GeneratedKeysDifferAndSurviveTheirSeed) {
  const Ed25519PrivateKey a = Ed25519PrivateKey::Generate();
  const Ed25519PrivateKey b = Ed25519PrivateKey::Generate();
  EXPECT_NE(a.Seed(), b.Seed());
  EXPECT_FALSE(a.PublicKey() == b.PublicKey());
  const auto again = Ed25519PrivateKey::FromSeed(AsBytes(a.Seed()));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->PublicKey() == a.PublicKey());
  EXPECT_TRUE(
      a.PublicKey().Verify(AsBytes("m"), AsBytes(again->Sign(AsBytes("m")))));
}

}  // namespace
}  // namespace modlog::core_ed25519_test
