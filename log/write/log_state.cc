#include "log/write/log_state.h"

#include <utility>

namespace modlog {
namespace {

constexpr char kUnconfirmedReason[] =
    "the witnesses have not said yet how much of this log they have seen; "
    "nothing is appended until a quorum has";

}  // namespace

std::string_view LogStateName(LogState state) {
  switch (state) {
    case LogState::kServing:
      return "SERVING";
    case LogState::kFrozen:
      return "FROZEN";
    case LogState::kClock:
      return "CLOCK";
    case LogState::kUnconfirmed:
      return "UNCONFIRMED";
    case LogState::kRolledBack:
      return "ROLLED_BACK";
    case LogState::kPoisoned:
      return "POISONED";
    case LogState::kStopping:
      return "STOPPING";
  }
  MODLOG_CHECK(false, "every state has a name");
  return "";
}

StateOfLog::StateOfLog(bool asks_witnesses)
    : state_(asks_witnesses ? LogState::kUnconfirmed : LogState::kServing),
      reason_(asks_witnesses ? kUnconfirmedReason : ""),
      begun_(!asks_witnesses) {}

LogState StateOfLog::state() const {
  const MutexLock lock(&mutex_);
  const bool frozen = state_ == LogState::kServing && !successor_.empty();
  return frozen ? LogState::kFrozen : state_;
}

std::string StateOfLog::reason() const {
  const MutexLock lock(&mutex_);
  const bool frozen = state_ == LogState::kServing && !successor_.empty();
  return frozen ? FrozenReason() : reason_;
}

std::string StateOfLog::FrozenReason() const {
  return "this log has ended for ever; it is succeeded by " + successor_;
}

bool StateOfLog::MaySign() const {
  const MutexLock lock(&mutex_);
  return begun_ && state_ != LogState::kRolledBack &&
         state_ != LogState::kPoisoned;
}

Result<void> StateOfLog::CheckTakes() const {
  const MutexLock lock(&mutex_);
  if (!successor_.empty()) return Fail(Code::kConflict, FrozenReason());
  if (state_ != LogState::kServing) return Fail(Code::kUnavailable, reason_);
  if (!ending_) return {};
  return Fail(Code::kUnavailable,
              "this log is about to end in favour of a successor");
}

Result<bool> StateOfLog::CheckTakesOwn() const {
  const MutexLock lock(&mutex_);
  if (state_ != LogState::kServing) return Fail(Code::kUnavailable, reason_);
  return ending_;
}

StateOfLog::Confirmed StateOfLog::Confirm() {
  const MutexLock lock(&mutex_);
  const bool again = std::exchange(first_waits_, false);
  if (state_ != LogState::kUnconfirmed || (begun_ && !again)) {
    return Confirmed::kNothing;
  }
  begun_ = true;
  return again ? Confirmed::kFirstEntry : Confirmed::kSignRest;
}

void StateOfLog::FirstEntryWaits(const std::string& why) {
  const MutexLock lock(&mutex_);
  first_waits_ = true;
  reason_ = "the first entry waits: " + why;
}

void StateOfLog::Serve() {
  const MutexLock lock(&mutex_);
  if (state_ != LogState::kUnconfirmed) return;
  state_ = LogState::kServing;
  reason_.clear();
}

void StateOfLog::Leave(LogState state, const std::string& reason) {
  const MutexLock lock(&mutex_);
  if (state_ != LogState::kServing && state_ != LogState::kUnconfirmed) return;
  state_ = state;
  reason_ = reason;
}

void StateOfLog::BeginEnd() {
  const MutexLock lock(&mutex_);
  ending_ = true;
}

void StateOfLog::CancelEnd() {
  const MutexLock lock(&mutex_);
  ending_ = false;
}

void StateOfLog::Ended(const std::string& successor) {
  const MutexLock lock(&mutex_);
  successor_ = successor;
}

bool StateOfLog::HasEnded() const {
  const MutexLock lock(&mutex_);
  return !successor_.empty();
}

Result<bool> StateOfLog::HasEndedFor(const std::string& successor) const {
  const MutexLock lock(&mutex_);
  if (successor_.empty()) return false;
  if (successor_ == successor) return true;
  return Fail(Code::kConflict, FrozenReason());
}

}  // namespace modlog
