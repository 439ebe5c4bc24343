#ifndef MODLOG_LOG_TREE_RECHECK_H_
#define MODLOG_LOG_TREE_RECHECK_H_

// What was committed but not signed may not have been verified either: a crash
// came between, or the check itself found a difference and the log stopped. So
// that a restart does not sign what was refused before it, all that lies
// between is read from the store and hashed again: every entry, every tile.

#include "log/store/store.h"

namespace modlog {

// RecheckUnsigned judges entries [signed_size, head.size) and the tiles that
// became full with them against `head`, whose first `signed_size` entries have
// been found to be those that were signed. kCorrupt, kMalformed, the store's
// errors. Takes about as long as sequencing them did; 4 MiB of memory.
Result<void> RecheckUnsigned(Store& store, uint64_t signed_size,
                             const TreeHead& head);

}  // namespace modlog

#endif  // MODLOG_LOG_TREE_RECHECK_H_
