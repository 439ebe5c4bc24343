#ifndef MODLOG_LOG_WRITE_ERASER_H_
#define MODLOG_LOG_WRITE_ERASER_H_

// Erases what is kept beside entries, and takes bytes of entries out: on
// request with an entry that says so, and without one when the last day of a
// payload has passed. In this order:
//
//   the request is durable -> the entry is published -> the keys are
//   overwritten and synced -> the ciphertext is removed, and purged from every
//   file of the store
//
//   a redaction's entry is published -> the entry's slot is emptied, and its
//   bytes purged from every file -> what is kept beside it is erased
//
// Requests wait for the daily run, so that one entry speaks of many; one that
// is to be carried out at once takes those that wait along. A redaction is done
// at once. A thread of its own; what a crash interrupted is finished first when
// it starts.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "log/payload/key_slots.h"
#include "log/records/erasure.h"
#include "log/records/life.h"
#include "log/records/redaction.h"
#include "log/records/succession.h"
#include "log/store/store.h"
#include "log/write/heads.h"
#include "log/write/log_time.h"
#include "log/write/writer.h"

namespace modlog {

struct EraserParts {
  Store* store;
  KeySlots* slots;
  LogTime* time;  // nothing is ended by a clock that is not believed
  Heads* heads;
  Writer* writer;
  ErasureSchedule schedule;
  std::function<void(const std::string&)> warn;
};

class Eraser {
 public:
  explicit Eraser(EraserParts parts);
  ~Eraser();  // ends what is running; what waits is told kUnavailable

  // Erase is Log::Erase.
  void Erase(EraseOrder order, EraseDone done);
  // Redact is Log::Redact.
  void Redact(RedactOrder order, RedactDone done);
  // End carries out what waits, then ends the log in favour of `successor`,
  // and refuses from then on what would need an entry (kConflict).
  void End(const VerifierKey& successor, FreezeDone done);

 private:
  // Does what was asked for, or tells why not where the log is stopping.
  using Request = std::move_only_function<void(const Error* stopping)>;

  void Push(Request request);
  void Run();
  Result<EraseOutcome> Accept(const EraseOrder& order);
  Result<void> FinishOld();
  // Writes entries for the requests accepted before `before_ms`, and does what
  // they say. One accepted after `now_ms` was so by a clock that was wrong
  // then.
  Result<std::vector<uint64_t>> CarryOut(int64_t before_ms, int64_t now_ms);
  Result<void> DailyRun(int64_t due_ms, int64_t now_ms);
  Result<void> EndRetention(int64_t now_ms);
  Result<void> DoErasure(uint64_t entry);
  Result<uint64_t> AcceptRedaction(const RedactOrder& order);
  Result<void> DoRedaction(uint64_t entry);
  Result<uint64_t> CarryOutAllThenEnd(const VerifierKey& successor);
  Result<void> PurgeEnded();
  Result<v1::Action> ReadOwn(uint64_t entry);
  Result<void> Destroy(const std::vector<uint64_t>& indexes,
                       const std::vector<uint32_t>& tags);
  Result<void> Purge(const std::vector<uint64_t>& indexes);
  int64_t LastRunDue(int64_t now_ms) const;
  // Whether a step was done; tells once why not, and again when it changes.
  bool Done(const Result<void>& step);

  const EraserParts parts_;
  // The eraser's thread's.
  std::string warned_;        // the last warning
  bool finished_ = false;     // whether all that entries say is done
  bool ended_ = false;        // nothing may be written any more
  bool unpublished_ = false;  // but for redactions that wait for witnesses
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Request> waiting_;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_ERASER_H_
