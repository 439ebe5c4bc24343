// If this failed, a clock that was wrong once would be written into a log for
// ever, or one that was set right would stop it for ever.

#include "log/write/log_time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "tests/log/log_fixture.h"

namespace modlog::log_time_test {
namespace {

constexpr int64_t kSecond = 1'000;
constexpr int64_t kDay = 86'400 * kSecond;
constexpr int64_t kYear = 365 * kDay;

class LogTimeTest : public ::testing::Test {
 protected:
  void Start(LogTimeOptions options = {}) {
    options.clock = &clock_;
    time_ = std::make_unique<LogTime>(options);
  }
  // A log with an entry of now, running.
  void StartInStep() {
    Start({.newest_ms = clock_.wall_ms});
    ASSERT_TRUE(time_->Now());
  }
  // Time passes, and somebody looks at the clock each second.
  void Pass(int64_t seconds) {
    for (int64_t i = 0; i < seconds; ++i) {
      clock_.Advance(kSecond);
      time_->Report();
    }
  }
  std::string Trouble() { return time_->Report().trouble; }
  int64_t Wall() const { return clock_.wall_ms; }

  FakeClock clock_;
  std::unique_ptr<LogTime> time_;
};

// The clock is set right by 6 s, never back: appends were refused for ever.
TEST_F(LogTimeTest, AClockThatWasSetRightIsBelievedOnceItHasHeld) {
  for (const int64_t step : {6, 3'600, 86'400, -6, -3'600}) {
    Start({.newest_ms = clock_.wall_ms - 2 * kDay});
    clock_.wall_ms += step * kSecond;
    EXPECT_EQ(time_->Next().error().code, Code::kClock) << step;
    const ClockReport report = time_->Report();
    EXPECT_NE(report.trouble.find("jumped by " + std::to_string(step) + " s"),
              std::string::npos)
        << report.trouble;
    EXPECT_EQ(report.goes_on_at_ms, Wall() + kClockHoldMs);
    Pass(59);
    EXPECT_FALSE(time_->Next()) << step;
    Pass(1);
    const auto next = time_->Next();
    ASSERT_TRUE(next) << next.error().message;
    EXPECT_EQ(*next, Wall());
    EXPECT_TRUE(time_->Report().trouble.empty());
  }
}

// Two looks are enough: a quiet log has few.
TEST_F(LogTimeTest, NobodyHasToLookEachSecond) {
  StartInStep();
  clock_.wall_ms += 6 * kSecond;
  EXPECT_FALSE(time_->Next());
  clock_.Advance(kClockHoldMs);
  EXPECT_TRUE(time_->Next());
}

// A glitch would be written down for ever.
TEST_F(LogTimeTest, AClockThatDoesNotHoldIsNotBelieved) {
  StartInStep();
  for (int i = 0; i < 10; ++i) {
    clock_.wall_ms += (i % 2 == 0 ? 6 : 9) * kSecond;
    Pass(40);
    EXPECT_FALSE(time_->Next()) << i;
  }
  clock_.wall_ms -= 75 * kSecond;
  Pass(60);
  StartInStep();
  clock_.wall_ms += 6 * kSecond;
  EXPECT_FALSE(time_->Next());
  clock_.wall_ms -= 6 * kSecond;  // back where it was: at once
  EXPECT_TRUE(time_->Next());
}

// Steps that are no jump alone added up to one in a log that is seldom asked.
TEST_F(LogTimeTest, SmallStepsOfAQuietLogAreFollowed) {
  StartInStep();
  for (int i = 0; i < 50; ++i) {
    clock_.wall_ms += (i < 25 ? 2 : -2) * kSecond;
    EXPECT_TRUE(time_->Next()) << i << ": " << Trouble();
    clock_.Advance(30 * kSecond);
  }
  // The fastest that chrony slews by itself: 83 ms a second, for an hour.
  for (int i = 0; i < 3'600; ++i) {
    Pass(1);
    clock_.wall_ms += 83;
    ASSERT_TRUE(time_->Next()) << i << ": " << Trouble();
  }
}

// All entries of a day on which the clock ran a second late, or a leap second,
// would be refused; and no time may go backwards.
TEST_F(LogTimeTest, TimeNeverDecreases) {
  StartInStep();
  const int64_t first = *time_->Next();
  time_->Wrote(first);
  clock_.wall_ms -= 3 * kSecond;
  EXPECT_EQ(*time_->Now(), first);
  EXPECT_EQ(*time_->Next(), first);
  Pass(4);
  EXPECT_GT(*time_->Next(), first);
}

// One start with a clock far ahead and one append closed a log until that year.
TEST_F(LogTimeTest, AClockFarAheadIsRefusedAtTheStart) {
  const int64_t now = clock_.wall_ms;
  const auto refused = [&](int64_t newest, int64_t known, int64_t wall) {
    clock_.wall_ms = wall;
    Start({.newest_ms = newest, .known_past_ms = known});
    Pass(300);
    const auto next = time_->Next();
    return !next && next.error().code == Code::kClock;
  };
  EXPECT_TRUE(refused(0, 0, now + 20 * kYear));
  EXPECT_TRUE(refused(0, 0, kReleasedMs + kNewLogAheadMaxMs + kDay));
  EXPECT_FALSE(refused(0, 0, kReleasedMs + kNewLogAheadMaxMs - kDay));
  // Years later, by a program that came to the machine then.
  const int64_t later = kReleasedMs + 9 * kYear;
  EXPECT_TRUE(refused(0, 0, later));
  EXPECT_FALSE(refused(0, later - kDay, later));
  EXPECT_TRUE(refused(0, later - kDay, later + 11 * kYear));
  // Where there are entries, these say more.
  const int64_t newest = kReleasedMs + kYear;
  EXPECT_FALSE(refused(newest, 0, newest + kClockAheadMaxMs - kDay));
  EXPECT_TRUE(refused(newest, 0, newest + kClockAheadMaxMs + kDay));
  EXPECT_TRUE(refused(newest, 0, kClockFloorMs - kDay));
  for (const int64_t wall :
       {int64_t{0}, int64_t{-5} * kYear, 500 * kYear, 9'000 * kYear}) {
    EXPECT_TRUE(refused(0, 0, wall)) << wall;
    EXPECT_FALSE(Trouble().empty());
  }
}

// A machine without a battery starts in 1970, and its time service sets it.
TEST_F(LogTimeTest, AClockThatIsSetRightAfterABadStartIsBelieved) {
  for (const int64_t at_start : {int64_t{0}, kReleasedMs + 20 * kYear}) {
    clock_.wall_ms = at_start;
    Start({.newest_ms = kReleasedMs});
    EXPECT_FALSE(time_->Next());
    clock_.wall_ms = kReleasedMs + kDay;
    Pass(59);
    EXPECT_FALSE(time_->Next());
    Pass(2);
    EXPECT_TRUE(time_->Next()) << Trouble();
  }
}

// An idle log that starts again after a year must find a way on by itself.
TEST_F(LogTimeTest, WitnessesOrATimeServiceMakeALateTimeLikely) {
  const int64_t newest = clock_.wall_ms;
  clock_.wall_ms = kReleasedMs + 3 * kYear;
  Start({.newest_ms = newest});
  EXPECT_FALSE(time_->Next());
  time_->Learn(Wall() - 3 * kDay);
  Pass(61);
  EXPECT_TRUE(time_->Next()) << Trouble();

  clock_.synchronized = true;
  Start({.newest_ms = newest});
  EXPECT_TRUE(time_->Next()) << Trouble();
  clock_.synchronized = false;

  Start({.newest_ms = newest, .clock_is_right = true});
  EXPECT_TRUE(time_->Next()) << Trouble();
}

// Of a new log they say more than the day of the release does.
TEST_F(LogTimeTest, WitnessesBoundTheClockOfANewLog) {
  clock_.wall_ms = kReleasedMs + 200 * kDay;
  Start();
  time_->Learn(-1);  // what no clock can say says nothing
  time_->Learn(9'000'000 * kYear);
  EXPECT_TRUE(time_->Next()) << Trouble();
  time_->Learn(kReleasedMs + kDay);
  Pass(100);
  EXPECT_FALSE(time_->Next());
  EXPECT_EQ(time_->Accept(false), 0);
  time_->Learn(kReleasedMs + 2 * kDay);
  EXPECT_TRUE(time_->Next()) << Trouble();
}

// A jump of twenty years must not be believed because it lasts.
TEST_F(LogTimeTest, AJumpFarAheadIsNotBelievedByItself) {
  StartInStep();
  clock_.wall_ms += 20 * kYear;
  Pass(3'600);
  EXPECT_FALSE(time_->Next());
  EXPECT_EQ(time_->Report().goes_on_at_ms, 0);
  clock_.wall_ms -= 20 * kYear;
  EXPECT_TRUE(time_->Next()) << Trouble();
}

// A log that runs for months without an entry is no reason to doubt its clock,
// and what it counted itself is known to have passed.
TEST_F(LogTimeTest, AnIdleLogKeepsItsTime) {
  StartInStep();
  for (int day = 0; day < 400; ++day) {
    clock_.Advance(kDay);
    ASSERT_TRUE(time_->Now()) << day << ": " << Trouble();
  }
  clock_.wall_ms += 10 * kDay;
  Pass(61);
  EXPECT_TRUE(time_->Next()) << Trouble();
}

TEST_F(LogTimeTest, TheOperatorsWordIsTaken) {
  StartInStep();
  clock_.wall_ms += 20 * kYear;
  EXPECT_FALSE(time_->Next());
  EXPECT_EQ(time_->Accept(false), 0);
  EXPECT_EQ(*time_->Next(), Wall());
  clock_.wall_ms = 0;  // but for what nobody can mean
  EXPECT_EQ(time_->Accept(true).error().code, Code::kClock);
  EXPECT_FALSE(time_->Next());
}

// For a log with an entry of the future there has to be a way on.
TEST_F(LogTimeTest, AnEntryOfTheFutureHasAWayOn) {
  const int64_t newest = clock_.wall_ms + 20 * kYear;
  Start({.newest_ms = newest});
  Pass(100);
  ASSERT_FALSE(time_->Next());
  EXPECT_EQ(time_->Report().goes_on_at_ms, newest - kClockBehindMaxMs);
  EXPECT_EQ(time_->NextAnyhow(), newest);  // to end the log
  // Never without being told so in so many words.
  EXPECT_EQ(time_->Accept(false).error().code, Code::kConflict);
  ASSERT_FALSE(time_->Next());
  const auto until = time_->Accept(true);
  ASSERT_TRUE(until) << until.error().message;
  EXPECT_EQ(*until, newest);
  EXPECT_EQ(time_->Next(), newest);
  EXPECT_EQ(time_->Now(), Wall());  // what is judged is judged by the clock
  EXPECT_TRUE(time_->Report().stays_at_newest);
  // A restart knows, and does not stretch it to another entry.
  Start({.newest_ms = newest, .stay_until_ms = *until});
  EXPECT_EQ(time_->Next(), newest);
  Start({.newest_ms = newest + kDay, .stay_until_ms = *until});
  EXPECT_FALSE(time_->Next());
  // It ends by itself.
  clock_.wall_ms = newest + kDay;
  Start({.newest_ms = newest, .stay_until_ms = *until});
  EXPECT_EQ(time_->Next(), Wall());
  EXPECT_FALSE(time_->Report().stays_at_newest);
}

TEST_F(LogTimeTest, AnEmptyLogWithABadClockCannotEvenEnd) {
  clock_.wall_ms = 0;
  Start();
  EXPECT_EQ(time_->NextAnyhow().error().code, Code::kClock);
}

// The thread is put aside for two seconds between the first two readings.
class InterruptedClock final : public Clock {
 public:
  int64_t WallMs() override {
    const int64_t now_ms = clock.WallMs();
    if (!std::exchange(interrupted, true)) clock.Advance(2 * kSecond);
    return now_ms;
  }
  int64_t MonotonicMs() override { return clock.MonotonicMs(); }
  FakeClock clock;
  bool interrupted = false;
};

// On a loaded machine a jump of six seconds passed for one of four.
TEST(InterruptedLogTimeTest, AThreadThatWasPutAsideSeesTheSameClock) {
  for (const int64_t step :
       {int64_t{-4}, int64_t{4}, int64_t{-6}, int64_t{6}}) {
    InterruptedClock clock;
    LogTime time({.clock = &clock, .newest_ms = clock.clock.wall_ms - kDay});
    clock.clock.wall_ms += step * kSecond;
    clock.interrupted = false;
    EXPECT_EQ(time.IsBelieved(), std::abs(step) == 4) << step;
  }
}

TEST_F(LogTimeTest, TheSystemsClockIsBelieved) {
  LogTime time({.clock = SystemClock()});
  const auto now = time.Next();
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_GT(*now, kClockFloorMs);
}

TEST(FormatUtcTest, WritesTimesThatPersonsRead) {
  EXPECT_EQ(FormatUtc(kReleasedMs), "2026-12-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(kClockFloorMs), "2025-07-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(-5), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(std::numeric_limits<int64_t>::max()),
            "9999-12-31T23:59:59Z");
}

}  // namespace
}  // namespace modlog::log_time_test
