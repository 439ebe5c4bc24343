// If these fail, our bytes are not those of other people's programs: each value
// was made and checked by an independent script.

#include <gtest/gtest.h>

#include "tests/verifier/samples.h"
#include "verifier/core/bundle.h"
#include "verifier/core/frontier.h"
#include "verifier/core/tile.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::core_samples_test {
namespace {

std::string Base64(const Hash& hash) { return FormatBase64(hash); }

std::vector<std::string> Base64(const std::vector<Hash>& hashes) {
  std::vector<std::string> out;
  for (const Hash& hash : hashes) out.push_back(FormatBase64(hash));
  return out;
}

template <size_t n>
std::vector<std::string> Strings(const std::string_view (&list)[n]) {
  return {std::begin(list), std::end(list)};
}

Hash SampleLeaf(int n) { return HashLeaf(AsBytes(SampleEntry(n))); }

// SampleNode reads complete subtrees of the five sample entries.
Result<Hash> SampleNode(NodeId node) {
  Frontier frontier;
  for (uint64_t i = 0; i < uint64_t{1} << node.level; ++i) {
    const uint64_t leaf = (node.index << node.level) + i;
    if (leaf >= 5) return Fail(Code::kNotFound, "beyond the sample");
    frontier.Append(SampleLeaf(static_cast<int>(leaf)));
  }
  return frontier.Root();
}

TreeHead SampleHead(uint64_t size) {
  Frontier frontier;
  for (uint64_t i = 0; i < size; ++i) {
    frontier.Append(SampleLeaf(static_cast<int>(i)));
  }
  return frontier.Head();
}

TEST(SamplesTest, RootsOfEverySizeAreThoseOfTheSample) {
  for (uint64_t size = 0; size <= 5; ++size) {
    EXPECT_EQ(Base64(SampleHead(size).root), kSampleRoots[size]) << size;
  }
}

TEST(SamplesTest, ProofsAreThoseOfTheSample) {
  const auto path = ProveInclusion(3, 5, SampleNode);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(Base64(*path), Strings(kSamplePath));
  EXPECT_TRUE(CheckInclusion(3, SampleLeaf(3), *path, SampleHead(5)));

  const auto proof = ProveConsistency(3, 5, SampleNode);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(Base64(*proof), Strings(kSampleConsistency));
  EXPECT_TRUE(CheckConsistency(SampleHead(3), SampleHead(5), *proof));
}

TEST(SamplesTest, BundleAndTileAreThoseOfTheSample) {
  std::string bundle;
  std::string tile;
  for (int n = 0; n < 5; ++n) {
    AppendToBundle(AsBytes(SampleEntry(n)), &bundle);
    tile += AsText(SampleLeaf(n));
  }
  EXPECT_EQ(FormatHex(Sha256(AsBytes(bundle))),
            "32474698a2a415a5022569a83cb69e886a049eccb42378a2aa33d291bf417bc2");
  EXPECT_EQ(FormatHex(Sha256(AsBytes(tile))),
            "07517e682f429401c263234bf476cabb9a472c61e00adcb8ba5a97ce2db34297");
}

TEST(SamplesTest, SigningMakesTheSampleNote) {
  const auto signer = ParseSignerKey(kSampleLogSigner);
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ(FormatSignerKey(*signer), kSampleLogSigner);
  EXPECT_EQ(FormatVerifierKey(signer->verifier), kSampleLogKey);

  std::string seed;
  for (char c = 0x20; c < 0x40; ++c) seed += c;
  const auto witness =
      MakeSignerKey("witness.example/w1", SignatureType::kEd25519Cosignature,
                    Ed25519PrivateKey::FromSeed(AsBytes(seed)).value());
  ASSERT_TRUE(witness) << witness.error().message;
  EXPECT_EQ(FormatVerifierKey(witness->verifier), kSampleWitnessKey);

  const std::string text =
      FormatCheckpoint({std::string(kSampleOrigin), SampleHead(5)});
  EXPECT_EQ(text, kSampleText);
  const std::string note =
      SignNote(text, std::vector{*signer}) +
      FormatSignatureLine(Cosign(text, *witness, kSampleTime));
  EXPECT_EQ(note, SampleNote());
}

TEST(SamplesTest, ThePolicyTrustsTheSampleProof) {
  const auto policy = ParsePolicy(SamplePolicy());
  ASSERT_TRUE(policy) << policy.error().message;
  const auto proof = ParseTlogProof(SampleProof());
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->extra, "case=42");
  EXPECT_EQ(FormatTlogProof(*proof), SampleProof());

  const auto trusted = CheckTlogProof(*proof, SampleLeaf(3), *policy);
  ASSERT_TRUE(trusted) << trusted.error().message;
  EXPECT_EQ(trusted->checkpoint.origin, kSampleOrigin);
  EXPECT_EQ(trusted->checkpoint.tree, SampleHead(5));
  EXPECT_TRUE(trusted->quorum);
  ASSERT_EQ(trusted->cosigners.size(), 1u);
  EXPECT_EQ(trusted->cosigners[0].time_s, kSampleTime);
  EXPECT_FALSE(CheckTlogProof(*proof, SampleLeaf(2), *policy));
}

TEST(SamplesTest, TheKeyOfTheSpecificationIsRead) {
  constexpr std::string_view kKey =
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  const auto key = ParseVerifierKey(kKey);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(FormatVerifierKey(*key), kKey);
}

TEST(SamplesTest, TilesOf70000EntriesAreThoseOfTheSpecification) {
  if (kTileHeight != 8) GTEST_SKIP() << "narrow tiles";
  EXPECT_EQ(TileWidth({0, 273}, 70'000), 112u);
  EXPECT_EQ(TileWidth({1, 1}, 70'000), 17u);
  EXPECT_EQ(TileWidth({2, 0}, 70'000), 1u);
  EXPECT_EQ(TilePath({0, 1234067}, 8), "tile/0/x001/x234/067.p/8");
  EXPECT_EQ(BundlePath(123456789, 256), "tile/entries/x123/x456/789");
}

}  // namespace
}  // namespace modlog::core_samples_test
