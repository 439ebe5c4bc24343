// If these fail, a receipt that an affected person holds is refused, or one is
// accepted that proves nothing.

#include "verifier/core/tlog_proof.h"

#include <gtest/gtest.h>

#include "tests/verifier/keys.h"
#include "tests/verifier/naive_tree.h"
#include "tests/verifier/samples.h"

namespace modlog::core_tlog_proof_test {
namespace {

const std::string kHeader = "c2sp.org/tlog-proof@v1\n";
const std::string kHash = "TEAQKVbDr3jOG+4J2NZncSsxqX8H1wJJq84nO3FPzb4=\n";

TEST(TlogProofTest, WhatIsWrittenIsRead) {
  for (const auto& extra : std::vector<std::optional<std::string>>{
           std::nullopt, "e", std::string("\0\xff", 2),
           std::string(kProofExtraSizeMax, 'x')}) {
    for (const uint64_t index : {uint64_t{0}, uint64_t{3}, UINT64_MAX}) {
      for (const size_t hashes : {size_t{0}, size_t{1}, kProofPathMax}) {
        const TlogProof proof = {
            extra, index, std::vector<Hash>(hashes, HashEmpty()), SampleNote()};
        const std::string text = FormatTlogProof(proof);
        const auto parsed = ParseTlogProof(text);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_EQ(parsed->extra, extra);
        EXPECT_EQ(parsed->index, index);
        EXPECT_EQ(parsed->path, proof.path);
        EXPECT_EQ(parsed->checkpoint, proof.checkpoint);
        EXPECT_EQ(FormatTlogProof(*parsed), text);
      }
    }
  }
}

TEST(TlogProofTest, EveryOtherFormIsRefused) {
  const std::string note = SampleNote();
  const std::string index = "index 3\n";
  ASSERT_TRUE(ParseTlogProof(kHeader + index + "\n" + note));
  for (const std::string& text : std::vector<std::string>{
           "",
           kHeader,
           index + "\n" + note,
           kHeader + "\n" + note,
           kHeader + index + note,
           kHeader + index + "\n",
           kHeader + index + kHash + note,
           kHeader + index,
           "c2sp.org/tlog-proof@v2\n" + index + "\n" + note,
           "c2sp.org/tlog-proof@v1\r\n" + index + "\n" + note,
           "\n" + kHeader + index + "\n" + note,
           kHeader + "index 03\n\n" + note,
           kHeader + "index +3\n\n" + note,
           kHeader + "index 3 \n\n" + note,
           kHeader + "index  3\n\n" + note,
           kHeader + "index\n\n" + note,
           kHeader + "index 3\r\n\n" + note,
           kHeader + "Index 3\n\n" + note,
           kHeader + "index 18446744073709551616\n\n" + note,
           kHeader + "extra \n" + index + "\n" + note,
           kHeader + "extra Zg=\n" + index + "\n" + note,
           kHeader + "extra Zh==\n" + index + "\n" + note,
           kHeader + "extra\n" + index + "\n" + note,
           kHeader + "extra Zg==\nextra Zg==\n" + index + "\n" + note,
           kHeader + index + "extra Zg==\n\n" + note,
           kHeader + index + index + "\n" + note,
           kHeader + index + kHash + "\n\n" + note,
           kHeader + index + "\n" + kHash + "\n" + note,
           kHeader + index + " " + kHash + "\n" + note,
           kHeader + index + kHash.substr(4) + "\n" + note,
           kHeader + index + "AAAA" + kHash + "\n" + note,
           kHeader + index + "\n" + note + "\n",
           kHeader + index + "\n" + note.substr(0, note.size() - 1),
           kHeader + index + "\n" + std::string(kSampleText)}) {
    EXPECT_EQ(CodeOf(ParseTlogProof(text)), "malformed") << text;
  }
}

TEST(TlogProofTest, LimitsAreThoseStated) {
  const std::string index = "index 3\n";
  std::string hashes;
  for (size_t i = 0; i < kProofPathMax; ++i) hashes += kHash;
  EXPECT_TRUE(ParseTlogProof(kHeader + index + hashes + "\n" + SampleNote()));
  EXPECT_EQ(CodeOf(ParseTlogProof(kHeader + index + hashes + kHash + "\n" +
                                  SampleNote())),
            "too large");
  const std::string extra =
      FormatBase64(AsBytes(std::string(kProofExtraSizeMax + 1, 'x')));
  EXPECT_EQ(CodeOf(ParseTlogProof(kHeader + "extra " + extra + "\n" + index +
                                  "\n" + SampleNote())),
            "too large");
  EXPECT_EQ(CodeOf(ParseTlogProof(std::string(2 << 20, 'x'))), "too large");
  const std::string large(kNoteSizeMax, 'x');
  EXPECT_EQ(CodeOf(ParseTlogProof(kHeader + index + "\n" + large + "\n" +
                                  SampleNote())),
            "too large");
}

TEST(TlogProofTest, EveryLeafOfASmallTreeIsProved) {
  const NaiveTree tree = NaiveTree::OfBytes(20);
  const SignerKey log = LogKey("log.example");
  const auto policy =
      ParsePolicy("log " + FormatVerifierKey(log.verifier) + "\nquorum none\n");
  ASSERT_TRUE(policy);
  for (uint64_t size = 1; size <= tree.size(); ++size) {
    const std::string note =
        SignNote(FormatCheckpoint({"log.example", {size, tree.Mth(0, size)}}),
                 std::vector{log});
    for (uint64_t index = 0; index < size; ++index) {
      const TlogProof proof = {std::nullopt, index, tree.Path(index, size),
                               note};
      const auto parsed = ParseTlogProof(FormatTlogProof(proof));
      ASSERT_TRUE(parsed) << parsed.error().message;
      for (uint64_t leaf = 0; leaf < tree.size(); ++leaf) {
        const auto checked =
            CheckTlogProof(*parsed, tree.LeafHash(leaf), *policy);
        ASSERT_EQ(CodeOf(checked), leaf == index ? "accepted" : "bad proof");
      }
    }
  }
}

TEST(TlogProofTest, AnIndexBeyondTheCheckpointProvesNothing) {
  const auto policy = ParsePolicy(SamplePolicy());
  ASSERT_TRUE(policy);
  TlogProof proof = ParseTlogProof(SampleProof()).value();
  const Hash leaf = HashLeaf(AsBytes(SampleEntry(3)));
  ASSERT_TRUE(CheckTlogProof(proof, leaf, *policy));
  for (const uint64_t index : {uint64_t{5}, uint64_t{6}, UINT64_MAX}) {
    proof.index = index;
    EXPECT_EQ(CodeOf(CheckTlogProof(proof, leaf, *policy)), "bad proof");
  }
}

TEST(TlogProofTest, AProofUnderAnotherPolicyIsNotBelieved) {
  // A log could name the key that it is judged by (I9).
  const TlogProof proof = ParseTlogProof(SampleProof()).value();
  const Hash leaf = HashLeaf(AsBytes(SampleEntry(3)));
  const auto other = ParsePolicy(
      "log " + FormatVerifierKey(LogKey(kSampleOrigin, 77).verifier) +
      "\nquorum none\n");
  ASSERT_TRUE(other);
  EXPECT_EQ(CodeOf(CheckTlogProof(proof, leaf, *other)), "not found");
  const auto none = ParsePolicy("quorum none\n");
  ASSERT_TRUE(none);
  EXPECT_EQ(CodeOf(CheckTlogProof(proof, leaf, *none)), "not found");
}

TEST(TlogProofDeathTest, ABugCannotWriteWhatNobodyReads) {
  const std::string note = SampleNote();
  EXPECT_DEATH(FormatTlogProof({"", 0, {}, note}), "extra data has");
  EXPECT_DEATH(
      FormatTlogProof({std::string(kProofExtraSizeMax + 1, 'x'), 0, {}, note}),
      "extra data has");
  EXPECT_DEATH(FormatTlogProof(
                   {std::nullopt, 0,
                    std::vector<Hash>(kProofPathMax + 1, HashEmpty()), note}),
               "0..64 hashes");
}

}  // namespace
}  // namespace modlog::core_tlog_proof_test
