// If these fail, a COSE receipt proves what no log signed, can be spelt in two
// ways, or is not what RFC 9942 says.

#include "verifier/core/cose_receipt.h"

#include <gtest/gtest.h>

#include "tests/verifier/corruption.h"
#include "tests/verifier/hex.h"
#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"
#include "verifier/core/cbor.h"

namespace modlog::core_cose_receipt_test {
namespace {

SignerKey Key() { return ParseSignerKey(kSampleLogSigner).value(); }
Hash SampleLeaf() { return HashLeaf(AsBytes(SampleEntry(3))); }

Hash FromBase64(std::string_view text) {
  return *HashFromBytes(AsBytes(ParseBase64(text).value()));
}

CoseReceipt Sample() {
  std::vector<Hash> path;
  for (const auto& hash : kSamplePath) path.push_back(FromBase64(hash));
  return SignCoseReceipt(Key(), {5, FromBase64(kSampleRoots[5])}, 3, path);
}

// The labels and heads, one by one, with what varies in between.
std::string Expected(const CoseReceipt& receipt) {
  const auto hex = [](std::string_view bytes) {
    return FormatHex(AsBytes(bytes));
  };
  std::string path;
  for (const Hash& hash : receipt.path) path += "5820" + FormatHex(hash);
  return "d284"      // 18([
         "5844"      // << {
         "a4 01 27"  // 1: -8
         "04 5820" +
         FormatHex(receipt.key_id) +           // 4: kid
         "0f a1 01 76" + hex(kSampleOrigin) +  // 15: {1: iss}
         "19018b 01"                           // 395: 1 }>>
         "a1 19018c a1 20 81"                  // {396: {-1: [
         "586a 83 05 03 83" +
         path +  // << [5, 3, […]]
         "f6"    // null
         "5840" +
         hex(receipt.signature);
}

TEST(CoseReceiptTest, BytesAreThoseOfTheSpecification) {
  const CoseReceipt sample = Sample();
  const std::string want = FromHex(Expected(sample));
  EXPECT_EQ(FormatHex(AsBytes(FormatCoseReceipt(sample))),
            FormatHex(AsBytes(want)));
  EXPECT_EQ(ParseCoseReceipt(want).value(), sample);
  EXPECT_EQ(CheckCoseReceipt(sample, SampleLeaf(), Key().verifier).value(),
            (TreeHead{5, FromBase64(kSampleRoots[5])}));
}

// RFC 9679, section 3: the hash of the required members in one spelling.
TEST(CoseReceiptTest, TheKeyIdIsTheThumbprint) {
  const auto key = Key().verifier.key;
  EXPECT_EQ(CoseKeyId(key), Sha256(AsBytes(FromHex("a3 01 01 20 06 21 5820" +
                                                   FormatHex(key.raw())))));
}

TEST(CoseReceiptTest, WhatIsSignedIsTheSigStructure) {
  const CoseReceipt sample = Sample();
  const Hash root = FromBase64(kSampleRoots[5]);
  const std::string header = FormatCoseReceipt(sample).substr(4, 0x44);
  EXPECT_EQ(
      FormatHex(AsBytes(CoseSigStructure(sample, root))),
      FormatHex(AsBytes(FromHex("84 6a") + "Signature1" + FromHex("5844") +
                        header + FromHex("40 5820" + FormatHex(root)))));
}

// One signature a tree: other leaves of it have the same.
TEST(CoseReceiptTest, TheSignatureIsOfTheRootAlone) {
  CoseReceipt other = Sample();
  other.index = 2;
  other.path[0] = SampleLeaf();
  EXPECT_TRUE(CheckCoseReceipt(other, HashLeaf(AsBytes(SampleEntry(2))),
                               Key().verifier));
}

TEST(CoseReceiptTest, EverythingElseIsRefused) {
  const CoseReceipt sample = Sample();
  const auto judge = [](const CoseReceipt& receipt, const VerifierKey& key) {
    return CodeOf(CheckCoseReceipt(receipt, SampleLeaf(), key));
  };
  const auto spoilt = [&](void (*spoil)(CoseReceipt*)) {
    CoseReceipt receipt = sample;
    spoil(&receipt);
    return judge(receipt, Key().verifier);
  };
  EXPECT_EQ(spoilt([](CoseReceipt*) {}), "accepted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->path[2][0] ^= 1; }), "untrusted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->index = 2; }), "untrusted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->signature[9] ^= 1; }), "untrusted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->key_id[0] ^= 1; }), "untrusted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->issuer = "another"; }), "untrusted");
  EXPECT_EQ(
      spoilt([](CoseReceipt* r) { r->algorithm = CoseAlgorithm::kEd25519; }),
      "untrusted");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->path.pop_back(); }), "bad proof");
  EXPECT_EQ(spoilt([](CoseReceipt* r) { r->size = 3; }), "bad proof");
  // Another entry, another key of that name, another issuer's receipt.
  EXPECT_EQ(CodeOf(CheckCoseReceipt(sample, HashLeaf(AsBytes("another")),
                                    Key().verifier)),
            "untrusted");
  EXPECT_EQ(judge(sample, LogKey(kSampleOrigin, 9).verifier), "untrusted");
  EXPECT_EQ(judge(sample, LogKey("another", 9).verifier), "not found");
}

// The newer name of the same algorithm; who writes it signs it so.
TEST(CoseReceiptTest, AlgorithmMinus19IsReadToo) {
  CoseReceipt receipt = Sample();
  receipt.algorithm = CoseAlgorithm::kEd25519;
  receipt.signature = Key().key.Sign(
      AsBytes(CoseSigStructure(receipt, FromBase64(kSampleRoots[5]))));
  const auto read = ParseCoseReceipt(FormatCoseReceipt(receipt));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, receipt);
  EXPECT_TRUE(CheckCoseReceipt(*read, SampleLeaf(), Key().verifier));
}

// Of the bytes that are refused only the tree's size may be others unnoticed.
TEST(CoseReceiptTest, EveryCorruptionIsRefused) {
  const std::string good = FormatCoseReceipt(Sample());
  ForEachTextCorruption(good, [&](const std::string& name,
                                  const std::string& spoilt) {
    if (spoilt == good) return;
    const auto read = ParseCoseReceipt(spoilt);
    if (!read) return;
    EXPECT_EQ(FormatCoseReceipt(*read), spoilt) << name;
    CoseReceipt sized = Sample();
    sized.size = read->size;
    if (*read == sized) return;
    EXPECT_FALSE(CheckCoseReceipt(*read, SampleLeaf(), Key().verifier)) << name;
  });
}

TEST(CoseReceiptTest, OneSpellingAndStatedLimits) {
  const std::string good = Expected(Sample());
  const auto with = [&](std::string_view old, std::string_view made) {
    std::string hex = good;
    std::erase(hex, ' ');
    const size_t at = hex.find(old);
    EXPECT_NE(at, hex.npos) << old;
    hex.replace(at, old.size(), made);
    return CodeOf(ParseCoseReceipt(FromHex(hex)));
  };
  EXPECT_EQ(with("d284", "d284"), "accepted");
  EXPECT_EQ(with("d284", "84"), "malformed");          // no tag
  EXPECT_EQ(with("d284", "d81284"), "malformed");      // a longer tag
  EXPECT_EQ(with("d284", "d29f"), "malformed");        // no stated length
  EXPECT_EQ(with("a40127", "a4013800"), "malformed");  // -1 in two bytes
  EXPECT_EQ(with("a40127", "a40126"), "malformed");    // -7: ES256
  EXPECT_EQ(with("586a830503", "586b83180503"), "malformed");  // 5 in two bytes
  EXPECT_EQ(with("586a830503", "586a830505"), "malformed");    // index = size
  EXPECT_EQ(with("586a830503", "586a840503"), "malformed");
  EXPECT_EQ(with("19018b01", "19018b02"), "malformed");
  EXPECT_EQ(with("a119018c", "a219018c"), "malformed");
  EXPECT_EQ(with("f65840", "405840"), "malformed");  // an empty payload

  CoseReceipt large = Sample();
  large.path.assign(kCosePathMax, Hash());
  EXPECT_TRUE(ParseCoseReceipt(FormatCoseReceipt(large)));
  EXPECT_LT(FormatCoseReceipt(large).size() + 255, kCoseReceiptSizeMax);
  EXPECT_EQ(CodeOf(ParseCoseReceipt(std::string(5'000, 'x'))), "too large");
  // A length of nearly 2^64 is not waited for.
  EXPECT_EQ(CodeOf(ParseCoseReceipt(FromHex("d2845bfffffffffffffff0"))),
            "malformed");
}

TEST(CborTest, NumbersAreAsShortAsCanBe) {
  for (const auto& [value, hex] :
       std::initializer_list<std::pair<uint64_t, std::string>>{
           {0, "00"},
           {23, "17"},
           {24, "1818"},
           {255, "18ff"},
           {256, "190100"},
           {65'535, "19ffff"},
           {65'536, "1a00010000"},
           {0xffffffff, "1affffffff"},
           {0x100000000, "1b0000000100000000"},
           {UINT64_MAX, "1bffffffffffffffff"}}) {
    std::string bytes;
    AppendCborHead(CborKind::kUnsigned, value, &bytes);
    EXPECT_EQ(FormatHex(AsBytes(bytes)), hex);
    CborCursor cursor(bytes);
    EXPECT_EQ(cursor.TakeHead(CborKind::kUnsigned), value);
    EXPECT_TRUE(cursor.rest().empty());
    for (size_t size = 0; size < bytes.size(); ++size) {
      CborCursor cut(std::string_view(bytes).substr(0, size));
      EXPECT_FALSE(cut.TakeHead(CborKind::kUnsigned)) << hex;
    }
  }
  for (const char* longer : {"1800", "1817", "1900ff", "1a0000ffff",
                             "1b00000000ffffffff", "1c", "1f"}) {
    const std::string bytes = FromHex(longer);
    CborCursor cursor(bytes);
    EXPECT_FALSE(cursor.TakeHead(CborKind::kUnsigned)) << longer;
  }
  std::string least;
  AppendCborInt(INT64_MIN, &least);
  EXPECT_EQ(FormatHex(AsBytes(least)), "3b7fffffffffffffff");
}

}  // namespace
}  // namespace modlog::core_cose_receipt_test
