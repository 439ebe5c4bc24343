#ifndef MODLOG_LOG_STORE_REDACTED_H_
#define MODLOG_LOG_STORE_REDACTED_H_

// Entries whose bytes were taken out of the store: a slot of length zero in
// their bundle, and a row that knows what still has to be known of them.
//
//   'x' 'd' || index (u64)  -> entry (u64) || logged_at, ms (u64) || kind (u8)
//                              || leaf hash || action hash || puid key
//                              || platform
//       entry says that the entry `index` is redacted
//   'x' 'w' || entry (u64)  -> (empty)
//       what that entry says is still to be done
//
// Both come with the commit of the entry that says so (redaction.h). The tree's
// right edge needs the leaf hash, a seal the action hash, and puids, which are
// for ever, the rest: the same bytes again are a duplicate, other bytes under
// the puid a conflict. No byte of the action is kept.

#include <optional>
#include <string>
#include <vector>

#include "log/store/store.h"
#include "verifier/core/redaction_list.h"
#include "verifier/core/sha256.h"

namespace modlog {

struct RedactedEntry {
  uint64_t index = 0;
  uint64_t by = 0;  // the LEAF_REDACTED entry
  int64_t logged_at_ms = 0;
  int kind = 0;
  Hash leaf_hash = {};
  Hash action_hash = {};
  Hash puid_key = {};
  std::string platform;
};

std::string RedactedKey(uint64_t index);
std::string EncodeRedacted(const RedactedEntry& entry);
Result<RedactedEntry> DecodeRedacted(std::string_view key,
                                     std::string_view value);

// ReadRedacted: nothing where no entry says that entry `index` is redacted.
Result<std::optional<RedactedEntry>> ReadRedacted(Store& store, uint64_t index);
// All of them, ascending by index.
Result<std::vector<RedactedEntry>> ReadAllRedacted(Store& store);

// "entry 3 was redacted by entry 9 …", for who asked for its bytes. kNotFound.
Error IsRedacted(const RedactedEntry& entry);

// HashSlot returns the leaf hash of a stored slot: of its bytes, or where there
// are none, the one that its redaction names. kCorrupt for an empty slot that
// no redaction explains: bytes are missing.
Result<Hash> HashSlot(Store& store, uint64_t index, Bytes slot);

// ReadEmptied is ReadRedacted of an entry whose slot is empty. kCorrupt.
Result<RedactedEntry> ReadEmptied(Store& store, uint64_t index);

// EmptySlot replaces the bytes of entry `index` by none. kCorrupt.
// REQUIRES: the piece holds it.
Result<void> EmptySlot(uint64_t index, BundlePiece* piece);

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_REDACTED_H_
