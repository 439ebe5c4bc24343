#include "log/log.h"

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"
#include "verifier/core/bundle.h"

namespace modlog::log_test {
namespace {

using Outcome = ItemResult::Outcome;

// Both stores, side by side: what holds of one must hold of the other.
enum class StoreKind { kMemory, kRocksDb };

class LogTest : public LogFixture,
                public ::testing::WithParamInterface<StoreKind> {
 protected:
  void SetUp() override { Reopen(); }

  std::unique_ptr<Store> NewStore() {
    if (GetParam() == StoreKind::kMemory) return NewMemoryStore(contents_);
    auto store = OpenRocksDbStore(directory_.path() + "/db");
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  void Reopen() {
    log_.reset();  // frees the database's lock
    Open(NewStore());
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

INSTANTIATE_TEST_SUITE_P(Stores, LogTest,
                         ::testing::Values(StoreKind::kMemory,
                                           StoreKind::kRocksDb),
                         [](const auto& store) {
                           return store.param == StoreKind::kMemory ? "memory"
                                                                    : "rocksdb";
                         });

TEST_P(LogTest, AnEmptyLogHasASignedCheckpointOfSizeZero) {
  // A verifier could not tell a new log from one that hides its first entries.
  const Checkpoint checkpoint = OpenHead(*log_->signed_head());
  EXPECT_EQ(checkpoint.tree.size, 0u);
  EXPECT_EQ(checkpoint.tree.root, HashEmpty());
  EXPECT_EQ(log_->ReadLeaf(0).error().code, Code::kOutOfRange);
}

TEST_P(LogTest, EveryAnswerProvesItsEntryAtEverySize) {
  // A platform would hold a receipt that convinces nobody.
  constexpr int kEntries = kTileWidth == 4 ? 300 : 600;
  for (int i = 0; i < kEntries; ++i) {
    const ItemResult item = AppendOne(Takedown("p" + std::to_string(i)));
    ASSERT_EQ(item.outcome, Outcome::kLogged);
    ASSERT_EQ(item.index, static_cast<uint64_t>(i));  // I2
  }
}

TEST_P(LogTest, ARetryGetsTheFirstAnswerAndMakesNoSecondEntry) {
  // A lost answer would double a takedown in the public count (I10).
  const ItemResult first = AppendOne(Takedown("a"));
  clock_.Advance(60'000);
  AppendOne(Takedown("b"));
  const ItemResult again = AppendOne(Takedown("a"));
  EXPECT_EQ(again.outcome, Outcome::kDuplicate);
  EXPECT_EQ(again.index, first.index);
  EXPECT_EQ(again.logged_at_ms, first.logged_at_ms);
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
}

TEST_P(LogTest, ARetryAfterARestartIsStillKnown) {
  // A restart of the log would let every retry in again.
  const ItemResult first = AppendOne(Takedown("a"));
  for (int i = 0; i < 20; ++i) AppendOne(Takedown("p" + std::to_string(i)));
  Reopen();
  const ItemResult again = AppendOne(Takedown("a"));
  EXPECT_EQ(again.outcome, Outcome::kDuplicate);
  EXPECT_EQ(again.index, first.index);
}

TEST_P(LogTest, OtherBytesUnderAKnownPuidAreNamedAConflict) {
  // A platform could replace a decision under the name of an older one.
  const ItemResult first = AppendOne(Takedown("a"));
  v1::Action other = TakedownMessage("a");
  other.set_affected(2);
  const auto answer = AppendGroupOf({EncodeAction(other)});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kConflict);
  EXPECT_EQ(answer->items[0].index, first.index);
  EXPECT_EQ(answer->items[0].leaf_hash, first.leaf_hash);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

TEST_P(LogTest, TheSamePuidOfAnotherPlatformIsAnotherSubmission) {
  // One platform could block another's names.
  AppendOne(Takedown("a"));
  const auto answer =
      AppendGroupOf({Takedown("a")}, Atomicity::kPerItem, "other");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kLogged);
}

TEST_P(LogTest, TwiceInOneGroupTheFirstWinsAndTheOtherGetsItsResult) {
  // A batch with a repeated line would be logged twice or refused whole.
  v1::Action other = TakedownMessage("a");
  other.set_affected(2);
  const std::vector<std::string> actions = {Takedown("a"), Takedown("a"),
                                            EncodeAction(other), Takedown("b")};
  const auto answer = AppendGroupOf(actions);
  ASSERT_TRUE(answer);
  CheckAnswer(actions, *answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kDuplicate);
  EXPECT_EQ(answer->items[1].index, answer->items[0].index);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kConflict);
  EXPECT_EQ(answer->items[2].leaf_hash, answer->items[0].leaf_hash);
  EXPECT_EQ(answer->items[3].index, 1u);
}

TEST_P(LogTest, AllOrNothingLeavesNothingOfAFailedGroup) {
  // Half a batch would stand in the log for ever.
  AppendOne(Takedown("a"));
  const std::vector<std::string> bad = {Takedown("x"), Appeal("y", {"x"}),
                                        Appeal("z", {"nobody"})};
  auto answer = AppendGroupOf(bad, Atomicity::kAllOrNothing);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kNotTried);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kNotTried);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[2].violations[0].field, "about[0]");
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  // The names it used are free again.
  answer = AppendGroupOf({Takedown("x"), Appeal("y", {"x"}), Takedown("a")},
                         Atomicity::kAllOrNothing);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kDuplicate);
}

TEST_P(LogTest, AGroupThatContradictsItselfIsNotToldOfAnEntryThatIsNotThere) {
  // Entry 0, which is another's, would be named as what stands under the puid.
  AppendOne(Takedown("a"));
  v1::Action other = TakedownMessage("x");
  other.set_affected(2);
  const auto answer = AppendGroupOf({Takedown("x"), EncodeAction(other)},
                                    Atomicity::kAllOrNothing);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kNotTried);
  ASSERT_EQ(answer->items[1].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[1].violations.at(0).field, "puid");
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

TEST_P(LogTest, AReferenceMustNameAnEarlierEntry) {
  // A reversal could speak of a takedown that nobody logged.
  const auto answer = AppendGroupOf(
      {Appeal("early", {"late"}), Takedown("late"), Appeal("then", {"late"})});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kLogged);
  EXPECT_EQ(answer->items[2].outcome, Outcome::kLogged);
}

TEST_P(LogTest, EntriesSurviveARestartByteForByte) {
  // What was hashed would not be what is served (I1, I5).
  std::vector<std::string> actions;
  for (int i = 0; i < 700; ++i) {
    actions.push_back(Takedown("p" + std::to_string(i)));
  }
  ASSERT_TRUE(AppendGroupOf({actions.begin(), actions.begin() + 300}));
  ASSERT_TRUE(AppendGroupOf({actions.begin() + 300, actions.end()}));
  const TreeHead before = log_->signed_head()->tree;
  Reopen();
  EXPECT_EQ(log_->signed_head()->tree, before);
  for (uint64_t i = 0; i < actions.size(); ++i) {
    const auto leaf = log_->ReadLeaf(i);
    ASSERT_TRUE(leaf) << leaf.error().message;
    EXPECT_EQ(DecodeEntry(*leaf)->action, actions[i]);
  }
  AppendOne(Takedown("after"));
}

TEST_P(LogTest, TilesAndBundlesOfEverySmallerSizeStayServed) {
  // An auditor with an older checkpoint would be turned away.
  std::vector<Hash> hashes;
  for (int i = 0; i < 300; ++i) {
    hashes.push_back(AppendOne(Takedown("p" + std::to_string(i))).leaf_hash);
  }
  for (uint32_t width = 1; width <= kTileWidth; ++width) {
    const auto tile = log_->ReadTile({0, 0}, width);
    ASSERT_TRUE(tile) << tile.error().message;
    const auto bundle = log_->ReadBundle(0, width);
    ASSERT_TRUE(bundle) << bundle.error().message;
    const auto entries = ParseBundle(AsBytes(*bundle), width);
    ASSERT_TRUE(entries) << entries.error().message;
    for (uint32_t i = 0; i < width; ++i) {
      EXPECT_EQ(HashLeaf((*entries)[i]), hashes[i]);
      EXPECT_EQ(tile->substr(i * kHashSize, kHashSize), AsText(hashes[i]));
    }
  }
  const uint64_t last = 299 / kTileWidth;
  const uint32_t last_width = TileWidth({0, last}, 300);
  EXPECT_TRUE(log_->ReadBundle(last, last_width));
  EXPECT_EQ(log_->ReadTile({0, last + 1}, 1).error().code, Code::kOutOfRange);
  if (last_width < kTileWidth) {
    EXPECT_EQ(log_->ReadTile({0, last}, last_width + 1).error().code,
              Code::kOutOfRange);
    EXPECT_EQ(log_->ReadBundle(last, last_width + 1).error().code,
              Code::kOutOfRange);
  }
}

TEST_P(LogTest, EveryOldHeadIsProvedConsistentWithEveryNewOne) {
  // A log could rewrite history between two of its own checkpoints (I4).
  std::vector<TreeHead> heads;
  for (int i = 0; i < 70; ++i) {
    AppendOne(Takedown("p" + std::to_string(i)));
    heads.push_back(log_->signed_head()->tree);
  }
  for (const TreeHead& older : heads) {
    for (const TreeHead& newer : heads) {
      if (older.size > newer.size) continue;
      const auto proof = log_->ProveConsistency(older.size, newer.size);
      ASSERT_TRUE(proof);
      EXPECT_TRUE(CheckConsistency(older, newer, *proof));
    }
  }
  EXPECT_EQ(log_->ProveConsistency(1, 71).error().code, Code::kOutOfRange);
}

TEST_P(LogTest, LoggedAtNeverDecreases) {
  // An entry could be dated before one that stands earlier in the log.
  const ItemResult first = AppendOne(Takedown("a"));
  clock_.wall_ms -= 3'000;  // less than a jump, more than nothing
  const ItemResult second = AppendOne(Takedown("b"));
  EXPECT_EQ(second.logged_at_ms, first.logged_at_ms);
}

TEST_P(LogTest, AClockThatJumpedIsNotWrittenDown) {
  // One trip to 2099 would stand in the log for ever.
  AppendOne(Takedown("a"));
  clock_.wall_ms += 10'000;
  const auto answer = AppendGroupOf({Takedown("b")});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kClock);
  clock_.wall_ms -= 10'000;
  EXPECT_EQ(AppendOne(Takedown("b")).outcome, Outcome::kLogged);
}

TEST_P(LogTest, AGroupOutsideItsLimitsIsRefusedWhole) {
  // A caller could make the log hold what it has no bound for (I8).
  EXPECT_EQ(AppendGroupOf({}).error().code, Code::kTooLarge);
  const std::vector<std::string> many(kGroupItemsMax + 1, Takedown("a"));
  EXPECT_EQ(AppendGroupOf(many).error().code, Code::kTooLarge);
  EXPECT_EQ(AppendGroupOf({Takedown("a")}, Atomicity::kPerItem, "Not A Name")
                .error()
                .code,
            Code::kMalformed);
}

}  // namespace
}  // namespace modlog::log_test
