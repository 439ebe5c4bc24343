#ifndef MODLOG_LOG_WRITE_RECOVERY_H_
#define MODLOG_LOG_WRITE_RECOVERY_H_

// What a start has to find out before the log may sign again: that the store
// belongs to this log, that its entries lead to its head, that it is not behind
// what was signed, and that what was signed is part of it. Nothing read from
// the disk is believed before it is checked (I7).
//
// The last step, publishing what was committed and not signed yet, is the
// sequencer's: the code that runs after every batch.

#include <memory>
#include <string>

#include "log/store/high_water.h"
#include "log/store/puid_index.h"
#include "log/store/store.h"
#include "log/tree/edge.h"
#include "verifier/core/note.h"

namespace modlog {

struct Recovered {
  StoredHead head;
  Edge edge;
  std::unique_ptr<HighWater> high_water;
  std::unique_ptr<PuidIndex> index;  // covers the head; null where behind
  // The store holds fewer entries than were signed: read only.
  bool behind = false;
};

// CheckOwner marks a new store with the log that it is of, for ever. kConflict,
// with the remedy, where it is of another log or another build.
Result<void> CheckOwner(Store& store, const VerifierKey& key);

// Recover opens what stands in `data_dir` beside the store, making it on the
// first start. kCorrupt where data fails a check, kConflict where it belongs to
// another origin, another key, another build or another history; each with the
// remedy.
Result<Recovered> Recover(Store& store, const std::string& data_dir,
                          const VerifierKey& key);

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_RECOVERY_H_
