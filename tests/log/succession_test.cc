// If these fail, a log goes on after it has ended, ends twice, loses what it
// acknowledged while it ended, or its successor begins with something else.

#include "log/records/succession.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"
#include "verifier/core/bundle.h"

namespace modlog::succession_test {
namespace {

using Outcome = ItemResult::Outcome;

VerifierKey KeyNamed(const std::string& name, char seed = 's') {
  return MakeSignerKey(
             name, SignatureType::kEd25519,
             *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, seed))))
      ->verifier;
}

class SuccessionTest : public LogFixture {
 protected:
  void Open() { LogFixture::Open(NewMemoryStore(contents_)); }
  // With a predecessor, and perhaps with witnesses that were not asked yet.
  void OpenHeldBack() { ASSERT_TRUE(OpenAfter(std::nullopt, false)); }
  Result<void> OpenAfter(const std::optional<Predecessor>& predecessor,
                         bool at_once = true) {
    log_.reset();
    auto log = Log::Open({.data_dir = directory_.path(),
                          .key = TestKey(),
                          .clock = &clock_,
                          .predecessor = predecessor,
                          .publishing = {.at_once = at_once}},
                         NewMemoryStore(contents_));
    if (!log) return std::unexpected(log.error());
    log_ = *std::move(log);
    return {};
  }

  Result<uint64_t> Freeze(const VerifierKey& successor) {
    std::promise<Result<uint64_t>> promise;
    log_->Freeze(successor, [&](Result<uint64_t> index) {
      promise.set_value(std::move(index));
    });
    return promise.get_future().get();
  }
  v1::Succession SuccessionAt(uint64_t index) {
    const auto leaf = log_->ReadLeaf(index);
    EXPECT_TRUE(leaf);
    v1::Action action;
    if (leaf) action.ParseFromString(std::string(DecodeEntry(*leaf)->action));
    return action.succession();
  }
  void ExpectEnded() {
    EXPECT_EQ(log_->state(), LogState::kFrozen);
    EXPECT_NE(log_->state_reason().find(FormatVerifierKey(next_)),
              std::string::npos);
    const auto answer = AppendGroupOf({Takedown("late")});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kConflict);
    EXPECT_NE(answer.error().message.find(FormatVerifierKey(next_)),
              std::string::npos);
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
  const VerifierKey next_ = KeyNamed("log.example/next");
};

TEST_F(SuccessionTest, ALogThatHasEndedSaysSoInItsLastEntryForEver) {
  Open();
  AppendOne(Takedown("one"));
  const auto last = Freeze(next_);
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(*last, 1u);
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
  EXPECT_EQ(SuccessionAt(1).op(), v1::SUCCESSION_OP_SUCCEEDED_BY);
  EXPECT_EQ(SuccessionAt(1).log(), FormatVerifierKey(next_));
  ExpectEnded();
  for (int start = 0; start < 2; ++start) {
    Open();
    ExpectEnded();
    EXPECT_EQ(log_->signed_head()->tree.size, 2u);
    EXPECT_TRUE(log_->ReadLeaf(0));
    OpenHead(*log_->published_head());
  }
}

TEST_F(SuccessionTest, ARetryIsTheSameEndAndAnotherSuccessorIsRefused) {
  Open();
  ASSERT_EQ(*Freeze(next_), 0u);
  EXPECT_EQ(*Freeze(next_), 0u);
  EXPECT_EQ(Freeze(KeyNamed("log.example/other")).error().code,
            Code::kConflict);
  Open();
  EXPECT_EQ(*Freeze(next_), 0u);
  EXPECT_EQ(Freeze(KeyNamed("log.example/next", 't')).error().code,
            Code::kConflict);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
}

TEST_F(SuccessionTest, ALogIsNotSucceededByItsOwnOriginOrAWitness) {
  Open();
  EXPECT_EQ(Freeze(KeyNamed(TestKey().verifier.name)).error().code,
            Code::kMalformed);
  EXPECT_EQ(Freeze(*MakeVerifierKey("w", SignatureType::kEd25519Cosignature,
                                    next_.key))
                .error()
                .code,
            Code::kMalformed);
  EXPECT_EQ(AppendOne(Takedown("goes-on")).outcome, Outcome::kLogged);
}

TEST_F(SuccessionTest, NobodySubmitsTheEntryByHand) {
  Open();
  const auto answer = AppendGroupOf({MakeSucceededBy(next_)});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->items[0].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[0].violations[0].field, "kind");
  EXPECT_EQ(log_->state(), LogState::kServing);
}

// I10: what was acknowledged stands before the last entry; the rest is nowhere.
TEST_F(SuccessionTest, AFloodWhileTheLogEndsLosesNothingAndComesNotAfter) {
  Open();
  std::atomic<uint64_t> logged = 0;
  std::atomic<bool> go = true;
  std::vector<std::thread> platforms;
  for (int p = 0; p < 4; ++p) {
    platforms.emplace_back([&, p] {
      for (int i = 0; go; ++i) {
        const auto answer =
            AppendGroupOf({Takedown("f" + std::to_string(i))},
                          Atomicity::kPerItem, "p" + std::to_string(p));
        if (answer && answer->items[0].outcome == Outcome::kLogged) ++logged;
        if (!answer && answer.error().code == Code::kConflict) return;
      }
    });
  }
  while (logged < 100) std::this_thread::yield();
  const auto last = Freeze(next_);
  ASSERT_TRUE(last) << last.error().message;
  go = false;
  for (std::thread& platform : platforms) platform.join();
  EXPECT_EQ(*last, logged.load());
  EXPECT_EQ(log_->signed_head()->tree.size, logged + 1);
  EXPECT_EQ(SuccessionAt(*last).log(), FormatVerifierKey(next_));
  ExpectEnded();
}

TEST_F(SuccessionTest, WhatWaitsToBeErasedIsErasedBeforeTheEnd) {
  Open();
  const RecordWithPayload record = CommitTo(
      TakedownMessage("erased"), {{kPartContentId, "https://example.org/1"}});
  AppendGroup group;
  group.platform = "example";
  const std::string action = record.ActionBytes();
  const std::string payload = record.PayloadBytes();
  group.actions = {action};
  group.payloads = {payload};
  std::promise<Result<AppendAnswer>> promise;
  log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
    promise.set_value(std::move(answer));
  });
  ASSERT_TRUE(promise.get_future().get());
  const EraseOrder order{.indexes = {0}, .basis = v1::ERASURE_BASIS_PERSON};
  const auto erase = [&] {
    std::promise<Result<EraseOutcome>> done;
    log_->Erase(order, [&](Result<EraseOutcome> outcome) {
      done.set_value(std::move(outcome));
    });
    return done.get_future().get();
  };
  ASSERT_TRUE(erase());  // accepted, for the day's run
  ASSERT_EQ(log_->ReadPayload(0)->parts.size(), 1u);
  EXPECT_EQ(*Freeze(next_), 2u);  // behind the PAYLOAD_ERASED entry
  EXPECT_TRUE(log_->ReadPayload(0)->parts.empty());
  EXPECT_EQ(erase().error().code, Code::kConflict);
  std::promise<Result<uint64_t>> redacted;
  log_->Redact({.index = 0, .basis = v1::ERASURE_BASIS_PERSON},
               [&](Result<uint64_t> by) { redacted.set_value(std::move(by)); });
  EXPECT_EQ(redacted.get_future().get().error().code, Code::kConflict);
}

TEST_F(SuccessionTest, AnEndThatCannotBeWrittenIsNone) {
  Open();
  AppendOne(Takedown("one"));
  clock_.wall_ms += 3'600'000;  // a clock out of step: appends are refused
  ASSERT_FALSE(Freeze(next_));
  EXPECT_EQ(log_->state(), LogState::kClock);
  clock_.wall_ms -= 3'600'000;
  EXPECT_EQ(log_->state(), LogState::kServing);
  EXPECT_EQ(AppendOne(Takedown("two")).outcome, Outcome::kLogged);
  EXPECT_EQ(*Freeze(next_), 2u);
}

// ---- the successor

Predecessor Before() {
  return {KeyNamed("log.example/before", 'b'), {9, HashLeaf(AsBytes("x"))}};
}

TEST_F(SuccessionTest, ASuccessorBeginsWithItsPredecessor) {
  ASSERT_TRUE(OpenAfter(Before()));
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  const v1::Succession first = SuccessionAt(0);
  EXPECT_EQ(first.op(), v1::SUCCESSION_OP_SUCCEEDS);
  EXPECT_EQ(first.log(), FormatVerifierKey(Before().key));
  EXPECT_EQ(first.size(), 9u);
  EXPECT_EQ(first.root(), AsText(Before().head.root));
  EXPECT_EQ(AppendOne(Takedown("one")).index, 1u);
  // Again, and without being told.
  ASSERT_TRUE(OpenAfter(Before()));
  Open();
  EXPECT_EQ(AppendOne(Takedown("one")).outcome, Outcome::kDuplicate);
  // And ends in its turn.
  EXPECT_EQ(*Freeze(next_), 2u);
  ExpectEnded();
}

TEST_F(SuccessionTest, ALogThatBeganOtherwiseIsNoSuccessor) {
  Open();
  AppendOne(Takedown("one"));
  EXPECT_EQ(OpenAfter(Before()).error().code, Code::kConflict);
  contents_ = NewMemoryContents();
  std::filesystem::remove_all(directory_.path());
  std::filesystem::create_directory(directory_.path());
  ASSERT_TRUE(OpenAfter(Before()));
  Predecessor other = Before();
  other.head.size = 10;
  EXPECT_EQ(OpenAfter(other).error().code, Code::kConflict);
  EXPECT_TRUE(OpenAfter(Before()));
}

// A crash between the last entry's commit and its signature.
TEST_F(SuccessionTest, WithWitnessesAnEndThatWasNotSignedIsSaidOnceItIs) {
  Open();
  AppendOne(Takedown("one"));
  const std::string mark = directory_.path() + "/high-water";
  const std::string before = directory_.path() + "/before";
  std::filesystem::copy_file(mark, before);
  ASSERT_EQ(*Freeze(next_), 1u);
  log_.reset();
  std::filesystem::rename(before, mark);
  OpenHeldBack();
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  EXPECT_EQ(Freeze(next_).error().code, Code::kUnavailable);
  log_->Confirm();
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
  ExpectEnded();
  EXPECT_EQ(*Freeze(next_), 1u);
}

TEST_F(SuccessionTest, WithWitnessesTheFirstEntryWaitsForThem) {
  // I4: an empty directory may be one whose log was lost.
  ASSERT_TRUE(OpenAfter(Before(), /*at_once=*/false));
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  EXPECT_EQ(log_->signed_head()->tree.size, 0u);
  log_->Confirm();
  log_->Confirm();
  while (log_->state() == LogState::kUnconfirmed) std::this_thread::yield();
  EXPECT_EQ(log_->state(), LogState::kServing);
  EXPECT_EQ(AppendOne(Takedown("one")).index, 1u);
  EXPECT_EQ(SuccessionAt(0).size(), 9u);
}

}  // namespace
}  // namespace modlog::succession_test
