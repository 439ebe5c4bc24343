// If this failed, cosignatures of different heads would never add up to a
// quorum, or a head without one would be shown to the public as witnessed.

#include "api/witnessing/rounds.h"

#include <gtest/gtest.h>

#include <string>

#include "verifier/core/checkpoint.h"

namespace modlog::rounds_test {
namespace {

PolicyWitness WitnessNamed(const std::string& name, char seed) {
  const auto key = MakeSignerKey(
      name, SignatureType::kEd25519Cosignature,
      *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, seed))));
  return {.name = name, .key = key->verifier, .url = "http://" + name + "/"};
}

// Three witnesses, of which two are enough.
Policy TwoOfThree() {
  Policy policy;
  policy.witnesses = {WitnessNamed("w1", 'a'), WitnessNamed("w2", 'b'),
                      WitnessNamed("w3", 'c')};
  policy.groups = {{.name = "g",
                    .threshold = 2,
                    .members = {{false, 0}, {false, 1}, {false, 2}}}};
  policy.quorum_none = false;
  policy.quorum = {true, 0};
  return policy;
}

Rounds::Head HeadOf(uint64_t size) {
  auto head = std::make_shared<SignedHead>();
  head->tree = {size, HashLeaf(AsBytes(std::to_string(size)))};
  head->checkpoint =
      FormatNote({FormatCheckpoint({"log.example/test", head->tree}),
                  {{"log.example/test", 1, std::string(64, 's')}}});
  return head;
}

// Of "w1" to "w3"; another `time` is another line.
NoteSignature LineBy(const std::string& name, char time = '0') {
  const char seed = static_cast<char>('a' + name[1] - '1');
  return {.name = name,
          .key_id = WitnessNamed(name, seed).key.id,
          .signature = "signature at " + std::string(1, time)};
}

// What is due at `now_ms`, published.
Rounds::Head Step(Rounds* rounds, int64_t now_ms) {
  auto head = rounds->Advance(now_ms);
  if (head != nullptr) rounds->Published(head);
  return head;
}

size_t LinesIn(const Rounds::Head& head) {
  size_t lines = 0;
  for (size_t at = 0;
       (at = head->checkpoint.find("— ", at)) != std::string::npos; ++at) {
    ++lines;
  }
  return lines - 1;  // the log's
}

class RoundsTest : public ::testing::Test {
 protected:
  static constexpr RoundSettings kFailOpen = {.hold_back = false};

  const Policy policy_ = TwoOfThree();
  Rounds rounds_{&policy_, RoundSettings()};
  Rounds open_{&policy_, kFailOpen};
};

TEST_F(RoundsTest, AnEmptyTreeIsShownToNobody) {
  rounds_.Signed(HeadOf(0));
  EXPECT_EQ(Step(&rounds_, 0), nullptr);
  EXPECT_EQ(rounds_.target(), nullptr);
  EXPECT_FALSE(rounds_.Asks(0));
}

TEST_F(RoundsTest, NothingIsPublishedBelowTheQuorum) {
  rounds_.Signed(HeadOf(5));
  EXPECT_EQ(Step(&rounds_, 0), nullptr);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  EXPECT_EQ(Step(&rounds_, 1), nullptr);
  rounds_.Failed(1, rounds_.round());
  rounds_.Failed(2, rounds_.round());
  EXPECT_EQ(Step(&rounds_, 60'000), nullptr);
}

TEST_F(RoundsTest, AQuorumPublishesTheHeadThatItCosigned) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Signed(HeadOf(9));  // grows while they are asked
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(2, rounds_.round(), LineBy("w3"));
  const auto head = Step(&rounds_, 1);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->tree.size, 5u);
  EXPECT_TRUE(head->witnessed);
  EXPECT_EQ(LinesIn(head), 2u);
  EXPECT_EQ(Step(&rounds_, 2), nullptr) << "once is enough";
}

TEST_F(RoundsTest, ALateCosignatureIsAddedToWhatIsPublished) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(2, rounds_.round(), LineBy("w3"));
  Step(&rounds_, 1);
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  const auto head = Step(&rounds_, 2);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(LinesIn(head), 3u);
}

TEST_F(RoundsTest, ACosignatureOfAnotherRoundDoesNotCount) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  const uint64_t first = rounds_.round();
  rounds_.Cosigned(0, first, LineBy("w1"));
  rounds_.Cosigned(1, first, LineBy("w2"));
  Step(&rounds_, 1);
  rounds_.Signed(HeadOf(9));
  Step(&rounds_, 1'000);
  ASSERT_EQ(rounds_.target()->tree.size, 9u);
  rounds_.Cosigned(2, first, LineBy("w3"));
  EXPECT_TRUE(rounds_.Asks(2));
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  EXPECT_EQ(Step(&rounds_, 1'001), nullptr) << "one of two";
}

TEST_F(RoundsTest, TheNextRoundWaitsForTheIntervalAndTakesTheNewestHead) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  rounds_.Signed(HeadOf(7));
  rounds_.Signed(HeadOf(9));
  Step(&rounds_, 999);
  EXPECT_EQ(rounds_.target()->tree.size, 5u);
  EXPECT_EQ(rounds_.DueAt(999), 1'000);
  Step(&rounds_, 1'000);
  EXPECT_EQ(rounds_.target()->tree.size, 9u);
}

TEST_F(RoundsTest, ARoundWithoutAnswersIsGivenUp) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Signed(HeadOf(9));
  Step(&rounds_, 14'999);
  EXPECT_EQ(rounds_.target()->tree.size, 5u);
  Step(&rounds_, 15'000);
  EXPECT_EQ(rounds_.target()->tree.size, 9u);
}

TEST_F(RoundsTest, AnUnchangedHeadIsCosignedAnew) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  Step(&rounds_, 1);
  EXPECT_EQ(rounds_.DueAt(1), 300'000);
  Step(&rounds_, 300'000);
  EXPECT_TRUE(rounds_.Asks(0));
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1", '3'));
  EXPECT_EQ(Step(&rounds_, 300'001), nullptr);
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2", '3'));
  EXPECT_NE(Step(&rounds_, 300'002), nullptr) << "with the newer times";
}

TEST_F(RoundsTest, AWitnessThatMissesARefreshKeepsItsLine) {
  rounds_.Signed(HeadOf(5));
  Step(&rounds_, 0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  rounds_.Cosigned(2, rounds_.round(), LineBy("w3"));
  ASSERT_EQ(LinesIn(Step(&rounds_, 1)), 3u);
  Step(&rounds_, 300'000);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1", '3'));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2", '3'));
  const auto head = Step(&rounds_, 300'001);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(LinesIn(head), 3u);
  EXPECT_NE(head->checkpoint.find(FormatSignatureLine(LineBy("w1", '3'))),
            std::string::npos);
  // Of a larger tree nobody has said anything yet.
  rounds_.Signed(HeadOf(9));
  Step(&rounds_, 301'002);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1", '4'));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2", '4'));
  EXPECT_EQ(LinesIn(Step(&rounds_, 301'003)), 2u);
}

TEST_F(RoundsTest, WhatAnEarlierStartPublishedIsNotShownWithLess) {
  auto before = std::make_shared<SignedHead>(*HeadOf(5));
  for (const char* name : {"w1", "w2", "w3"}) {
    before->checkpoint += FormatSignatureLine(LineBy(name));
  }
  open_.Published(before);
  open_.Signed(HeadOf(5));
  Step(&open_, 0);
  for (size_t i = 0; i < 3; ++i) open_.Failed(i, open_.round());
  EXPECT_EQ(Step(&open_, 1), nullptr) << "nobody says anything new";
  open_.Cosigned(1, open_.round(), LineBy("w2", '1'));
  const auto head = Step(&open_, 2);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(LinesIn(head), 3u);
  EXPECT_TRUE(head->witnessed);
}

TEST_F(RoundsTest, WhatCouldNotBePublishedIsOfferedAgain) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  ASSERT_NE(rounds_.Advance(1), nullptr);
  ASSERT_NE(rounds_.Advance(2), nullptr);
  ASSERT_NE(Step(&rounds_, 3), nullptr);
  EXPECT_EQ(rounds_.Advance(4), nullptr);
}

TEST_F(RoundsTest, FailingOpenPublishesWhatThereIsOnceAllWereAsked) {
  open_.Signed(HeadOf(5));
  Step(&open_, 0);
  open_.Cosigned(0, open_.round(), LineBy("w1"));
  EXPECT_EQ(Step(&open_, 1), nullptr) << "two may still answer";
  open_.Failed(1, open_.round());
  open_.Failed(2, open_.round());
  const auto head = Step(&open_, 2);
  ASSERT_NE(head, nullptr);
  EXPECT_FALSE(head->witnessed);
  EXPECT_EQ(LinesIn(head), 1u);
}

TEST_F(RoundsTest, FailingOpenNeverTakesCosignaturesAway) {
  open_.Signed(HeadOf(5));
  Step(&open_, 0);
  open_.Cosigned(0, open_.round(), LineBy("w1"));
  open_.Cosigned(1, open_.round(), LineBy("w2"));
  ASSERT_NE(Step(&open_, 1), nullptr);
  Step(&open_, 300'000);
  for (size_t i = 0; i < 3; ++i) open_.Failed(i, open_.round());
  EXPECT_EQ(Step(&open_, 300'001), nullptr);
}

TEST_F(RoundsTest, HoldingBackIsConfirmedByAQuorumAlone) {
  EXPECT_FALSE(rounds_.Confirmed());
  rounds_.Confirm(0);
  rounds_.Failed(1, 0);
  rounds_.Failed(2, 0);
  EXPECT_FALSE(rounds_.Confirmed());
  rounds_.Confirm(1);
  EXPECT_TRUE(rounds_.Confirmed());
}

// Nobody ever asks it.
TEST_F(RoundsTest, AWitnessWithoutAnAddressIsNotWaitedFor) {
  Policy policy = TwoOfThree();
  policy.witnesses[1].url.clear();
  Rounds open(&policy, kFailOpen);
  open.Failed(0, 0);
  EXPECT_FALSE(open.Confirmed());
  open.Failed(2, 0);
  EXPECT_TRUE(open.Confirmed());
  open.Signed(HeadOf(5));
  Step(&open, 0);
  open.Cosigned(0, open.round(), LineBy("w1"));
  open.Failed(2, open.round());
  const auto head = Step(&open, 1);
  ASSERT_NE(head, nullptr) << "all that can answer have";
  EXPECT_EQ(LinesIn(head), 1u);
}

TEST_F(RoundsTest, FailingOpenIsConfirmedOnceEachWasAsked) {
  open_.Failed(0, 0);
  open_.Failed(1, 0);
  EXPECT_FALSE(open_.Confirmed());
  open_.Failed(2, 0);
  EXPECT_TRUE(open_.Confirmed());
}

}  // namespace
}  // namespace modlog::rounds_test
