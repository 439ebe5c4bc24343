#ifndef MODLOG_LOG_STORE_PUID_INDEX_H_
#define MODLOG_LOG_STORE_PUID_INDEX_H_

// Which entry holds a puid: the identity of a submission, for ever. Derived
// from the entries and outside their synced batch, because random 32-byte keys
// in the same batch cost three quarters of the log's speed (docs/design.md has
// the measurement).
//
//   recent keys, in a hash table ──full──► frozen ──sorted──► a run file
//   four runs of a size ──merged──► one of the next size
//
// A key that is nowhere costs one look into the table and one cache line a run.
// What the index says is a hint: the log compares the stored bytes. After a
// crash the entries since the last run are read again; a file that fails a
// check is thrown away, with the same effect.
//
// Find and Add belong to one thread; writing runs and merging them go on in two
// threads of its own. Memory: 41 bytes a recent key, 1.5 a key on disk.

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "log/store/puid_run.h"

namespace modlog {

// Runs kept open. There are at most three of a size once merging has caught up;
// while a large merge runs, and new ones pile up behind it, the rest is opened
// by who looks into it.
inline constexpr int kOpenRunsMax = 24;

struct PuidIndexOptions {
  std::string directory;  // made if missing
  // Keys of a new run: 7/8 of a power of two fills the hash table exactly.
  size_t run_keys = 7 * (size_t{1} << 16);
  int open_runs = kOpenRunsMax;
};

class PuidIndex {
 public:
  static constexpr uint64_t kAbsent = std::numeric_limits<uint64_t>::max();

  // Open takes over the runs that cover a prefix of [0, log_size) and removes
  // what does not fit or fails its check. kUnavailable.
  static Result<std::unique_ptr<PuidIndex>> Open(PuidIndexOptions options,
                                                 uint64_t log_size);
  virtual ~PuidIndex() = default;  // writes the recent keys out

  // Keys of entries [0, covered()) are in; the rest is to be added in order.
  virtual uint64_t covered() const = 0;

  // Find sets found[i] to the place of keys[i], or kAbsent. kCorrupt.
  // REQUIRES: as many of both.
  virtual Result<void> Find(std::span<const Hash> keys,
                            std::span<uint64_t> found) = 0;

  // Add takes the keys of entries [covered(), end), which become covered. Waits
  // while the run before the last is still being written.
  virtual void Add(std::span<const PuidRecord> records, uint64_t end) = 0;
};

// Shared wraps an index for use by several threads, one call at a time.
std::unique_ptr<PuidIndex> Shared(std::unique_ptr<PuidIndex> index);

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_PUID_INDEX_H_
