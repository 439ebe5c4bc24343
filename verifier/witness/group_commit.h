#ifndef MODLOG_VERIFIER_WITNESS_GROUP_COMMIT_H_
#define MODLOG_VERIFIER_WITNESS_GROUP_COMMIT_H_

// Many updates, few syncs: what arrives while the disk works on one batch is
// the next. A thread of its own writes; answers wait for the batch that they
// depend on. There is no timer: a lone update waits for its own write only.
//
// Once a write failed nothing more is written, and everything that waits is
// told so: what is on the disk is unknown until it was read again.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "verifier/witness/state_file.h"

namespace modlog {

class GroupCommit {
 public:
  // The number of a batch. Batches become durable in order; 0 always is.
  using Ticket = uint64_t;
  // Called with false where the batch could not be written. Called from the
  // caller's or the writing thread, with no lock held; must not block long.
  using Done = std::function<void(bool durable)>;

  explicit GroupCommit(std::unique_ptr<StateFile> file);
  ~GroupCommit();  // writes what was added and tells all who wait
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Add takes a note for the next batch. Notes are written in the order of the
  // calls. Thread-safe, and does not block on the disk.
  Ticket Add(SharedNote note);
  // WhenDurable calls `done` once the batch is, at once if it is already.
  void WhenDurable(Ticket ticket, Done done);

  // Why writing failed; empty as long as it did not.
  std::string failure() const;

 private:
  struct Batch {
    std::vector<SharedNote> notes;
    std::vector<Done> waiting;
  };

  void Run();
  // Both REQUIRE lock to be held on entry, and hold it on return.
  void WriteOpenBatch(std::unique_lock<std::mutex>* lock);
  Batch& BatchOf(Ticket ticket);

  std::unique_ptr<StateFile> file_;  // the thread's
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Batch open_;
  Batch written_;  // the one that the disk works on
  Ticket open_ticket_ = 1;
  Ticket durable_ = 0;
  bool stopping_ = false;
  std::string failure_;
  std::thread thread_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_GROUP_COMMIT_H_
