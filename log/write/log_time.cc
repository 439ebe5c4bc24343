#include "log/write/log_time.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

namespace modlog {

namespace {

// The last that a four-digit year can say, and RFC 3339 with it.
constexpr int64_t kClockCeilingMs = 253'402'300'799'000;

constexpr int kReadTries = 5;
constexpr int64_t kReadGapMaxMs = 20;

std::string InSeconds(int64_t ms) { return std::to_string(ms / 1'000) + " s"; }

bool CanBeRight(int64_t wall_ms) {
  return wall_ms >= kClockFloorMs && wall_ms <= kClockCeilingMs;
}

std::string CannotBeRight(int64_t wall_ms) {
  return "the clock says " + FormatUtc(wall_ms) + ", which is " +
         (wall_ms < kClockFloorMs ? "before " + FormatUtc(kClockFloorMs)
                                  : "after " + FormatUtc(kClockCeilingMs)) +
         " and cannot be right: set it right";
}

}  // namespace

std::string FormatUtc(int64_t ms) {
  const auto seconds = static_cast<std::time_t>(
      std::clamp(ms, int64_t{0}, kClockCeilingMs) / 1'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const size_t size =
      std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return std::string(text, size);
}

LogTime::LogTime(const LogTimeOptions& options)
    : clock_(options.clock),
      known_past_ms_(std::max(options.known_past_ms, kReleasedMs)),
      newest_ms_(options.newest_ms),
      stay_until_ms_(options.stay_until_ms),
      offset_ms_(0),
      looked_ms_(0) {
  const MutexLock lock(&mutex_);
  const auto [wall_ms, monotonic_ms] = ReadClocks();
  looked_ms_ = monotonic_ms;
  offset_ms_ = wall_ms - monotonic_ms;
  by_word_ = options.clock_is_right && CanBeRight(wall_ms);
  believed_ = by_word_ || WhyUnlikely(wall_ms).empty();
}

// A thread that is put aside between the two would see a jump that was none, or
// none that was.
LogTime::Reading LogTime::ReadClocks() const {
  Reading now{};
  for (int i = 0; i < kReadTries; ++i) {
    const int64_t before_ms = clock_->MonotonicMs();
    now.wall_ms = clock_->WallMs();
    now.monotonic_ms = clock_->MonotonicMs();
    if (now.monotonic_ms - before_ms <= kReadGapMaxMs) break;
  }
  return now;
}

// What the time should be by now, or what it was known to be.
int64_t LogTime::LikelyUntil() const {
  const int64_t expected_ms = believed_ ? looked_ms_ + offset_ms_ : 0;
  const int64_t past_ms = std::max({newest_ms_, others_ms_, expected_ms});
  if (past_ms == 0) return known_past_ms_ + kNewLogAheadMaxMs;
  return std::max(past_ms, known_past_ms_) + kClockAheadMaxMs;
}

std::string LogTime::WhyUnlikely(int64_t wall_ms) {
  if (!CanBeRight(wall_ms)) return CannotBeRight(wall_ms);
  const int64_t until_ms = LikelyUntil();
  // A kernel that a time service keeps in step knows better than a guess.
  if (wall_ms <= until_ms || clock_->IsSynchronized()) return {};
  return "the clock says " + FormatUtc(wall_ms) +
         ", and of what is known here nothing makes later than " +
         FormatUtc(until_ms) +
         " likely: set it right; if it is right, say so with modlog clock "
         "accept, or at a start with --clock-is-right";
}

void LogTime::Believe(int64_t wall_ms) {
  believed_ = true;
  offset_ms_ = wall_ms - looked_ms_;
  held_.reset();
  judged_ms_ = 0;
}

LogTime::Sight LogTime::Holding(int64_t wall_ms, int64_t drift_ms) const {
  const int64_t left_ms = held_->since_ms + kClockHoldMs - looked_ms_;
  const std::string what = believed_
                               ? "the clock jumped by " + InSeconds(drift_ms)
                               : std::string("the clock was set");
  return {.wall_ms = wall_ms,
          .trouble = what + " to " + FormatUtc(wall_ms) +
                     ": it is believed once it has held for " +
                     InSeconds(kClockHoldMs) + ", or by modlog clock accept",
          .goes_on_at_ms = wall_ms + left_ms};
}

// Steps of less than kClockDriftMaxMs, and slewing, are followed at the pace at
// which a jump of that size is believed.
LogTime::Sight LogTime::FollowWall(const Reading& now) {
  const int64_t wall_ms = now.wall_ms;
  const int64_t before_ms = std::exchange(looked_ms_, now.monotonic_ms);
  const int64_t offset_ms = wall_ms - looked_ms_;
  const int64_t drift_ms = offset_ms - offset_ms_;
  if (believed_ && std::abs(drift_ms) <= kClockDriftMaxMs) {
    const int64_t passed_ms =
        std::clamp<int64_t>(looked_ms_ - before_ms, 0, kClockHoldMs);
    const int64_t pace_ms = passed_ms * kClockDriftMaxMs / kClockHoldMs;
    offset_ms_ += std::clamp(drift_ms, -pace_ms, pace_ms);
    held_.reset();
    return {.wall_ms = wall_ms};
  }
  if (!held_ || std::abs(offset_ms - held_->offset_ms) > kClockWobbleMaxMs) {
    held_ = Held{offset_ms, looked_ms_};
  }
  if (std::string why = WhyUnlikely(wall_ms); !why.empty()) {
    return {.wall_ms = wall_ms, .trouble = std::move(why)};
  }
  if (looked_ms_ - held_->since_ms < kClockHoldMs) {
    return Holding(wall_ms, drift_ms);
  }
  Believe(wall_ms);
  return {.wall_ms = wall_ms};
}

bool LogTime::StaysAtNewest(int64_t wall_ms) const {
  return newest_ms_ <= stay_until_ms_ &&
         wall_ms < newest_ms_ - kClockBehindMaxMs;
}

LogTime::Sight LogTime::Behind(int64_t wall_ms) const {
  const int64_t goes_on_ms = newest_ms_ - kClockBehindMaxMs;
  if (wall_ms >= goes_on_ms || StaysAtNewest(wall_ms)) {
    return {.wall_ms = wall_ms};
  }
  return {.wall_ms = wall_ms,
          .trouble = "the clock says " + FormatUtc(wall_ms) +
                     ", the newest entry was logged at " +
                     FormatUtc(newest_ms_) +
                     ": set the clock right; if it is right, wait until then, "
                     "or see modlog clock accept --help",
          .behind = true,
          .goes_on_at_ms = goes_on_ms};
}

LogTime::Sight LogTime::Look() {
  const Reading now = ReadClocks();
  Sight sight = FollowWall(now);
  return sight.trouble.empty() ? Behind(now.wall_ms) : std::move(sight);
}

int64_t LogTime::Judged(int64_t wall_ms) {
  judged_ms_ = std::max(judged_ms_, wall_ms);
  return judged_ms_;
}

Result<int64_t> LogTime::Now() {
  const MutexLock lock(&mutex_);
  Sight sight = Look();
  if (sight.trouble.empty()) return Judged(sight.wall_ms);
  return Fail(Code::kClock, std::move(sight.trouble));
}

Result<int64_t> LogTime::Next() {
  const MutexLock lock(&mutex_);
  Sight sight = Look();
  if (sight.trouble.empty()) {
    return std::max(newest_ms_, Judged(sight.wall_ms));
  }
  return Fail(Code::kClock, std::move(sight.trouble));
}

Result<int64_t> LogTime::NextAnyhow() {
  const MutexLock lock(&mutex_);
  Sight sight = Look();
  if (sight.trouble.empty()) {
    return std::max(newest_ms_, Judged(sight.wall_ms));
  }
  if (sight.behind) return newest_ms_;
  return Fail(Code::kClock, std::move(sight.trouble));
}

void LogTime::Wrote(int64_t logged_at_ms) {
  const MutexLock lock(&mutex_);
  newest_ms_ = std::max(newest_ms_, logged_at_ms);
}

ClockReport LogTime::Report() {
  const MutexLock lock(&mutex_);
  Sight sight = Look();
  const bool believed = sight.trouble.empty();
  return {.wall_ms = sight.wall_ms,
          .newest_ms = newest_ms_,
          .trouble = std::move(sight.trouble),
          .goes_on_at_ms = sight.goes_on_at_ms,
          .stays_at_newest = believed && StaysAtNewest(sight.wall_ms)};
}

void LogTime::Learn(int64_t others_ms) {
  const MutexLock lock(&mutex_);
  if (!CanBeRight(others_ms)) return;
  others_ms_ = std::max(others_ms_, others_ms);
  // So far there was next to nothing to judge the clock of a new log by.
  if (newest_ms_ > 0 || by_word_ || held_.has_value()) return;
  believed_ = false;
  believed_ = WhyUnlikely(clock_->WallMs()).empty();
}

Result<int64_t> LogTime::Accept(bool stay_at_newest) {
  const MutexLock lock(&mutex_);
  const auto [wall_ms, monotonic_ms] = ReadClocks();
  if (!CanBeRight(wall_ms)) return Fail(Code::kClock, CannotBeRight(wall_ms));
  const bool behind = wall_ms < newest_ms_ - kClockBehindMaxMs;
  if (behind && !stay_at_newest && newest_ms_ > stay_until_ms_) {
    return Fail(Code::kConflict,
                "the newest entry was logged at " + FormatUtc(newest_ms_) +
                    ", and the clock says " + FormatUtc(wall_ms) +
                    ": wait until then, end this log (modlog succeed), or let "
                    "its entries have the newest one's time until then "
                    "(--entries-stay-at-newest)");
  }
  looked_ms_ = monotonic_ms;
  Believe(wall_ms);
  by_word_ = true;
  if (behind) stay_until_ms_ = newest_ms_;
  return behind ? newest_ms_ : 0;
}

}  // namespace modlog
