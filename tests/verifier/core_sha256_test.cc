// If these fail, every hash of the log is another than the world computes.

#include "verifier/core/sha256.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace modlog::core_sha256_test {
namespace {

// The examples of FIPS 180-2, appendix B.
TEST(Sha256Test, TheExamplesOfTheStandard) {
  EXPECT_EQ(FormatHex(Sha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(FormatHex(Sha256(AsBytes(
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(FormatHex(Sha256(AsBytes(std::string(1'000'000, 'a')))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PartsAreConcatenated) {
  EXPECT_EQ(Sha256({AsBytes("a"), Bytes(), AsBytes("bc")}),
            Sha256(AsBytes("abc")));
  EXPECT_EQ(Sha256({}), HashEmpty());
}

TEST(Sha256Test, LeafAndNodeCannotBeMistakenForEachOther) {
  const Hash left = Sha256(AsBytes("left"));
  const Hash right = Sha256(AsBytes("right"));
  const std::string both =
      std::string(AsText(left)) + std::string(AsText(right));
  EXPECT_EQ(HashNode(left, right), Sha256(AsBytes("\x01" + both)));
  EXPECT_EQ(HashLeaf(AsBytes(both)),
            Sha256(AsBytes(std::string(1, '\0') + both)));
  EXPECT_NE(HashNode(left, right), HashLeaf(AsBytes(both)));
  EXPECT_NE(HashNode(left, right), HashNode(right, left));
  EXPECT_NE(HashLeaf(Bytes()), HashEmpty());
}

TEST(Sha256Test, OnlyThirtyTwoBytesAreAHash) {
  const std::string bytes(100, 'h');
  for (size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(HashFromBytes(AsBytes(bytes).first(size)).has_value(),
              size == kHashSize);
  }
}

TEST(Sha256Test, ThreadsHashIndependently) {
  const auto chain = [](uint8_t start) {
    Hash hash = {start};
    for (int i = 0; i < 2'000; ++i) hash = HashNode(hash, hash);
    return hash;
  };
  std::vector<Hash> parallel(4);
  {
    std::vector<std::jthread> threads;
    for (uint8_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] { parallel[i] = chain(i); });
    }
  }
  for (uint8_t i = 0; i < 4; ++i) EXPECT_EQ(parallel[i], chain(i));
}

}  // namespace
}  // namespace modlog::core_sha256_test
