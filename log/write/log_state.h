#ifndef MODLOG_LOG_WRITE_LOG_STATE_H_
#define MODLOG_LOG_WRITE_LOG_STATE_H_

// Whether the log takes appends, whether it signs, whether it has ended, and
// why not: kept in one place, so that no combination is anybody's guess. The
// test has them as a table (tests/log/log_state_test.cc).
//
//   kUnconfirmed --Confirm, Serve--> kServing --BeginEnd, Ended--> kFrozen
//        |                              |
//        +------------Leave-------------+--> kRolledBack, kPoisoned, kStopping
//
// What is left is left for good: the first reason is the one that counts.

#include <string>
#include <string_view>

#include "verifier/base/mutex.h"
#include "verifier/core/result.h"

namespace modlog {

enum class LogState {
  kServing,
  kFrozen,       // ended in favour of a successor: reads only, for ever
  kClock,        // the clock is not believed: reads only until it is
  kUnconfirmed,  // the witnesses have not said yet how far they have seen it
  kRolledBack,   // behind what was signed or what a witness has seen: reads
                 // only until the newer data is back
  kPoisoned,     // a write of unknown outcome, or a check that failed
  kStopping,
};
std::string_view LogStateName(LogState state);  // "SERVING", "ROLLED_BACK", …

// Thread-safe.
class StateOfLog {
 public:
  // A log that asks no witnesses serves at once.
  explicit StateOfLog(bool asks_witnesses);

  // Never kClock: the clock is looked at by whoever has one.
  LogState state() const;
  // Why the state is not kServing, for a person.
  std::string reason() const;

  // Whether anything new may be signed: not before the witnesses have answered,
  // nor once the log has left for good (I4).
  bool MaySign() const;
  // CheckTakes: why nothing is appended. kConflict once the log has ended,
  // kUnavailable for any other reason.
  Result<void> CheckTakes() const;
  // CheckTakesOwn: the same for entries of the log's own, which are taken while
  // it is about to end. Whether it is.
  Result<bool> CheckTakesOwn() const;

  // What is to be done when enough witnesses have answered.
  enum class Confirmed { kNothing, kSignRest, kFirstEntry };
  Confirmed Confirm();
  // FirstEntryWaits: it could not be written; the next Confirm says kFirstEntry.
  void FirstEntryWaits(const std::string& why);
  void Serve();
  void Leave(LogState state, const std::string& reason);

  // The end of the log: from BeginEnd on only its own entries are taken, until
  // it has Ended or CancelEnd says that it goes on.
  void BeginEnd();
  void CancelEnd();
  void Ended(const std::string& successor);  // the successor's verifier key
  bool HasEnded() const;
  // HasEndedFor: kConflict where it has ended for another.
  Result<bool> HasEndedFor(const std::string& successor) const;

 private:
  std::string FrozenReason() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  LogState state_ ABSL_GUARDED_BY(mutex_);
  std::string reason_ ABSL_GUARDED_BY(mutex_);
  // Whether there is nobody to ask, or enough witnesses have answered.
  bool begun_ ABSL_GUARDED_BY(mutex_);
  bool first_waits_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::string successor_ ABSL_GUARDED_BY(mutex_);  // empty: it goes on
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_LOG_STATE_H_
