#ifndef MODLOG_LOG_STORE_STORE_H_
#define MODLOG_LOG_STORE_STORE_H_

// What the log needs of a place to keep things, in the log's own terms. Two
// implementations: memory_store (tests) and rocksdb_store.
//
// The truth is what c2sp.org/tlog-tiles describes: entries in the form of entry
// bundles, full hash tiles, and a head. Everything else is derived.
//
// A commit is one atomic, durable step from one head to the next. Its outcome
// may be unknown (a failed sync, a lost answer); that is an outcome of its own,
// and whoever gets it must not go on before a reopen has found out (I6).
// Reads name ranges and may come from any thread at any time; Commit is called
// by one thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/core/tile.h"

namespace modlog {

// StoredHead is the newest commit: the tree, and the log's clock at that time.
struct StoredHead {
  TreeHead tree;
  int64_t logged_at_ms = 0;  // of the last batch; 0 for the empty log
  friend bool operator==(const StoredHead&, const StoredHead&) = default;
};

// A piece of an entry bundle: entries [first, first + count) in bundle form.
// Never crosses a bundle's end. Written once, but for what is redacted; a
// bundle is its pieces in order.
struct BundlePiece {
  uint64_t first;
  uint32_t count;
  std::string bytes;
};

struct FullTile {
  TileId id;
  std::string bytes;  // kTileWidth * 32
};

// A row of what the log knows about entries because of other entries: derived,
// but in the synced batch, so that it never disagrees with the tree. Few
// entries make rows; rows.h says which there are.
struct Row {
  std::string key;
  std::optional<std::string> value;  // absent: the row is removed
};

// A sealed part of a payload: payload_cipher.h. Kept beside the tree, and taken
// out again one by one.
struct PayloadId {
  uint64_t index;  // of the entry
  uint8_t tag;
  friend auto operator<=>(const PayloadId&, const PayloadId&) = default;
};
struct PayloadPart {
  PayloadId id;
  uint64_t slot;      // of its key: key_slots.h
  std::string bytes;  // sealed
};

struct StoreBatch {
  StoredHead before;  // must be the head that stands
  StoredHead after;
  std::vector<BundlePiece> pieces;  // cover [before.size, after.size) in order
  std::vector<FullTile> tiles;      // each tile that becomes full
  std::vector<Row> rows;            // applied in order
  std::vector<PayloadPart> payload;
};

enum class CommitOutcome {
  kCommitted,     // durable
  kNotCommitted,  // nothing of it was written, nothing of it ever will be
  kUnknown,       // may or may not be durable, now or after a crash
};
struct CommitResult {
  CommitOutcome outcome;
  Error error;  // where the outcome is not kCommitted
};

class Store {
 public:
  virtual ~Store() = default;

  // Commit writes the batch, all or nothing, and returns when it is durable.
  // kNotCommitted with kConflict when `before` is not the head that stands.
  virtual CommitResult Commit(const StoreBatch& batch) = 0;

  // ReadHead returns the newest durable head; that of size 0 for a new store.
  virtual Result<StoredHead> ReadHead() = 0;

  // ReadTile returns a full tile. kNotFound, kCorrupt.
  virtual Result<std::string> ReadTile(TileId id) = 0;

  // ReadPieces returns the entries [begin, end) as the pieces that hold them;
  // the first and last piece may reach beyond the range.
  // REQUIRES: begin < end <= head size, within one bundle. kNotFound, kCorrupt.
  virtual Result<std::vector<BundlePiece>> ReadPieces(uint64_t begin,
                                                      uint64_t end) = 0;

  // ReadRow returns a row's value. kNotFound.
  virtual Result<std::string> ReadRow(std::string_view key) = 0;
  // ScanRows returns up to `limit` rows whose keys begin with `prefix`,
  // ascending by key.
  virtual Result<std::vector<Row>> ScanRows(std::string_view prefix,
                                            size_t limit) = 0;

  // WriteRows applies rows outside a commit, durably. From any thread, but a
  // row has one writer. kUnavailable; what was written is then unknown.
  virtual Result<void> WriteRows(const std::vector<Row>& rows) = 0;

  // ReadPayload returns the parts kept of an entry, ascending by tag.
  virtual Result<std::vector<PayloadPart>> ReadPayload(uint64_t index) = 0;
  // RemovePayload takes parts out, durably; those that are not there may be
  // among them. Only PurgePayload takes their bytes out of every file.
  virtual Result<void> RemovePayload(const std::vector<PayloadId>& parts) = 0;
  // PurgePayload returns when no file of the store holds bytes of parts of the
  // entries [first, last] that were removed before.
  virtual Result<void> PurgePayload(uint64_t first, uint64_t last) = 0;

  // EmptyEntry replaces the bytes of one entry by none, durably: a slot of
  // length zero stays, and the tree as it is. Once more is no error. Only
  // PurgeEntries takes the bytes out of every file: it returns when none holds
  // bytes of the entries [first, last] that were replaced before. kNotFound,
  // kCorrupt.
  virtual Result<void> EmptyEntry(uint64_t index) = 0;
  virtual Result<void> PurgeEntries(uint64_t first, uint64_t last) = 0;

  // Small durable facts about the log itself: origin, format. kNotFound.
  virtual Result<std::string> ReadMeta(std::string_view name) = 0;
  virtual Result<void> WriteMeta(std::string_view name,
                                 std::string_view value) = 0;
};

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_STORE_H_
