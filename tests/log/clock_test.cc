// If these fail, a clock that is wrong is written into the log, destroys what
// is to be kept, or closes the log for ever.

#include <gtest/gtest.h>

#include <thread>

#include "log/records/succession.h"
#include "log/rules/action_bytes.h"
#include "log/write/log_time.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"
#include "verifier/base/day.h"

namespace modlog::clock_test {
namespace {

using Outcome = ItemResult::Outcome;
constexpr int64_t kYearMs = 365 * kDayMs;

class ClockTest : public LogFixture {
 protected:
  void TearDown() override { log_.reset(); }
  void Reopen() { LogFixture::Open(NewMemoryStore(contents_)); }

  Error RefusedAppend(const std::string& puid) {
    const auto answer = AppendGroupOf({Takedown(puid)});
    EXPECT_FALSE(answer) << puid;
    return answer ? Error{} : answer.error();
  }
  void ExpectState(LogState state, std::string_view why) {
    EXPECT_EQ(log_->state(), state) << log_->state_reason();
    EXPECT_NE(log_->state_reason().find(why), std::string::npos)
        << log_->state_reason();
  }
  Result<uint64_t> Freeze(const VerifierKey& successor) {
    std::promise<Result<uint64_t>> promise;
    log_->Freeze(successor, [&](Result<uint64_t> index) {
      promise.set_value(std::move(index));
    });
    return promise.get_future().get();
  }
  uint64_t Keep(const RecordWithPayload& record) {
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
    const auto answer = promise.get_future().get();
    EXPECT_TRUE(answer && answer->items[0].outcome == Outcome::kLogged);
    return answer ? answer->items[0].index : 0;
  }
  Result<EraseOutcome> Erase(const EraseOrder& order) {
    std::promise<Result<EraseOutcome>> promise;
    log_->Erase(order, [&](Result<EraseOutcome> outcome) {
      promise.set_value(std::move(outcome));
    });
    return promise.get_future().get();
  }
  size_t PartsOf(uint64_t index) {
    const auto kept = log_->ReadPayload(index);
    EXPECT_TRUE(kept);
    return kept ? kept->parts.size() : 0;
  }
  static VerifierKey Successor() {
    return MakeSignerKey(
               "log.example/next", SignatureType::kEd25519,
               *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 's'))))
        ->verifier;
  }
  // A log with one entry that bears a time twenty years ahead.
  void MakeEntryOfTheFuture() {
    const int64_t now = clock_.wall_ms;
    clock_.wall_ms = now + 20 * kYearMs;
    Reopen();
    ASSERT_TRUE(log_->AcceptClock(false));
    future_ = AppendOne(Takedown("future")).logged_at_ms;
    clock_.wall_ms = now;
    Reopen();
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
  int64_t future_ = 0;
};

// The state said SERVING while every append was refused, for ever.
TEST_F(ClockTest, AJumpIsAStateThatHealsByItself) {
  Reopen();
  const ItemResult first = AppendOne(Takedown("a"));
  clock_.wall_ms += 6'000;
  ExpectState(LogState::kClock, "jumped by 6 s");
  EXPECT_EQ(RefusedAppend("b").code, Code::kClock);
  // What stands is answered: a retry must not wait for a clock.
  EXPECT_EQ(AppendOne(Takedown("a")).outcome, Outcome::kDuplicate);
  EXPECT_EQ(AppendOne(Takedown("a")).logged_at_ms, first.logged_at_ms);
  clock_.Advance(kClockHoldMs);
  ExpectState(LogState::kServing, "");
  EXPECT_EQ(log_->state_reason(), "");
  EXPECT_EQ(AppendOne(Takedown("b")).logged_at_ms, clock_.wall_ms);
}

TEST_F(ClockTest, TheOperatorMayAcceptAJumpAtOnce) {
  Reopen();
  AppendOne(Takedown("a"));
  clock_.wall_ms += 3 * kYearMs;
  ExpectState(LogState::kClock, "likely");
  clock_.Advance(10 * kClockHoldMs);
  ExpectState(LogState::kClock, "likely");
  const auto accepted = log_->AcceptClock(false);
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_EQ(accepted->trouble, "");
  EXPECT_EQ(AppendOne(Takedown("b")).logged_at_ms, clock_.wall_ms);
}

// A client drops for good what it is told breaks a rule; here the clock does.
TEST_F(ClockTest, NoDateIsHeldAgainstAClockThatIsNotBelieved) {
  Reopen();
  AppendOne(Takedown("a"));
  v1::Action action = TakedownMessage("today");
  action.set_application_date(
      static_cast<uint32_t>(clock_.wall_ms.load() / kDayMs));
  clock_.wall_ms -= 10 * kDayMs;
  const auto answer = AppendGroupOf({EncodeAction(action)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kClock);
  clock_.wall_ms += 10 * kDayMs;
  EXPECT_EQ(AppendOne(EncodeAction(action)).outcome, Outcome::kLogged);
}

// One start with a clock far ahead and one append closed the log until then.
TEST_F(ClockTest, AClockFarAheadIsRefusedAtTheStart) {
  const int64_t now = clock_.wall_ms;
  clock_.wall_ms = now + 20 * kYearMs;
  Reopen();
  ExpectState(LogState::kClock, "likely");
  EXPECT_EQ(RefusedAppend("a").code, Code::kClock);
  clock_.wall_ms = now;
  clock_.Advance(1'000);
  EXPECT_EQ(RefusedAppend("a").code, Code::kClock);
  clock_.Advance(kClockHoldMs);
  EXPECT_EQ(AppendOne(Takedown("a")).logged_at_ms, clock_.wall_ms);
}

TEST_F(ClockTest, ALogWithAnEntryOfTheFutureCanEnd) {
  MakeEntryOfTheFuture();
  ExpectState(LogState::kClock, "newest entry");
  EXPECT_EQ(RefusedAppend("a").code, Code::kClock);
  const auto last = Freeze(Successor());
  ASSERT_TRUE(last) << last.error().message;
  EXPECT_EQ(*last, 1u);
  EXPECT_EQ(DecodeEntry(*log_->ReadLeaf(1))->logged_at_ms, future_);
  EXPECT_EQ(log_->state(), LogState::kFrozen);
}

// What waits to be erased needs entries, too.
TEST_F(ClockTest, WhatWaitsIsErasedBeforeSuchALogEnds) {
  Reopen();
  const uint64_t kept = Keep(CommitTo(
      TakedownMessage("kept"), {{kPartContentId, "https://example.org/1"}}));
  ASSERT_TRUE(Erase({.indexes = {kept}, .basis = v1::ERASURE_BASIS_PERSON}));
  MakeEntryOfTheFuture();
  ASSERT_TRUE(Freeze(Successor()));
  EXPECT_EQ(PartsOf(kept), 0u);
}

TEST_F(ClockTest, ALogWithAnEntryOfTheFutureGoesOnIfItIsToldTo) {
  MakeEntryOfTheFuture();
  EXPECT_EQ(log_->AcceptClock(false).error().code, Code::kConflict);
  ExpectState(LogState::kClock, "newest entry");
  const auto accepted = log_->AcceptClock(true);
  ASSERT_TRUE(accepted) << accepted.error().message;
  EXPECT_TRUE(accepted->stays_at_newest);
  EXPECT_EQ(AppendOne(Takedown("a")).logged_at_ms, future_);
  Reopen();  // remembered
  EXPECT_TRUE(log_->clock().stays_at_newest);
  EXPECT_EQ(AppendOne(Takedown("b")).logged_at_ms, future_);
  clock_.Advance(21 * kYearMs);
  EXPECT_EQ(AppendOne(Takedown("c")).logged_at_ms, clock_.wall_ms);
}

// What is to be kept for a year would be destroyed by one wrong start.
TEST_F(ClockTest, NothingIsDestroyedByAClockThatIsNotBelieved) {
  Reopen();
  RecordWithPayload record = CommitTo(
      TakedownMessage("kept"), {{kPartContentId, "https://example.org/1"}});
  record.action.set_payload_until(
      static_cast<uint32_t>(clock_.wall_ms / kDayMs + 200));
  const uint64_t kept = Keep(record);
  const uint64_t other = Keep(CommitTo(
      TakedownMessage("other"), {{kPartContentId, "https://example.org/2"}}));
  const EraseOrder order = {.indexes = {other},
                            .basis = v1::ERASURE_BASIS_PERSON};
  clock_.wall_ms += 3 * kYearMs;
  for (int start = 0; start < 2; ++start) {
    // Each is answered by the thread that would have ended the retention first.
    ASSERT_TRUE(Erase(order));
    ASSERT_TRUE(Erase(order));
    EXPECT_EQ(PartsOf(kept), 1u);
    EXPECT_EQ(PartsOf(other), 1u);
    Reopen();
  }
  // And by a believed one it is, with what was asked for meanwhile.
  clock_.wall_ms -= 3 * kYearMs;
  Reopen();
  while (PartsOf(other) > 0) std::this_thread::yield();
  EXPECT_EQ(PartsOf(kept), 1u);
  clock_.Advance(201 * kDayMs);
  while (PartsOf(kept) > 0) std::this_thread::yield();
}

// A successor's log would be poisoned, or begin with another entry.
TEST_F(ClockTest, ASuccessorsFirstEntryWaitsForTheClock) {
  const Predecessor before{Successor(), {9, HashLeaf(AsBytes("x"))}};
  const auto open = [&](bool at_once, bool right) {
    log_.reset();
    auto log = Log::Open({.data_dir = directory_.path(),
                          .key = TestKey(),
                          .clock = &clock_,
                          .clock_is_right = right,
                          .predecessor = before,
                          .publishing = {.at_once = at_once}},
                         NewMemoryStore(contents_));
    if (!log) return log.error().code;
    log_ = *std::move(log);
    return Code::kNotFound;  // of an error
  };
  const int64_t now = clock_.wall_ms;
  clock_.wall_ms = now + 20 * kYearMs;
  EXPECT_EQ(open(true, false), Code::kClock);
  ASSERT_EQ(open(false, false), Code::kNotFound);
  log_->Confirm();
  while (log_->state_reason().find("first entry waits") == std::string::npos) {
    std::this_thread::yield();
  }
  EXPECT_EQ(log_->state(), LogState::kUnconfirmed);
  clock_.wall_ms = now;
  log_->Confirm();
  clock_.Advance(kClockHoldMs + 1'000);
  while (log_->state() != LogState::kServing) {
    log_->Confirm();
    clock_.Advance(kClockHoldMs + 1'000);
  }
  EXPECT_EQ(AppendOne(Takedown("a")).index, 1u);
}

TEST_F(ClockTest, AStartMayBeToldThatTheClockIsRight) {
  clock_.wall_ms += 20 * kYearMs;
  auto log = Log::Open({.data_dir = directory_.path(),
                        .key = TestKey(),
                        .clock = &clock_,
                        .clock_is_right = true},
                       NewMemoryStore(contents_));
  ASSERT_TRUE(log);
  log_ = *std::move(log);
  EXPECT_EQ(AppendOne(Takedown("a")).logged_at_ms, clock_.wall_ms);
}

}  // namespace
}  // namespace modlog::clock_test
