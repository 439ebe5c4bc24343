#ifndef MODLOG_LOG_WRITE_WRITER_H_
#define MODLOG_LOG_WRITE_WRITER_H_

// How anything gets into the log, others' entries and its own: judged on the
// caller's thread, queued, and taken up in batches by the thread that drives the
// sequencer. Thread-safe.

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "log/records/terms.h"
#include "log/store/store.h"
#include "log/write/append.h"
#include "log/write/heads.h"
#include "log/write/log_state.h"
#include "log/write/log_time.h"
#include "log/write/queue.h"
#include "log/write/sequencer.h"
#include "verifier/base/clock.h"
#include "verifier/core/note.h"

namespace modlog {

// All of them must outlive the writer.
struct WriterParts {
  std::string origin;
  Store* store;
  TermCache* terms;
  Clock* clock;
  LogTime* time;
  StateOfLog* state;
  Heads* heads;
  Sequencer* sequencer;
};

class Writer {
 public:
  // Starts the thread.
  explicit Writer(WriterParts parts);
  // Answers what is queued, then returns.
  ~Writer();

  // Append is Log::Append.
  void Append(AppendGroup group, AppendDone done);

  // Entries of the log's own: the index of each, once it is signed.
  //
  // Append of a successor's first entry, before anybody else's are taken.
  void AppendFirst(const std::string& action,
                   std::function<void(const Result<uint64_t>&)> done);
  Result<uint64_t> AppendFirst(const std::string& action);
  // AppendOwn: like any other, it waits for the witnesses: a copy that was
  // restored would sign its waiting erasures a second time (I4).
  Result<uint64_t> AppendOwn(const std::string& action);
  // AppendLast ends the log; known where it has ended for that successor.
  Result<uint64_t> AppendLast(const VerifierKey& successor);

 private:
  Result<void> CheckGroup(const AppendGroup& group) const;
  void Enqueue(AppendGroup group, AppendDone done);
  Result<void> AdmitGroupSeal(PendingGroup* pending);
  Result<uint64_t> AppendAndWait(AppendGroup group, const std::string& action);
  void Run();
  Result<void> Sequence(std::vector<PendingGroup> groups);
  void RefuseAll(std::vector<PendingGroup> groups) const;

  const WriterParts parts_;
  AppendQueue queue_;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_WRITER_H_
