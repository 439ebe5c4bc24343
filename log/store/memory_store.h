#ifndef MODLOG_LOG_STORE_MEMORY_STORE_H_
#define MODLOG_LOG_STORE_MEMORY_STORE_H_

// A Store in memory, for tests: as strict as the real one about what a commit
// may be, and able to fail on demand. Thread-safe.

#include <functional>
#include <memory>

#include "log/store/store.h"

namespace modlog {

// Decides the fate of the next commit: called with its number, from 0.
// kNotCommitted fails it unwritten; kUnknown fails it, written or not as
// `persist` says.
struct CommitFate {
  CommitOutcome outcome = CommitOutcome::kCommitted;
  bool persist = true;
};
using CommitFateHook = std::function<CommitFate(int commit)>;

std::unique_ptr<Store> NewMemoryStore(CommitFateHook hook = nullptr);

// SharedMemoryStore keeps its contents in `contents`, so that a test can close
// a log and open another on what was left.
struct MemoryContents;
std::shared_ptr<MemoryContents> NewMemoryContents();
std::unique_ptr<Store> NewMemoryStore(std::shared_ptr<MemoryContents> contents,
                                      CommitFateHook hook = nullptr);

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_MEMORY_STORE_H_
