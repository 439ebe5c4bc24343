#ifndef MODLOG_LOG_WRITE_LOG_TIME_H_
#define MODLOG_LOG_WRITE_LOG_TIME_H_

// The log's time: what logged_at says, never decreasing, and what everything is
// judged by that cannot be taken back. It stays in the log for ever, so a wall
// clock that is not believed stops appends rather than being written down: one
// trip to 2099 could not be undone.
//
// The wall clock is believed while it keeps step with the monotonic one, which
// only counts. Anything else has to be likely first:
//
//   at the start        not before kClockFloorMs, and not far ahead of what is
//                       known to have passed
//   it jumped           likely, and held for kClockHoldMs: somebody set it
//                       right; a glitch does not last
//   behind the newest   never by itself: it waits until the newest entry's time
//                       has passed, or for the operator
//   whatever it says    if the operator says that it is right (Accept)
//
// docs/design.md, "Time", says why, and docs/operating.md what to do. The clock
// is looked at by every call here; somebody should call one each second or so,
// so that a minute is seen to pass. Thread-safe.

#include <cstdint>
#include <optional>
#include <string>

#include "verifier/base/clock.h"
#include "verifier/base/mutex.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr int64_t kClockDriftMaxMs = 5'000;    // wall against monotonic
inline constexpr int64_t kClockBehindMaxMs = 10'000;  // behind the newest entry
inline constexpr int64_t kClockHoldMs = 60'000;      // until a jump is believed
inline constexpr int64_t kClockWobbleMaxMs = 1'000;  // while it holds

// Before the taxonomy that this program speaks there was no such program.
inline constexpr int64_t kClockFloorMs = 1'751'328'000'000;  // 2025-07-01
// To be moved at each release; a constant, so that builds are reproducible.
inline constexpr int64_t kReleasedMs = 1'796'083'200'000;  // 2026-12-01
// How far ahead of the newest time that is known to have passed the clock may
// be: of a log that has entries, or whose witnesses have said what time it is;
// and of one where only the release and the installation are known.
inline constexpr int64_t kClockAheadMaxMs = int64_t{30} * 86'400'000;
inline constexpr int64_t kNewLogAheadMaxMs = int64_t{365} * 86'400'000;

// FormatUtc writes a time as "2026-12-01T08:00:00Z".
std::string FormatUtc(int64_t ms);

struct LogTimeOptions {
  Clock* clock = nullptr;
  int64_t newest_ms = 0;        // logged_at of the newest entry; 0: no entry
  int64_t known_past_ms = 0;    // surely passed, of what the machine knows
  bool clock_is_right = false;  // by the operator's word, at this start
  // Accepted before: an entry of up to this time may stay ahead of the clock.
  int64_t stay_until_ms = 0;
};

class LogTime {
 public:
  explicit LogTime(const LogTimeOptions& options);

  // Now is the time to judge by: the wall clock's, never before one that was
  // returned earlier. kClock while it is not believed.
  Result<int64_t> Now();
  // Next is the time of the next batch: Now, or the newest entry's where that
  // is later.
  Result<int64_t> Next();
  // NextAnyhow, for what ends a log whose newest entry is of the future: that
  // one's time. kClock as Next for any other reason.
  Result<int64_t> NextAnyhow();
  // Wrote: a batch of that time stands.
  void Wrote(int64_t logged_at_ms);

  ClockReport Report();
  bool IsBelieved() { return Report().trouble.empty(); }

  // Learn: others, half of the witnesses or more, say that this time has
  // passed.
  void Learn(int64_t others_ms);

  // Accept: the operator says that the clock is right. Where it is behind the
  // newest entry, new ones get that one's time until it has passed, if
  // `stay_at_newest` says so; the time up to which that holds is returned, to
  // be kept over restarts, else 0. kConflict where that was not said, kClock
  // where the clock cannot be right.
  Result<int64_t> Accept(bool stay_at_newest);

 private:
  // The wall clock at a look, and why it is not believed.
  struct Sight {
    int64_t wall_ms = 0;
    std::string trouble = {};  // empty: none
    bool behind = false;       // it is believed, and the newest entry is ahead
    int64_t goes_on_at_ms = 0;
  };
  // Both clocks, read so near to each other that they are of one moment.
  struct Reading {
    int64_t wall_ms;
    int64_t monotonic_ms;
  };
  Reading ReadClocks() const;
  Sight Look() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Sight FollowWall(const Reading& now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Sight Holding(int64_t wall_ms, int64_t drift_ms) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string WhyUnlikely(int64_t wall_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Sight Behind(int64_t wall_ms) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int64_t LikelyUntil() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool StaysAtNewest(int64_t wall_ms) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Believe(int64_t wall_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int64_t Judged(int64_t wall_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  const int64_t known_past_ms_;
  Mutex mutex_;
  int64_t newest_ms_ ABSL_GUARDED_BY(mutex_);
  int64_t stay_until_ms_ ABSL_GUARDED_BY(mutex_);
  int64_t others_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t judged_ms_ ABSL_GUARDED_BY(mutex_) = 0;  // the latest that Now gave
  bool believed_ ABSL_GUARDED_BY(mutex_) = false;  // in step, it still is
  bool by_word_ ABSL_GUARDED_BY(mutex_) = false;   // of the operator
  int64_t offset_ms_ ABSL_GUARDED_BY(mutex_);      // wall less monotonic
  int64_t looked_ms_ ABSL_GUARDED_BY(mutex_);      // monotonic
  // A clock that jumped: its offset now, and since when, monotonic.
  struct Held {
    int64_t offset_ms;
    int64_t since_ms;
  };
  std::optional<Held> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_LOG_TIME_H_
