// If this failed, the log would take a stranger's line for a cosignature, or
// would give up on a witness that answers a little differently than another.

#include "api/witnessing/witness_reply.h"

#include <gtest/gtest.h>

#include <string>

#include "verifier/core/bytes.h"
#include "verifier/core/checkpoint.h"

namespace modlog::witness_reply_test {
namespace {

using Kind = WitnessReply::Kind;

SignerKey KeyNamed(const std::string& name, SignatureType type, char seed) {
  return *MakeSignerKey(
      name, type, *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, seed))));
}

class WitnessReplyTest : public ::testing::Test {
 protected:
  WitnessReply Read(int status, const std::string& body,
                    uint64_t old_size = 3) {
    return ReadAddCheckpoint({.status = status, .body = body}, old_size, text_,
                             witness_.verifier);
  }
  std::string LineBy(const SignerKey& key) {
    return FormatSignatureLine(Cosign(text_, key, 1'767'225'600));
  }

  const SignerKey witness_ =
      KeyNamed("witness.example/w1", SignatureType::kEd25519Cosignature, 'w');
  const SignerKey stranger_ =
      KeyNamed("witness.example/w9", SignatureType::kEd25519Cosignature, 'x');
  const std::string text_ =
      FormatCheckpoint({"log.example/test", {.size = 5, .root = {}}});
};

// standards.md's sample of c2sp.org/tlog-witness, 3 to 5.
TEST(FormatAddCheckpoint, WritesTheBodyOfTheSpecification) {
  const Hash hash = {};
  EXPECT_EQ(FormatAddCheckpoint(3, {&hash, 1}, "note\n\n— a b\n"),
            "old 3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nnote\n\n"
            "— a b\n");
  EXPECT_EQ(FormatAddCheckpoint(0, {}, "note\n"), "old 0\n\nnote\n");
}

TEST_F(WitnessReplyTest, ACosignatureThatVerifiesCounts) {
  const WitnessReply reply = Read(200, LineBy(witness_));
  ASSERT_EQ(reply.kind, Kind::kCosigned) << reply.why;
  EXPECT_EQ(reply.time_s, 1'767'225'600u);
}

TEST_F(WitnessReplyTest, LinesByOtherKeysAreIgnored) {
  const std::string pq =
      "— witness.example/pq1 RcIqZg" + std::string(3'002, 'A') + "\n";
  const WitnessReply reply =
      Read(200, LineBy(stranger_) + pq + LineBy(witness_));
  EXPECT_EQ(reply.kind, Kind::kCosigned) << reply.why;
  EXPECT_EQ(Read(200, LineBy(stranger_)).kind, Kind::kRefused);
}

TEST_F(WitnessReplyTest, ACosignatureOfAnotherCheckpointDoesNotCount) {
  const std::string other =
      FormatCheckpoint({"log.example/test", {.size = 6, .root = {}}});
  const WitnessReply reply =
      Read(200, FormatSignatureLine(Cosign(other, witness_, 1)));
  EXPECT_EQ(reply.kind, Kind::kRefused);
  EXPECT_EQ(reply.why, "its cosignature does not verify");
}

TEST_F(WitnessReplyTest, AnAnswerThatIsNoSignatureLineIsAFailure) {
  for (const char* body : {"", "\n", "OK\n", "{}", "— w\n", "\xff\xfe"}) {
    EXPECT_EQ(Read(200, body).kind, Kind::kRefused) << body;
  }
}

TEST_F(WitnessReplyTest, ASizeIsReadWhateverItsContentTypeIs) {
  for (const char* body : {"17\n", "17"}) {
    const WitnessReply reply = Read(409, body);
    ASSERT_EQ(reply.kind, Kind::kHasSize) << body;
    EXPECT_EQ(reply.size, 17u);
  }
}

TEST_F(WitnessReplyTest, ASizeThatIsNoneIsAFailure) {
  for (const char* body : {"", "x\n", "-1\n", "017\n", "17\n\n",
                           "9223372036854775808\n", "18446744073709551616\n"}) {
    EXPECT_EQ(Read(409, body).kind, Kind::kRefused) << body;
  }
}

TEST_F(WitnessReplyTest, ARefusedProofMeansAnotherHistory) {
  EXPECT_EQ(Read(422, "").kind, Kind::kOtherHistory);
  EXPECT_EQ(Read(422, "", 0).kind, Kind::kRefused) << "nothing was proved";
}

TEST_F(WitnessReplyTest, WhatAPersonReadsNamesTheStatus) {
  EXPECT_EQ(Read(404, "unknown log\n").why,
            "answered 404 (it does not know this log): unknown log");
  EXPECT_EQ(Read(403, "").why, "answered 403 (it has another key of this log)");
  EXPECT_EQ(Read(500, "a\nb\x01").why, "answered 500: a?b?");
}

TEST_F(WitnessReplyTest, ATooLongAnswerIsCutForAPerson) {
  EXPECT_LT(Read(500, std::string(100'000, 'x')).why.size(), 120u);
}

}  // namespace
}  // namespace modlog::witness_reply_test
