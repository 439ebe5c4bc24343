#ifndef MODLOG_TESTS_CRASH_ORACLE_H_
#define MODLOG_TESTS_CRASH_ORACLE_H_

// What the log has promised: everything that was read from it, kept where no
// crash of the log can reach. An entry counts as acknowledged when its answer
// was read here, and a checkpoint as seen when its signature was verified here.
// Thread-safe.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "verifier/core/policy.h"

namespace modlog {

// A promised entry, with the bytes that were submitted.
struct Promise {
  uint64_t index;
  Hash leaf_hash;
  std::string action;
};

class Oracle {
 public:
  explicit Oracle(const VerifierKey& key);

  // Saw verifies a checkpoint and remembers it. kConflict for a second root of
  // one size, which is a fork whoever caused it.
  Result<TreeHead> Saw(const std::string& checkpoint);
  // Acknowledged remembers a promise. kConflict where two entries were promised
  // the same index.
  Result<void> Acknowledged(Promise promise);

  const Policy& policy() const { return policy_; }
  uint64_t entries() const;
  uint64_t checkpoints() const;
  // Ascending by index, by size.
  std::map<uint64_t, Hash> Promised() const;
  std::vector<TreeHead> Heads() const;

  // What came since the last call: the promises and heads of one round.
  struct Recent {
    std::vector<Promise> promises;
    std::vector<TreeHead> heads;
  };
  Recent TakeRecent();

 private:
  Policy policy_;
  mutable absl::Mutex mutex_;
  std::string last_note_ ABSL_GUARDED_BY(mutex_);
  TreeHead last_head_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Hash> promised_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Hash> roots_ ABSL_GUARDED_BY(mutex_);
  Recent recent_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_TESTS_CRASH_ORACLE_H_
