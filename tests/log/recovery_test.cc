// What the log does when a write fails, a directory is older than it should be,
// or a file was damaged: the failure table of docs/design.md, row by row.

#include <atomic>
#include <fstream>

#include "log/store/high_water.h"
#include "tests/log/forwarding_store.h"
#include "tests/log/log_fixture.h"

namespace modlog::recovery_test {
namespace {

using Outcome = ItemResult::Outcome;

class RecoveryTest : public LogFixture {
 protected:
  void OpenMemory(CommitFateHook hook = nullptr) {
    log_.reset();
    Open(NewMemoryStore(contents_, std::move(hook)));
  }
  std::string HighWaterPath() const {
    return directory_.path() + "/high-water";
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

// Writes one byte of the first piece, or of the first full tile, of each commit
// other than it was given: memory that flips a bit after the hashing.
class FlippingStore final : public ForwardingStore {
 public:
  FlippingStore(std::unique_ptr<Store> store, bool in_tile)
      : ForwardingStore(std::move(store)), in_tile_(in_tile) {}

  CommitResult Commit(const StoreBatch& batch) override {
    StoreBatch flipped = batch;
    std::string& bytes =
        in_tile_ ? flipped.tiles.at(0).bytes : flipped.pieces.at(0).bytes;
    bytes[7] = static_cast<char>(bytes[7] ^ 1);
    return ForwardingStore::Commit(flipped);
  }

 private:
  const bool in_tile_;
};

// Cannot read tiles any more once told so.
class TilelessStore final : public ForwardingStore {
 public:
  TilelessStore(std::unique_ptr<Store> store, const std::atomic<bool>* broken)
      : ForwardingStore(std::move(store)), broken_(broken) {}

  Result<std::string> ReadTile(TileId id) override {
    if (!*broken_) return ForwardingStore::ReadTile(id);
    return Fail(Code::kCorrupt, "a fault asked for by a test");
  }

 private:
  const std::atomic<bool>* const broken_;
};

class FlippedBitTest : public RecoveryTest,
                       public ::testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(EntryOrTile, FlippedBitTest, ::testing::Bool());

TEST_P(FlippedBitTest, WhatWasRefusedBeforeARestartIsNotSignedAfterIt) {
  // The entries that the public gets would not hash to the signed root, for
  // ever: the check before signing would only put it off to the next start.
  Open(std::make_unique<FlippingStore>(NewMemoryStore(contents_), GetParam()));
  std::vector<std::string> actions;
  for (int i = 0; i < 600; ++i) {
    actions.push_back(Takedown("p" + std::to_string(i)));
  }
  ASSERT_FALSE(AppendGroupOf(actions));
  ASSERT_EQ(log_->state(), LogState::kPoisoned);
  const auto opened = TryOpen(NewMemoryStore(contents_));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
}

TEST_F(RecoveryTest, WhoeverGetsNoProofIsNotToldThatNothingWasAppended) {
  // A platform would believe that an action is not logged which is.
  OpenMemory();
  std::vector<std::string> actions;
  for (int i = 0; i < 257; ++i) {
    actions.push_back(Takedown("p" + std::to_string(i)));
  }
  ASSERT_TRUE(AppendGroupOf(actions));
  std::atomic<bool> broken = false;
  Open(std::make_unique<TilelessStore>(NewMemoryStore(contents_), &broken));
  broken = true;
  const auto answer = AppendGroupOf({actions[0], Takedown("new")});
  ASSERT_FALSE(answer);
  EXPECT_EQ(log_->signed_head()->tree.size, 258u);
  EXPECT_EQ(answer.error().code, Code::kOutcomeUnknown);
  log_.reset();  // before what its store looks at
}

struct FailedCommit {
  CommitOutcome outcome;
  bool persist;
};
class FailedCommitTest : public RecoveryTest,
                         public ::testing::WithParamInterface<FailedCommit> {};

INSTANTIATE_TEST_SUITE_P(
    Fates, FailedCommitTest,
    ::testing::Values(FailedCommit{CommitOutcome::kNotCommitted, false},
                      FailedCommit{CommitOutcome::kUnknown, false},
                      FailedCommit{CommitOutcome::kUnknown, true}));

TEST_P(FailedCommitTest, AcknowledgesNothingAndStopsUntilItIsReopened) {
  // An entry would be promised that a crash takes back (I6, I10).
  OpenMemory([](int commit) -> CommitFate {
    if (commit == 1) return {GetParam().outcome, GetParam().persist};
    return {};
  });
  AppendOne(Takedown("a"));
  const TreeHead signed_before = log_->signed_head()->tree;
  const auto failed = AppendGroupOf({Takedown("b")});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kOutcomeUnknown);
  // Whoever hears of the failure finds the reason with it.
  EXPECT_EQ(log_->state(), LogState::kPoisoned);
  EXPECT_EQ(log_->signed_head()->tree, signed_before);
  // Nothing is accepted any more, and reads go on.
  EXPECT_FALSE(AppendGroupOf({Takedown("c")}));
  EXPECT_TRUE(log_->ReadLeaf(0));
  // Reopened, it knows what became of the write, and a retry is harmless.
  OpenMemory();
  const ItemResult retried = AppendOne(Takedown("b"));
  EXPECT_EQ(retried.index, 1u);
  EXPECT_EQ(retried.outcome,
            GetParam().persist ? Outcome::kDuplicate : Outcome::kLogged);
}

TEST_F(RecoveryTest, AStoreBehindTheHighWaterMarkIsReadButNeverSigned) {
  // A restored backup would sign a second history under the same key (I4).
  OpenMemory();
  AppendOne(Takedown("a"));
  log_.reset();
  Open(NewMemoryStore(NewMemoryContents()));  // the database, older
  EXPECT_EQ(log_->state(), LogState::kRolledBack);
  EXPECT_TRUE(log_->signed_head()->checkpoint.empty());
  const auto refused = AppendGroupOf({Takedown("b")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
}

TEST_F(RecoveryTest, AnotherHistoryOfTheSameLengthIsNotOpened) {
  // A swapped database would be signed as if it were the log's own.
  OpenMemory();
  AppendOne(Takedown("a"));
  log_.reset();
  const auto other = NewMemoryContents();
  {
    ScratchDirectory elsewhere;
    auto log = Log::Open(
        {.data_dir = elsewhere.path(), .key = TestKey(), .clock = &clock_},
        NewMemoryStore(other));
    ASSERT_TRUE(log);
    log_ = *std::move(log);
    AppendOne(Takedown("forged"));
    log_.reset();
  }
  const auto opened = TryOpen(NewMemoryStore(other));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kConflict);
}

TEST_F(RecoveryTest, WithoutItsHighWaterFileALogWithEntriesIsNotOpened) {
  // Deleting one file would make every rollback invisible.
  OpenMemory();
  AppendOne(Takedown("a"));
  log_.reset();
  std::filesystem::remove(HighWaterPath());
  EXPECT_EQ(TryOpen(NewMemoryStore(contents_)).error().code, Code::kCorrupt);
}

TEST_F(RecoveryTest, OneSpoiledHighWaterSlotIsSurvivedAndTwoAreNot) {
  // A torn write at power loss would stop a log for ever, or let it forget.
  OpenMemory();
  AppendOne(Takedown("a"));
  AppendOne(Takedown("b"));
  log_.reset();
  const auto spoil = [&](std::streamoff offset) {
    std::fstream file(HighWaterPath(),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offset);
    file.put('X');
  };
  spoil(0);
  OpenMemory();
  EXPECT_EQ(AppendOne(Takedown("c")).index, 2u);
  log_.reset();
  spoil(0);
  spoil(4096);
  EXPECT_EQ(TryOpen(NewMemoryStore(contents_)).error().code, Code::kCorrupt);
}

TEST_F(RecoveryTest, AnotherOriginDoesNotOpenTheDirectory) {
  // Entries of one log would be signed as another's.
  OpenMemory();
  log_.reset();
  const SignerKey other = *MakeSignerKey(
      "other.example/log", SignatureType::kEd25519, TestKey().key);
  const auto opened =
      Log::Open({.data_dir = directory_.path(), .key = other, .clock = &clock_},
                NewMemoryStore(contents_));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kConflict);
}

TEST_F(RecoveryTest, AnotherKeyOfTheSameOriginDoesNotOpenTheDirectory) {
  // Readers who know the first key would take the second for a forger's.
  OpenMemory();
  log_.reset();
  const SignerKey other =
      *MakeSignerKey(TestKey().verifier.name, SignatureType::kEd25519,
                     Ed25519PrivateKey::Generate());
  const auto opened =
      Log::Open({.data_dir = directory_.path(), .key = other, .clock = &clock_},
                NewMemoryStore(contents_));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kConflict);
  EXPECT_NE(opened.error().message.find("vkey"), std::string::npos);
  OpenMemory();  // with its own it does
}

// A key in a token that a test breaks.
class TokenRecoveryTest : public RecoveryTest {
 protected:
  enum class Token { kWorks, kFails, kLies };

  Result<void> TryOpenWithToken() {
    log_.reset();
    SigningKey key(TestKey().verifier,
                   [this](Bytes message) -> Result<std::string> {
                     if (token_ == Token::kFails) {
                       return Fail(Code::kUnavailable, "the token was pulled");
                     }
                     std::string signature = TestKey().key.Sign(message);
                     if (token_ == Token::kLies) signature[9] ^= 4;
                     return signature;
                   });
    auto log =
        Log::Open({.data_dir = directory_.path(), .key = key, .clock = &clock_},
                  NewMemoryStore(contents_));
    if (!log) return std::unexpected(log.error());
    log_ = *std::move(log);
    return {};
  }

  std::atomic<Token> token_ = Token::kWorks;
};

TEST_F(TokenRecoveryTest, WhatATokenDidNotSignIsSignedByTheNextStart) {
  // I3, I6, I10: a head that was not signed leaves, or a durable entry is lost.
  int n = 0;
  for (const Token broken : {Token::kFails, Token::kLies}) {
    token_ = Token::kWorks;
    ASSERT_TRUE(TryOpenWithToken());
    const uint64_t before = log_->signed_head()->tree.size;
    token_ = broken;
    const std::string action = Takedown("t" + std::to_string(n++));
    const auto answer = AppendGroupOf({action});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kOutcomeUnknown);
    EXPECT_EQ(log_->state(), LogState::kPoisoned);
    EXPECT_EQ(log_->signed_head()->tree.size, before);
    EXPECT_FALSE(AppendGroupOf({Takedown("other")}));
    // A start that cannot sign is none.
    ASSERT_FALSE(TryOpenWithToken());
    token_ = Token::kWorks;
    ASSERT_TRUE(TryOpenWithToken());
    EXPECT_EQ(log_->signed_head()->tree.size, before + 1);
    OpenHead(*log_->signed_head());
    EXPECT_EQ(AppendOne(action).outcome, Outcome::kDuplicate);
  }
}

TEST_F(RecoveryTest, ADamagedPuidIndexIsMadeAgain) {
  // A derived file could decide what the log holds.
  OpenMemory();
  std::vector<std::string> actions;
  for (int i = 0; i < 4'096; ++i) {
    actions.push_back(Takedown("p" + std::to_string(i)));
  }
  ASSERT_TRUE(AppendGroupOf(actions));
  log_.reset();  // writes a run
  bool damaged = false;
  for (const auto& item :
       std::filesystem::directory_iterator(directory_.path() + "/index")) {
    std::fstream file(item.path(),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(1'000);
    file.put('X');
    damaged = true;
  }
  ASSERT_TRUE(damaged);
  OpenMemory();
  const auto again = AppendGroupOf(actions);
  ASSERT_TRUE(again);
  for (const ItemResult& item : again->items) {
    ASSERT_EQ(item.outcome, Outcome::kDuplicate);
  }
}

}  // namespace
}  // namespace modlog::recovery_test
