#include "log/write/log_state.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace modlog::log_state_test {
namespace {

const std::string kHeir = "heir+00000000+AA";

// How a log got where it is.
enum class Past { kServes, kAsks, kConfirmed, kFirstWaits, kServed };

void Bring(Past past, StateOfLog* state) {
  if (past == Past::kServes || past == Past::kAsks) return;
  EXPECT_EQ(state->Confirm(), StateOfLog::Confirmed::kSignRest);
  if (past == Past::kFirstWaits) state->FirstEntryWaits("the clock");
  if (past == Past::kServed) state->Serve();
}

struct Row {
  Past past;
  bool ending = false;
  bool ended = false;
  LogState left = LogState::kServing;  // kServing: it has not left

  // What follows.
  LogState state;
  bool signs;
  std::optional<Code> refuses;
  bool takes_own;
};

constexpr std::nullopt_t kTakes = std::nullopt;

// Every state that can be reached, and what it means for whoever asks.
TEST(LogState, EveryCombinationIsDecided) {
  using S = LogState;
  const std::vector<Row> table = {
      {Past::kServes, false, false, S::kServing, S::kServing, true, kTakes,
       true},
      {Past::kServes, true, false, S::kServing, S::kServing, true,
       Code::kUnavailable, true},
      {Past::kServes, true, true, S::kServing, S::kFrozen, true,
       Code::kConflict, true},
      {Past::kAsks, false, false, S::kServing, S::kUnconfirmed, false,
       Code::kUnavailable, false},
      // The end was read from its last entry, before the witnesses answered.
      {Past::kAsks, false, true, S::kServing, S::kUnconfirmed, false,
       Code::kConflict, false},
      {Past::kConfirmed, false, false, S::kServing, S::kUnconfirmed, true,
       Code::kUnavailable, false},
      {Past::kFirstWaits, false, false, S::kServing, S::kUnconfirmed, true,
       Code::kUnavailable, false},
      {Past::kServed, false, false, S::kServing, S::kServing, true, kTakes,
       true},
      {Past::kServed, true, false, S::kServing, S::kServing, true,
       Code::kUnavailable, true},
      {Past::kServed, true, true, S::kServing, S::kFrozen, true,
       Code::kConflict, true},
  };
  for (const LogState left :
       {S::kServing, S::kRolledBack, S::kPoisoned, S::kStopping}) {
    for (const Row& row : table) {
      StateOfLog state(/*asks_witnesses=*/row.past != Past::kServes);
      Bring(row.past, &state);
      if (row.ending) state.BeginEnd();
      if (row.ended) state.Ended(kHeir);
      const bool has_left = left != S::kServing;
      if (has_left) state.Leave(left, "why");
      SCOPED_TRACE(testing::Message()
                   << "past " << static_cast<int>(row.past) << " ending "
                   << row.ending << " ended " << row.ended << " left "
                   << LogStateName(left));
      EXPECT_EQ(state.state(), has_left ? left : row.state);
      // I4: nothing new once it is known to be behind, or broken.
      EXPECT_EQ(state.MaySign(),
                row.signs && left != S::kRolledBack && left != S::kPoisoned);
      const auto takes = state.CheckTakes();
      const auto refused = takes ? std::optional<Code>() : takes.error().code;
      EXPECT_EQ(refused,
                has_left && !row.ended ? Code::kUnavailable : row.refuses);
      EXPECT_EQ(state.CheckTakesOwn().has_value(), row.takes_own && !has_left);
      EXPECT_EQ(state.HasEnded(), row.ended);
    }
  }
}

TEST(LogState, TheFirstReasonToLeaveCounts) {
  StateOfLog state(/*asks_witnesses=*/false);
  state.Leave(LogState::kPoisoned, "first");
  state.Leave(LogState::kStopping, "second");
  state.Serve();
  EXPECT_EQ(state.state(), LogState::kPoisoned);
  EXPECT_EQ(state.reason(), "first");
  EXPECT_EQ(state.Confirm(), StateOfLog::Confirmed::kNothing);
}

TEST(LogState, AFirstEntryThatWaitsIsTriedAgainOnce) {
  StateOfLog state(/*asks_witnesses=*/true);
  EXPECT_EQ(state.Confirm(), StateOfLog::Confirmed::kSignRest);
  EXPECT_EQ(state.Confirm(), StateOfLog::Confirmed::kNothing);
  state.FirstEntryWaits("the clock");
  EXPECT_EQ(state.reason(), "the first entry waits: the clock");
  EXPECT_EQ(state.Confirm(), StateOfLog::Confirmed::kFirstEntry);
  EXPECT_EQ(state.Confirm(), StateOfLog::Confirmed::kNothing);
  state.Serve();
  EXPECT_EQ(state.state(), LogState::kServing);
  EXPECT_EQ(state.reason(), "");
}

TEST(LogState, AnEndThatIsCalledOffLeavesTheLogAsItWas) {
  StateOfLog state(/*asks_witnesses=*/false);
  state.BeginEnd();
  EXPECT_TRUE(*state.CheckTakesOwn()) << "its own entries know that it ends";
  state.CancelEnd();
  EXPECT_TRUE(state.CheckTakes());
  EXPECT_FALSE(*state.CheckTakesOwn());
}

TEST(LogState, ALogEndsForOneSuccessor) {
  StateOfLog state(/*asks_witnesses=*/false);
  EXPECT_FALSE(*state.HasEndedFor(kHeir));
  state.Ended(kHeir);
  EXPECT_TRUE(*state.HasEndedFor(kHeir));
  EXPECT_EQ(state.HasEndedFor("other").error().code, Code::kConflict);
  EXPECT_EQ(state.reason(),
            "this log has ended for ever; it is succeeded by " + kHeir);
}

}  // namespace
}  // namespace modlog::log_state_test
