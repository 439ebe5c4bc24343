// If this failed, cosignatures of different heads would never add up to a
// quorum, or a head without one would be shown to the public as witnessed.

#include "api/witnessing/rounds.h"

#include <gtest/gtest.h>

#include <string>

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
  head->tree.size = size;
  head->checkpoint = "size " + std::to_string(size) + "\n\nlog line\n";
  return head;
}

NoteSignature LineBy(const std::string& name) {
  return {.name = name, .key_id = 1, .signature = "signature"};
}

size_t LinesIn(const Rounds::Head& head) {
  size_t lines = 0;
  for (size_t at = 0;
       (at = head->checkpoint.find("— ", at)) != std::string::npos; ++at) {
    ++lines;
  }
  return lines;
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
  EXPECT_EQ(rounds_.Advance(0), nullptr);
  EXPECT_EQ(rounds_.target(), nullptr);
  EXPECT_FALSE(rounds_.Asks(0));
}

TEST_F(RoundsTest, NothingIsPublishedBelowTheQuorum) {
  rounds_.Signed(HeadOf(5));
  EXPECT_EQ(rounds_.Advance(0), nullptr);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  EXPECT_EQ(rounds_.Advance(1), nullptr);
  rounds_.Failed(1, rounds_.round());
  rounds_.Failed(2, rounds_.round());
  EXPECT_EQ(rounds_.Advance(60'000), nullptr);
}

TEST_F(RoundsTest, AQuorumPublishesTheHeadThatItCosigned) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Signed(HeadOf(9));  // grows while they are asked
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(2, rounds_.round(), LineBy("w3"));
  const auto head = rounds_.Advance(1);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->tree.size, 5u);
  EXPECT_TRUE(head->witnessed);
  EXPECT_EQ(LinesIn(head), 2u);
  EXPECT_EQ(rounds_.Advance(2), nullptr) << "once is enough";
}

TEST_F(RoundsTest, ALateCosignatureIsAddedToWhatIsPublished) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(2, rounds_.round(), LineBy("w3"));
  rounds_.Advance(1);
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  const auto head = rounds_.Advance(2);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(LinesIn(head), 3u);
}

TEST_F(RoundsTest, ACosignatureOfAnotherRoundDoesNotCount) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  const uint64_t first = rounds_.round();
  rounds_.Cosigned(0, first, LineBy("w1"));
  rounds_.Cosigned(1, first, LineBy("w2"));
  rounds_.Advance(1);
  rounds_.Signed(HeadOf(9));
  rounds_.Advance(1'000);
  ASSERT_EQ(rounds_.target()->tree.size, 9u);
  rounds_.Cosigned(2, first, LineBy("w3"));
  EXPECT_TRUE(rounds_.Asks(2));
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  EXPECT_EQ(rounds_.Advance(1'001), nullptr) << "one of two";
}

TEST_F(RoundsTest, TheNextRoundWaitsForTheIntervalAndTakesTheNewestHead) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  rounds_.Signed(HeadOf(7));
  rounds_.Signed(HeadOf(9));
  rounds_.Advance(999);
  EXPECT_EQ(rounds_.target()->tree.size, 5u);
  EXPECT_EQ(rounds_.DueAt(999), 1'000);
  rounds_.Advance(1'000);
  EXPECT_EQ(rounds_.target()->tree.size, 9u);
}

TEST_F(RoundsTest, ARoundWithoutAnswersIsGivenUp) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Signed(HeadOf(9));
  rounds_.Advance(14'999);
  EXPECT_EQ(rounds_.target()->tree.size, 5u);
  rounds_.Advance(15'000);
  EXPECT_EQ(rounds_.target()->tree.size, 9u);
}

TEST_F(RoundsTest, AnUnchangedHeadIsCosignedAnew) {
  rounds_.Signed(HeadOf(5));
  rounds_.Advance(0);
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  rounds_.Advance(1);
  EXPECT_EQ(rounds_.DueAt(1), 300'000);
  rounds_.Advance(300'000);
  EXPECT_TRUE(rounds_.Asks(0));
  rounds_.Cosigned(0, rounds_.round(), LineBy("w1"));
  EXPECT_EQ(rounds_.Advance(300'001), nullptr);
  rounds_.Cosigned(1, rounds_.round(), LineBy("w2"));
  EXPECT_NE(rounds_.Advance(300'002), nullptr) << "with the newer times";
}

TEST_F(RoundsTest, FailingOpenPublishesWhatThereIsOnceAllWereAsked) {
  open_.Signed(HeadOf(5));
  open_.Advance(0);
  open_.Cosigned(0, open_.round(), LineBy("w1"));
  EXPECT_EQ(open_.Advance(1), nullptr) << "two may still answer";
  open_.Failed(1, open_.round());
  open_.Failed(2, open_.round());
  const auto head = open_.Advance(2);
  ASSERT_NE(head, nullptr);
  EXPECT_FALSE(head->witnessed);
  EXPECT_EQ(LinesIn(head), 1u);
}

TEST_F(RoundsTest, FailingOpenNeverTakesCosignaturesAway) {
  open_.Signed(HeadOf(5));
  open_.Advance(0);
  open_.Cosigned(0, open_.round(), LineBy("w1"));
  open_.Cosigned(1, open_.round(), LineBy("w2"));
  ASSERT_NE(open_.Advance(1), nullptr);
  open_.Advance(300'000);
  for (size_t i = 0; i < 3; ++i) open_.Failed(i, open_.round());
  EXPECT_EQ(open_.Advance(300'001), nullptr);
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

TEST_F(RoundsTest, FailingOpenIsConfirmedOnceEachWasAsked) {
  open_.Failed(0, 0);
  open_.Failed(1, 0);
  EXPECT_FALSE(open_.Confirmed());
  open_.Failed(2, 0);
  EXPECT_TRUE(open_.Confirmed());
}

}  // namespace
}  // namespace modlog::rounds_test
