// If this failed, one party alone could rewrite the log again: heads would be
// published that no witness has seen, or a restored copy would be signed.

#include "api/witnessing/publisher.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/witnessing/witnessed_log.h"

namespace modlog::publisher_test {
namespace {

class PublisherTest : public WitnessedLog {};

TEST_F(PublisherTest, PublishesWhatTheWitnessesCosigned) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  ASSERT_TRUE(Eventually([&] {
    return CosignersOf(*log_->published_head()) == 3;
  })) << "late ones are merged";
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Append(std::to_string(i)));
  ASSERT_TRUE(Publishes(21));
  EXPECT_GE(CosignersOf(*log_->published_head()), 2u);
}

TEST_F(PublisherTest, AsksOnceAboutTheEmptyTreeWhichHasNoRound) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Eventually([&] {
    return w1_.requests() == 1 && w2_.requests() == 1 && w3_.requests() == 1;
  }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(w1_.requests(), 1);
  EXPECT_EQ(CosignersOf(*log_->published_head()), 0u);
}

// I4: to be unknown to a witness, or to find nothing where it shows what it has
// seen, is no word of it.
TEST_F(PublisherTest, AWitnessThatDoesNotKnowTheLogDoesNotConfirmIt) {
  for (auto* witness : {&w1_, &w2_, &w3_}) {
    witness->SetScript(Always(404, "unknown log\n"));
  }
  Open();
  ASSERT_TRUE(Eventually([&] {
    const std::string told = warnings();
    return told.find("witness w1: ") != std::string::npos &&
           told.find("witness w2: ") != std::string::npos &&
           told.find("witness w3: ") != std::string::npos;
  })) << warnings();
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  EXPECT_FALSE(Append("one"));
}

TEST_F(PublisherTest, HoldsBackWhatOnlyOneWitnessSaw) {
  Open();
  ASSERT_TRUE(Serves());
  w2_.SetScript(Always(503, ""));
  w3_.SetScript(Always(500, "no\n"));
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Eventually([&] { return w3_.requests() > 1; }));
  ASSERT_TRUE(Eventually([&] { return w1_.head().size == 1; }));
  EXPECT_EQ(log_->published_head()->tree.size, 0u);
  EXPECT_TRUE(Eventually([&] {
    return warnings().find("witness w3: answered 500: no") != std::string::npos;
  })) << warnings();
  w3_.SetScript(nullptr);
  EXPECT_TRUE(Publishes(1)) << "once it is back";
}

TEST_F(PublisherTest, FailingOpenPublishesWithoutTheQuorumAndSaysSo) {
  w2_.SetScript(Always(503, ""));
  w3_.SetScript(Always(503, ""));
  Open(/*hold_back=*/false);
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  EXPECT_FALSE(log_->published_head()->witnessed);
  EXPECT_EQ(CosignersOf(*log_->published_head()), 1u);
}

TEST_F(PublisherTest, StartsFromWhateverSizeAWitnessKnows) {
  Open();
  ASSERT_TRUE(Serves());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append(std::to_string(i)));
  ASSERT_TRUE(Publishes(5));
  w1_.SetHead({});  // lost its state, as some do
  Open();
  ASSERT_TRUE(Append("more").has_value() || Serves());
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("later"));
  ASSERT_TRUE(Eventually(
      [&] { return w1_.head().size == log_->signed_head()->tree.size; }));
}

TEST_F(PublisherTest, AStartShowsNothingOlderThanWasPublished) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  Close();
  for (auto* witness : {&w1_, &w2_, &w3_}) witness->SetScript(Always(503, ""));
  Open();
  EXPECT_EQ(log_->published_head()->tree.size, 1u);
  EXPECT_TRUE(log_->published_head()->witnessed);
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
}

// The high-water file is restored with the rest: only the witnesses know.
TEST_F(PublisherTest, ARestoredCopyIsNotSigned) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  Close();
  const ScratchDirectory copy;
  std::filesystem::copy(directory_.path(), copy.path(),
                        std::filesystem::copy_options::recursive);
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("two"));
  ASSERT_TRUE(Publishes(2));
  ASSERT_TRUE(Eventually([&] { return w1_.head().size == 2; }));
  Close();
  std::filesystem::remove_all(directory_.path());
  std::filesystem::copy(copy.path(), directory_.path(),
                        std::filesystem::copy_options::recursive);
  Open();
  ASSERT_TRUE(Stops());
  EXPECT_NE(log_->state_reason().find("has seen 2 entries of this log, which "
                                      "has 1"),
            std::string::npos)
      << log_->state_reason();
  EXPECT_FALSE(Append("another two"));
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

// Which of its entries were lost, only the witnesses know, and they are asked
// before the first is signed anew.
TEST_F(PublisherTest, AnEmptiedDirectoryIsNotSigned) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  Close();
  std::filesystem::remove_all(directory_.path());
  std::filesystem::create_directory(directory_.path());
  Open();
  ASSERT_TRUE(Stops());
  EXPECT_FALSE(Append("one"));
  EXPECT_EQ(log_->signed_head()->tree.size, 0u);
  EXPECT_NE(log_->state_reason().find("has seen 1 entries of this log, which "
                                      "has 0"),
            std::string::npos)
      << log_->state_reason();
}

TEST_F(PublisherTest, AnotherHistoryAtAWitnessStopsSigning) {
  Open();
  ASSERT_TRUE(Serves());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(std::to_string(i)));
  ASSERT_TRUE(Publishes(3));
  TreeHead other = w1_.head();
  other.root[0] ^= 1;
  ASSERT_TRUE(Eventually([&] { return w1_.head().size == 3; }));
  other.size = 3;
  w1_.SetHead(other);
  ASSERT_TRUE(Append("next"));
  ASSERT_TRUE(Stops());
  EXPECT_NE(log_->state_reason().find("another history"), std::string::npos);
  EXPECT_FALSE(Append("after"));
}

TEST_F(PublisherTest, ALiarsCosignatureIsNotMerged) {
  Open();
  ASSERT_TRUE(Serves());
  const SignerKey forged = *MakeSignerKey(
      w2_.key().verifier.name, SignatureType::kEd25519Cosignature,
      *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 'f'))));
  w2_.SetScript([this, forged](const std::string&, const std::string& body) {
    return ScriptedWitness::Answer{200, w2_.CosignBody(body, forged)};
  });
  w3_.SetScript([this](const std::string&, const std::string&) {
    // Of another checkpoint, by the right key.
    return ScriptedWitness::Answer{
        200, w3_.CosignBody("old 0\n\nx\n1\ny\n\nz\n", w3_.key())};
  });
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Eventually([&] {
    const std::string told = warnings();
    return told.find("witness w2: ") != std::string::npos &&
           told.find("witness w3: its cosignature does not verify") !=
               std::string::npos;
  })) << warnings();
  EXPECT_EQ(log_->published_head()->tree.size, 0u);
}

TEST_F(PublisherTest, AFloodOrAWrongSizeFromAWitnessIsAFailureOnly) {
  Open();
  ASSERT_TRUE(Serves());
  w2_.SetScript(Always(200, std::string(kWitnessAnswerMax + 1, 'x')));
  w3_.SetScript([calls = 0](const std::string&, const std::string&) mutable {
    return ScriptedWitness::Answer{409, std::to_string(++calls % 2) + "\n"};
  });
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Eventually([&] {
    const std::string told = warnings();
    return told.find("witness w2: answered more than") != std::string::npos &&
           told.find("witness w3: says") != std::string::npos;
  })) << warnings();
  EXPECT_EQ(log_->state(), LogState::kServing);
}

TEST_F(PublisherTest, APublishedCheckpointThatTheStoreDoesNotHaveStopsIt) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  Close();
  TreeHead other{.size = 1, .root = {}};
  other.root[0] = 7;
  const SignerKey key = TestKey();
  const std::string note =
      SignNote(FormatCheckpoint({key.verifier.name, other}), {&key, 1});
  std::ofstream(directory_.path() + "/published") << note;
  Open();
  EXPECT_TRUE(Stops());
}

TEST_F(PublisherTest, ADamagedPublishedCheckpointIsMadeAnew) {
  std::ofstream(directory_.path() + "/published") << "not a note";
  Open();
  EXPECT_NE(warnings().find("it is made anew"), std::string::npos);
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  EXPECT_TRUE(Publishes(1));
}

TEST_F(PublisherTest, AFailedWriteIsTriedAgainThoughNothingIsAppended) {
  Open();
  ASSERT_TRUE(Serves());
  const std::string file = directory_.path() + "/published";
  std::filesystem::create_directory(file);  // where a file is to be
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Eventually([&] {
    return warnings().find("nothing newer is published") != std::string::npos;
  }));
  EXPECT_EQ(log_->published_head()->tree.size, 0u);
  std::filesystem::remove(file);
  EXPECT_TRUE(Publishes(1));
}

TEST_F(PublisherTest, ALogWithoutWitnessesForgetsWhatWasPublishedWithThem) {
  Open();
  ASSERT_TRUE(Serves());
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  Close();
  const std::string file = directory_.path() + "/published";
  ASSERT_TRUE(std::filesystem::exists(file));
  log_ = *Log::Open({.data_dir = directory_.path(), .key = TestKey()},
                    *OpenRocksDbStore(directory_.path() + "/db"));
  ASSERT_TRUE(Append("two"));
  const auto forgotten = ForgetPublished(file, *log_);
  ASSERT_TRUE(forgotten) << forgotten.error().message;
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(ForgetPublished(file, *log_)) << "of nothing";
  for (auto* witness : {&w1_, &w2_, &w3_}) witness->SetScript(Always(503, ""));
  log_.reset();
  Open();
  EXPECT_TRUE(log_->published_head()->checkpoint.empty())
      << "rather than what is older than the public has seen";
}

TEST_F(PublisherTest, WhatWasPublishedAndIsNotInTheLogIsKept) {
  TreeHead other{.size = 1, .root = {}};
  other.root[0] = 7;
  const SignerKey key = TestKey();
  const std::string file = directory_.path() + "/published";
  std::ofstream(file) << SignNote(FormatCheckpoint({key.verifier.name, other}),
                                  {&key, 1});
  log_ = *Log::Open({.data_dir = directory_.path(), .key = TestKey()},
                    *OpenRocksDbStore(directory_.path() + "/db"));
  EXPECT_EQ(ForgetPublished(file, *log_).error().code, Code::kConflict);
  ASSERT_TRUE(Append("one"));
  EXPECT_EQ(ForgetPublished(file, *log_).error().code, Code::kConflict);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(PublisherTest, TellsHowEachWitnessIs) {
  Open();
  ASSERT_TRUE(Serves());
  w3_.SetScript(Always(404, "unknown log\n"));
  ASSERT_TRUE(Append("one"));
  ASSERT_TRUE(Publishes(1));
  ASSERT_TRUE(Eventually([&] {
    return !publisher_->Statuses().at(2).trouble.empty() &&
           publisher_->Statuses().at(0).size == 1;
  }));
  const auto statuses = publisher_->Statuses();
  EXPECT_EQ(statuses[0].name, "w1");
  EXPECT_EQ(statuses[0].size, 1u);
  EXPECT_GT(statuses[0].cosigned_at, 0u);
  EXPECT_EQ(statuses[2].trouble,
            "answered 404 (it does not know this log): unknown log");
}

TEST(CheckWitnesses, AQuorumMustBeWithinReach) {
  const auto policy = ParsePolicy(
      "witness w1 witness.example/w1+20324abe+"
      "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X\n"
      "quorum w1\n");
  ASSERT_TRUE(policy) << policy.error().message;
  const auto fit = CheckWitnesses(*policy);
  ASSERT_FALSE(fit);
  EXPECT_NE(fit.error().message.find("fewer than the quorum needs"),
            std::string::npos);
}

}  // namespace
}  // namespace modlog::publisher_test
