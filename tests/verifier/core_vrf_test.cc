// If this fails, a subject handle could be made up, or two people would get
// another answer to whose it is.

#include "verifier/core/vrf.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "tests/verifier/hex.h"
#include "verifier/core/handle.h"
#include "verifier/core/rfc6979.h"

namespace modlog::core_vrf_test {
namespace {

// RFC 9381, appendix B.1: examples 10, 11 and 12, with the point H and the
// nonce k on the way.
struct Vector {
  std::string_view secret, key, input, h, k, proof, output;
};
constexpr Vector kVectors[] = {
    {"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
     "73616d706c65",  // sample
     "0272a877532e9ac193aff4401234266f59900a4a9e3fc3cfc6a4b7e467a15d06d4",
     "0d90591273453d2dc67312d39914e3a93e194ab47a58cd598886897076986f77",
     "035b5c726e8c0e2c488a107c600578ee75cb702343c153cb1eb8dec77f4b5071b4"
     "a53f0a46f018bc2c56e58d383f2305e0"
     "975972c26feea0eb122fe7893c15af376b33edf7de17c6ea056d4d82de6bc02f",
     "a3ad7b0ef73d8fc6655053ea22f9bede8c743f08bbed3d38821f0e16474b505e"},
    {"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
     "74657374",  // test
     "02173119b4fff5e6f8afed4868a29fe8920f1b54c2cf89cc7b301d0d473de6b974",
     "5852353a868bdce26938cde1826723e58bf8cb06dd2fed475213ea6f3b12e961",
     "034dac60aba508ba0c01aa9be80377ebd7562c4a52d74722e0abae7dc3080ddb56"
     "c19e067b15a8a8174905b13617804534"
     "214f935b94c2287f797e393eb0816969d864f37625b443f30f1a5a33f2b3c854",
     "a284f94ceec2ff4b3794629da7cbafa49121972671b466cab4ce170aa365f26d"},
    {"2ca1411a41b17b24cc8c3b089cfd033f1920202a6c0de8abb97df1498d50d2c8",
     "03596375e6ce57e0f20294fc46bdfcfd19a39f8161b58695b3ec5b3d16427c274d",
     // Example using ECDSA key from Appendix L.4.2 of ANSI.X9-62-2005
     "4578616d706c65207573696e67204543445341206b65792066726f6d20417070656e6469"
     "78204c2e342e32206f6620414e53492e58392d36322d32303035",
     "0258055c26c4b01d01c00fb57567955f7d39cd6f6e85fd37c58f696cc6b7aa761d",
     "5689e2e08e1110b4dda293ac21667eac6db5de4a46a519c73d533f69be2f4da3",
     "03d03398bf53aa23831d7d1b2937e005fb0062cbefa06796579f2a1fc7e7b8c667"
     "d091c00b0f5c3619d10ecea44363b5a5"
     "99cadc5b2957e223fec62e81f7b4825fc799a771a3d7334b9186bdbee87316b1",
     "90871e06da5caa39a3c61578ebb844de8635e27ac0b13e829997d0d95dd98c19"},
};

VrfPrivateKey KeyOf(std::string_view secret) {
  return VrfPrivateKey::FromSecret(AsBytes(FromHex(secret))).value();
}
Code CodeOf(const Result<Hash>& result) {
  EXPECT_FALSE(result);
  return result ? Code::kUnavailable : result.error().code;
}

TEST(VrfTest, TheVectorsOfRfc9381) {
  for (const Vector& v : kVectors) {
    const std::string input = FromHex(v.input);
    const std::string proof = FromHex(v.proof);
    const VrfPrivateKey key = KeyOf(v.secret);
    EXPECT_EQ(FormatHex(key.PublicKey().raw()), v.key);
    EXPECT_EQ(FormatHex(P256Nonce(AsBytes(FromHex(v.secret)),
                                  Sha256(AsBytes(FromHex(v.h))))),
              v.k);
    EXPECT_EQ(FormatHex(AsBytes(key.Prove(AsBytes(input)).value())), v.proof);
    const auto public_key = VrfPublicKey::From(AsBytes(FromHex(v.key)));
    ASSERT_TRUE(public_key) << public_key.error().message;
    const auto output = public_key->Verify(AsBytes(input), AsBytes(proof));
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(FormatHex(*output), v.output);
    EXPECT_EQ(VrfProofToHash(AsBytes(proof)).value(), *output);
  }
}

// RFC 6979, appendix A.2.5, with SHA-256: the same secret as example 10.
TEST(VrfTest, TheNoncesOfRfc6979) {
  const std::string secret = FromHex(kVectors[0].secret);
  const auto nonce = [&](std::string_view message) {
    return FormatHex(P256Nonce(AsBytes(secret), Sha256(AsBytes(message))));
  };
  EXPECT_EQ(nonce("sample"),
            "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
  EXPECT_EQ(nonce("test"),
            "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0");
}

TEST(VrfTest, EverySpoiledProofIsRefused) {
  const VrfPrivateKey key = KeyOf(kVectors[0].secret);
  const std::string input = FromHex(kVectors[0].input);
  const std::string good = FromHex(kVectors[0].proof);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(key.PublicKey().Verify(AsBytes(input), AsBytes(bad))) << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    const Bytes part = AsBytes(good).first(size);
    ASSERT_EQ(CodeOf(key.PublicKey().Verify(AsBytes(input), part)),
              Code::kMalformed);
    ASSERT_EQ(CodeOf(VrfProofToHash(part)), Code::kMalformed);
  }
}

TEST(VrfTest, AProofIsOfOneInputAndOneKey) {
  const std::string proof = FromHex(kVectors[0].proof);
  const VrfPublicKey key = KeyOf(kVectors[0].secret).PublicKey();
  EXPECT_EQ(CodeOf(key.Verify(AsBytes("samplf"), AsBytes(proof))),
            Code::kBadProof);
  EXPECT_EQ(CodeOf(key.Verify(AsBytes("sample "), AsBytes(proof))),
            Code::kBadProof);
  EXPECT_EQ(CodeOf(KeyOf(kVectors[2].secret)
                       .PublicKey()
                       .Verify(AsBytes("sample"), AsBytes(proof))),
            Code::kBadProof);
}

TEST(VrfTest, AnInputHasALimit) {
  const VrfPrivateKey key = KeyOf(kVectors[0].secret);
  const std::string longest(kVrfInputSizeMax, 'x');
  const auto proof = key.Prove(AsBytes(longest));
  ASSERT_TRUE(proof);
  EXPECT_TRUE(key.PublicKey().Verify(AsBytes(longest), AsBytes(*proof)));
  const std::string longer = longest + 'x';
  EXPECT_EQ(key.Prove(AsBytes(longer)).error().code, Code::kTooLarge);
  EXPECT_EQ(CodeOf(key.PublicKey().Verify(AsBytes(longer), AsBytes(*proof))),
            Code::kTooLarge);
}

TEST(VrfTest, OnlyAPointOfTheCurveIsAKey) {
  // The curve has no point with x = 0xff…ff (not below p), nor with x = 5 + p.
  std::string raw = FromHex(kVectors[0].key);
  EXPECT_TRUE(VrfPublicKey::From(AsBytes(raw)));
  for (size_t size = 0; size < 40; ++size) {
    raw.resize(size, '\x02');
    EXPECT_EQ(VrfPublicKey::From(AsBytes(raw)).has_value(), size == 33);
  }
  raw = FromHex(kVectors[0].key);
  for (int first = 0; first < 256; ++first) {
    raw[0] = static_cast<char>(first);
    EXPECT_EQ(VrfPublicKey::From(AsBytes(raw)).has_value(),
              first == 2 || first == 3);
  }
  int points = 0;
  for (int x = 0; x < 200; ++x) {
    raw = std::string("\x02") + std::string(31, '\0') + static_cast<char>(x);
    const auto key = VrfPublicKey::From(AsBytes(raw));
    points += key ? 1 : 0;
    if (!key) {
      EXPECT_EQ(key.error().code, Code::kUntrusted);
    }
  }
  EXPECT_GT(points, 50);
  EXPECT_LT(points, 150);
  raw = "\x02" + std::string(32, '\xff');
  EXPECT_EQ(VrfPublicKey::From(AsBytes(raw)).error().code, Code::kUntrusted);
}

TEST(VrfTest, OnlyANumberBelowTheOrderIsASecret) {
  const auto is_secret = [](Bytes bytes) {
    return VrfPrivateKey::FromSecret(bytes).has_value();
  };
  EXPECT_FALSE(is_secret(Hash{}));
  EXPECT_FALSE(is_secret(kP256Order));
  Hash below = kP256Order;
  --below.back();
  EXPECT_TRUE(is_secret(below));
  EXPECT_FALSE(is_secret(Bytes(below).first(31)));
  Hash one = {};
  one.back() = 1;
  EXPECT_TRUE(is_secret(one));
}

TEST(VrfTest, GeneratedKeysDifferAndSurviveTheirSecret) {
  const VrfPrivateKey a = VrfPrivateKey::Generate();
  const VrfPrivateKey b = VrfPrivateKey::Generate();
  EXPECT_FALSE(a.PublicKey() == b.PublicKey());
  const auto again = VrfPrivateKey::FromSecret(a.Secret());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->PublicKey() == a.PublicKey());
  EXPECT_EQ(again->Prove(AsBytes("m")).value(), a.Prove(AsBytes("m")).value());
}

// gRPC reads the thread's queue of errors after its own calls.
TEST(VrfTest, NothingIsLeftInLibcryptosQueueOfErrors) {
  ERR_clear_error();
  const VrfPrivateKey key = KeyOf(kVectors[0].secret);
  for (int i = 0; i < 8; ++i) {
    const std::string input = std::to_string(i);
    ASSERT_TRUE(key.Prove(AsBytes(input)));
  }
  const std::string raw = "\x02" + std::string(32, '\xff');
  EXPECT_FALSE(VrfPublicKey::From(AsBytes(raw)));
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(HandleTest, PlatformAccountAndNumberEachMakeAnother) {
  EXPECT_EQ(HandleInput("a", "b", 1),
            std::string("modlog/handle/v1\na\nb\0\0\0\1", 24));
  EXPECT_NE(HandleInput("a", "b", 1), HandleInput("a", "b", 2));
  EXPECT_NE(HandleInput("a", "b", 1), HandleInput("a", "c", 1));
  EXPECT_NE(HandleInput("a", "b", 1), HandleInput("c", "b", 1));
}

TEST(HandleTest, AnAccountIsTextOfALimitedLength) {
  EXPECT_TRUE(CheckHandleAccount(std::string(kHandleAccountSizeMax, 'x')));
  EXPECT_EQ(CheckHandleAccount(std::string(kHandleAccountSizeMax + 1, 'x'))
                .error()
                .code,
            Code::kTooLarge);
  EXPECT_EQ(CheckHandleAccount("").error().code, Code::kMalformed);
  EXPECT_EQ(CheckHandleAccount("\xff").error().code, Code::kMalformed);
}

}  // namespace
}  // namespace modlog::core_vrf_test
