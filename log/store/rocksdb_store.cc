#include "log/store/rocksdb_store.h"

// Settings that matter, each measured or learnt from a fault:
//
// * wal_recovery_mode = kTolerateCorruptedTailRecords. The default,
//   kPointInTimeRecovery, opens without a word after one flipped bit in the
//   write-ahead log and has lost everything behind it; this one refuses, and
//   still accepts the torn tail of a power loss.
// * every commit synced; protection bytes on batch and memtable against flips
//   in memory; whole-file checksums.
// * any background error ends the store: RocksDB's own recovery (Resume) has
//   lost MANIFESTs and doubled WAL entries in versions of this age.
// * no message file: RocksDB's logger writes on after a write that failed,
// which
//   the assertions of Debian's build answer by ending the process, where a full
//   disk is an error to us.
// * max_open_files bounded. The default keeps every table file open for ever:
//   with as many files as the process has descriptors, a commit failed and
//   nobody knew what had become of it; and each open one has its index in
//   memory.
// * manual_wal_flush, recycle_log_file_num, wal_compression, DeleteRange: off;
//   each had a recovery bug that 7.8 may carry.
// * a deleted WAL is not noticed by any setting: high_water.h is for that.
//
// Layout. Integers big-endian.
//   entries   first (u64) || count (u16)  ->  the piece, in bundle form
//   tiles     level (u8) || index (u64)   ->  the full tile
//   meta      "head"                      ->  size (u64) || root || logged_at
//             "m/" || name                ->  value
//   rows      as rows.h has them
//   payload   index (u64) || tag (u8)     ->  slot (u64) || sealed part
//
// Keys of entries and tiles only ever grow, so compaction moves files and
// rewrites nothing; but for what is erased or redacted.

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <cstdarg>
#include <cstring>

#include "log/store/failpoint.h"
#include "log/store/redacted.h"
#include "verifier/base/mutex.h"

namespace modlog {

namespace {

// Of max_open_files RocksDB takes ten away for what is no table.
constexpr int kOtherFiles = 10;
// The table cache rounds up in each of its parts, so few of them.
constexpr int kTableCachePartsLog2 = 3;
constexpr size_t kBlockCacheSize = 32 << 20;
constexpr double kFilterBitsPerKey = 10;
constexpr double kMemtableFilterShare = 0.05;
constexpr size_t kWalSizeMax = 256 << 20;
constexpr size_t kProtectionBytesPerKey = 8;
constexpr std::string_view kHeadKey = "head";

std::string PieceKey(uint64_t first, uint64_t count) {
  std::string key;
  AppendBigEndian(first, 8, &key);
  AppendBigEndian(count, 2, &key);
  return key;
}

std::string TileKey(TileId id) {
  std::string key;
  AppendBigEndian(static_cast<uint64_t>(id.level), 1, &key);
  AppendBigEndian(id.index, 8, &key);
  return key;
}

std::string EncodeHead(const StoredHead& head) {
  std::string value;
  AppendBigEndian(head.tree.size, 8, &value);
  value += AsText(head.tree.root);
  AppendBigEndian(static_cast<uint64_t>(head.logged_at_ms), 8, &value);
  return value;
}

Result<StoredHead> DecodeHead(std::string_view value) {
  if (value.size() != 8 + kHashSize + 8) {
    return Fail(
        Code::kCorrupt,
        "stored head has " + std::to_string(value.size()) + " bytes, want 48");
  }
  StoredHead head;
  head.tree.size = BigEndian(value.substr(0, 8));
  std::memcpy(head.tree.root.data(), value.data() + 8, kHashSize);
  head.logged_at_ms =
      static_cast<int64_t>(BigEndian(value.substr(8 + kHashSize)));
  return head;
}

std::string PayloadKey(PayloadId id) {
  std::string key;
  AppendBigEndian(id.index, 8, &key);
  AppendBigEndian(id.tag, 1, &key);
  return key;
}

std::string EncodePart(const PayloadPart& part) {
  std::string value;
  value.reserve(8 + part.bytes.size());
  AppendBigEndian(part.slot, 8, &value);
  value += part.bytes;
  return value;
}

Result<PayloadPart> DecodePart(std::string_view key, std::string_view value) {
  if (key.size() != 9 || value.size() < 8) {
    return Fail(Code::kCorrupt, "a stored part of a payload is cut short");
  }
  return PayloadPart{
      {BigEndian(key.substr(0, 8)), static_cast<uint8_t>(key.back())},
      BigEndian(value.substr(0, 8)),
      std::string(value.substr(8))};
}

Error FromStatus(const rocksdb::Status& status, std::string_view what) {
  Code code = Code::kUnavailable;
  if (status.IsCorruption()) code = Code::kCorrupt;
  if (status.IsNotFound()) code = Code::kNotFound;
  return {code, std::string(what) + ": " + status.ToString()};
}

// Remembers the first background error; nothing is written after it.
class ErrorWatch final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason,
                         rocksdb::Status* status) override {
    MutexLock lock(&mutex_);
    if (error_.empty()) {
      error_ = "RocksDB reported a background error: " + status->ToString();
    }
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
  // Empty as long as there was none.
  std::string error() const {
    MutexLock lock(&mutex_);
    return error_;
  }

 private:
  mutable Mutex mutex_;
  std::string error_ ABSL_GUARDED_BY(mutex_);
};

// Takes RocksDB's messages and drops them: what counts comes as a status, or to
// the watch above.
class SilentLogger final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions DatabaseOptions(const RocksDbOptions& store,
                                   std::shared_ptr<ErrorWatch> watch) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.wal_recovery_mode =
      rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_bgerror_resume_count = 0;
  options.file_checksum_gen_factory =
      rocksdb::GetFileChecksumGenCrc32cFactory();
  options.max_total_wal_size = kWalSizeMax;
  options.max_background_jobs = 2;
  options.max_open_files = store.table_files + kOtherFiles;
  options.table_cache_numshardbits = kTableCachePartsLog2;
  options.info_log = std::make_shared<SilentLogger>();
  options.listeners.push_back(std::move(watch));
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(
    const RocksDbOptions& store, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;  // hashes do not compress
  options.write_buffer_size = store.table_size;
  options.target_file_size_base = 2 * store.table_size;
  options.memtable_protection_bytes_per_key = kProtectionBytesPerKey;
  return options;
}

// Rows are mostly asked for where there is none: a filter says so without a
// look at a block or a walk through the memtable.
rocksdb::ColumnFamilyOptions RowsOptions(
    const RocksDbOptions& store, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  rocksdb::ColumnFamilyOptions options = FamilyOptions(store, cache);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.memtable_prefix_bloom_size_ratio = kMemtableFilterShare;
  options.memtable_whole_key_filtering = true;
  return options;
}

class RocksDbStore final : public Store {
 public:
  enum Family { kMeta, kEntries, kTiles, kRows, kPayload, kFamilies };

  RocksDbStore(std::unique_ptr<rocksdb::DB> db,
               std::vector<rocksdb::ColumnFamilyHandle*> families,
               std::shared_ptr<ErrorWatch> watch)
      : db_(std::move(db)),
        families_(std::move(families)),
        watch_(std::move(watch)) {}

  ~RocksDbStore() override {
    for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
    db_->Close().PermitUncheckedError();
  }

  // LoadHead reads the head that commits are compared with. Once, at open.
  Result<void> LoadHead() {
    ASSIGN_OR_RETURN(head_, ReadHead());
    return {};
  }

  CommitResult Commit(const StoreBatch& batch) override;
  Result<StoredHead> ReadHead() override;
  Result<std::string> ReadTile(TileId id) override;
  Result<std::vector<BundlePiece>> ReadPieces(uint64_t begin,
                                              uint64_t end) override;
  Result<std::string> ReadRow(std::string_view key) override;
  Result<std::vector<Row>> ScanRows(std::string_view prefix,
                                    size_t limit) override;
  Result<void> WriteRows(const std::vector<Row>& rows) override;
  Result<std::vector<PayloadPart>> ReadPayload(uint64_t index) override;
  Result<void> RemovePayload(const std::vector<PayloadId>& parts) override;
  Result<void> PurgePayload(uint64_t first, uint64_t last) override;
  Result<void> EmptyEntry(uint64_t index) override;
  Result<void> PurgeEntries(uint64_t first, uint64_t last) override;
  Result<std::string> ReadMeta(std::string_view name) override;
  Result<void> WriteMeta(std::string_view name,
                         std::string_view value) override;

 private:
  rocksdb::Status AddRows(const std::vector<Row>& rows,
                          rocksdb::WriteBatch* write);
  Result<void> WriteSynced(rocksdb::WriteBatch* write, std::string_view what);
  Result<void> Rewrite(Family family, std::string_view first,
                       std::string_view last);
  Result<std::string> Get(Family family, std::string_view key,
                          std::string_view what);

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::shared_ptr<ErrorWatch> watch_;
  StoredHead head_;  // the committing thread's
};

// One batch, one sync: what is written twice, or beside it, could stand without
// the head that covers it.
CommitResult RocksDbStore::Commit(const StoreBatch& batch) {
  if (batch.before != head_) {
    return {CommitOutcome::kNotCommitted,
            {Code::kConflict, "the head that stands is another"}};
  }
  if (std::string error = watch_->error(); !error.empty()) {
    return {CommitOutcome::kUnknown, {Code::kUnavailable, std::move(error)}};
  }
  rocksdb::WriteBatch write(0, 0, kProtectionBytesPerKey, 0);
  rocksdb::Status status;
  const auto put = [&](Family family, std::string_view key,
                       std::string_view value) {
    if (status.ok()) status = write.Put(families_[family], key, value);
  };
  for (const BundlePiece& piece : batch.pieces) {
    put(kEntries, PieceKey(piece.first, piece.count), piece.bytes);
  }
  for (const FullTile& tile : batch.tiles) {
    put(kTiles, TileKey(tile.id), tile.bytes);
  }
  for (const PayloadPart& part : batch.payload) {
    put(kPayload, PayloadKey(part.id), EncodePart(part));
  }
  if (status.ok()) status = AddRows(batch.rows, &write);
  put(kMeta, kHeadKey, EncodeHead(batch.after));
  rocksdb::WriteOptions options;
  options.sync = !Failpoint("no_sync");
  if (status.ok()) status = db_->Write(options, &write);
  // A failed write may have reached the log of writes: nobody knows (I6).
  if (!status.ok()) {
    return {CommitOutcome::kUnknown, FromStatus(status, "commit")};
  }
  head_ = batch.after;
  return {CommitOutcome::kCommitted, {}};
}

rocksdb::Status RocksDbStore::AddRows(const std::vector<Row>& rows,
                                      rocksdb::WriteBatch* write) {
  rocksdb::Status status;
  for (const Row& row : rows) {
    if (!status.ok()) break;
    status = row.value ? write->Put(families_[kRows], row.key, *row.value)
                       : write->Delete(families_[kRows], row.key);
  }
  return status;
}

Result<void> RocksDbStore::WriteSynced(rocksdb::WriteBatch* write,
                                       std::string_view what) {
  if (std::string error = watch_->error(); !error.empty()) {
    return Fail(Code::kUnavailable, std::move(error));
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status = db_->Write(options, write);
  if (!status.ok()) return std::unexpected(FromStatus(status, what));
  return {};
}

Result<std::string> RocksDbStore::Get(Family family, std::string_view key,
                                      std::string_view what) {
  std::string value;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), families_[family], key, &value);
  if (!status.ok()) return std::unexpected(FromStatus(status, what));
  return value;
}

Result<StoredHead> RocksDbStore::ReadHead() {
  const auto value = Get(kMeta, kHeadKey, "head");
  if (!value && value.error().code == Code::kNotFound) {
    return StoredHead{{0, HashEmpty()}, 0};
  }
  if (!value) return std::unexpected(value.error());
  return DecodeHead(*value);
}

Result<std::string> RocksDbStore::ReadTile(TileId id) {
  ASSIGN_OR_RETURN(std::string bytes,
                   Get(kTiles, TileKey(id), TilePath(id, kTileWidth)));
  if (bytes.size() != kTileWidth * kHashSize) {
    return Fail(Code::kCorrupt, TilePath(id, kTileWidth) + " has " +
                                    std::to_string(bytes.size()) + " bytes");
  }
  return bytes;
}

// Pieces of a bundle follow each other without a gap. One that is missing ends
// the read with kNotFound: entries behind it must not move up.
Result<std::vector<BundlePiece>> RocksDbStore::ReadPieces(uint64_t begin,
                                                          uint64_t end) {
  MODLOG_CHECK(begin < end && begin / kTileWidth == (end - 1) / kTileWidth,
               "a read of entries stays within one bundle");
  std::vector<BundlePiece> pieces;
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kEntries]));
  uint64_t next = begin;
  for (it->SeekForPrev(PieceKey(begin, 0xffff)); it->Valid() && next < end;
       it->Next()) {
    const std::string_view key = it->key().ToStringView();
    BundlePiece piece;
    piece.first = BigEndian(key.substr(0, 8));
    piece.count = static_cast<uint32_t>(BigEndian(key.substr(8)));
    const bool follows =
        pieces.empty() ? piece.first <= next && piece.first + piece.count > next
                       : piece.first == next;
    if (!follows) break;
    piece.bytes = it->value().ToString();
    next = piece.first + piece.count;
    pieces.push_back(std::move(piece));
  }
  if (!it->status().ok()) {
    return std::unexpected(FromStatus(it->status(), "read entries"));
  }
  if (next < end) {
    return Fail(Code::kNotFound,
                "entry " + std::to_string(next) + " is not in the store");
  }
  return pieces;
}

Result<std::string> RocksDbStore::ReadRow(std::string_view key) {
  return Get(kRows, key, "row");
}

Result<std::vector<Row>> RocksDbStore::ScanRows(std::string_view prefix,
                                                size_t limit) {
  std::vector<Row> rows;
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kRows]));
  for (it->Seek(prefix); it->Valid() && rows.size() < limit &&
                         it->key().ToStringView().starts_with(prefix);
       it->Next()) {
    rows.push_back({it->key().ToString(), it->value().ToString()});
  }
  if (!it->status().ok()) {
    return std::unexpected(FromStatus(it->status(), "read rows"));
  }
  return rows;
}

Result<void> RocksDbStore::WriteRows(const std::vector<Row>& rows) {
  rocksdb::WriteBatch write(0, 0, kProtectionBytesPerKey, 0);
  if (const auto status = AddRows(rows, &write); !status.ok()) {
    return std::unexpected(FromStatus(status, "write rows"));
  }
  return WriteSynced(&write, "write rows");
}

Result<std::vector<PayloadPart>> RocksDbStore::ReadPayload(uint64_t index) {
  std::vector<PayloadPart> parts;
  const std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), families_[kPayload]));
  const std::string first = PayloadKey({index, 0});
  const std::string_view prefix = std::string_view(first).substr(0, 8);
  for (it->Seek(first);
       it->Valid() && it->key().ToStringView().starts_with(prefix);
       it->Next()) {
    ASSIGN_OR_RETURN(PayloadPart part, DecodePart(it->key().ToStringView(),
                                                  it->value().ToStringView()));
    parts.push_back(std::move(part));
  }
  if (!it->status().ok()) {
    return std::unexpected(FromStatus(it->status(), "read a payload"));
  }
  return parts;
}

Result<void> RocksDbStore::RemovePayload(const std::vector<PayloadId>& parts) {
  rocksdb::WriteBatch write(0, 0, kProtectionBytesPerKey, 0);
  for (const PayloadId& part : parts) {
    const auto status = write.Delete(families_[kPayload], PayloadKey(part));
    if (!status.ok()) {
      return std::unexpected(FromStatus(status, "remove a payload"));
    }
  }
  return WriteSynced(&write, "remove a payload");
}

Result<void> RocksDbStore::PurgePayload(uint64_t first, uint64_t last) {
  return Rewrite(kPayload, PayloadKey({first, 0}), PayloadKey({last, 0xff}));
}

Result<void> RocksDbStore::EmptyEntry(uint64_t index) {
  ASSIGN_OR_RETURN(auto pieces, ReadPieces(index, index + 1));
  BundlePiece& piece = pieces.front();
  RETURN_IF_ERROR(EmptySlot(index, &piece));
  rocksdb::WriteBatch write(0, 0, kProtectionBytesPerKey, 0);
  const auto status = write.Put(
      families_[kEntries], PieceKey(piece.first, piece.count), piece.bytes);
  if (!status.ok()) return std::unexpected(FromStatus(status, "redact"));
  return WriteSynced(&write, "redact");
}

// A piece is named by its first entry, which may lie before `first`.
Result<void> RocksDbStore::PurgeEntries(uint64_t first, uint64_t last) {
  return Rewrite(kEntries, PieceKey(first / kTileWidth * kTileWidth, 0),
                 PieceKey(last, 0xffff));
}

// Writes the range [first, last] anew without what was removed or overwritten,
// and removes every file that held it. A log of writes is removed when all
// families of its time are in files of their own.
Result<void> RocksDbStore::Rewrite(Family family, std::string_view first,
                                   std::string_view last) {
  rocksdb::Status status = db_->Flush(rocksdb::FlushOptions(), families_);
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  // Else what lies at the bottom would stay as it is.
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForce;
  const rocksdb::Slice begin(first);
  const rocksdb::Slice end(last);
  if (status.ok()) {
    status = db_->CompactRange(options, families_[family], &begin, &end);
  }
  // Removing files is otherwise left to a background thread: this waits.
  if (status.ok()) status = db_->DisableFileDeletions();
  if (status.ok()) status = db_->EnableFileDeletions(/*force=*/true);
  if (!status.ok()) return std::unexpected(FromStatus(status, "rewrite"));
  return {};
}

Result<std::string> RocksDbStore::ReadMeta(std::string_view name) {
  return Get(kMeta, "m/" + std::string(name), name);
}

Result<void> RocksDbStore::WriteMeta(std::string_view name,
                                     std::string_view value) {
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status status =
      db_->Put(options, families_[kMeta], "m/" + std::string(name), value);
  if (!status.ok()) return std::unexpected(FromStatus(status, name));
  return {};
}

}  // namespace

// A database that does not open is never made anew: what it holds was signed.
Result<std::unique_ptr<Store>> OpenRocksDbStore(const std::string& directory,
                                                RocksDbOptions options) {
  MODLOG_CHECK(options.table_files >= kTableFilesMin,
               "a store may keep as many files open as it needs at once");
  const auto watch = std::make_shared<ErrorWatch>();
  const auto cache = rocksdb::NewLRUCache(kBlockCacheSize);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions(options, cache)},
      {"entries", FamilyOptions(options, cache)},
      {"tiles", FamilyOptions(options, cache)},
      {"rows", RowsOptions(options, cache)},
      {"payload", FamilyOptions(options, cache)}};
  static_assert(RocksDbStore::kFamilies == 5);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      DatabaseOptions(options, watch), directory, families, &handles, &db);
  if (!status.ok()) {
    Error error = FromStatus(status, "cannot open " + directory);
    if (error.code == Code::kCorrupt) {
      error.message +=
          ": keep the directory as it is; restore a newer copy of all of it, "
          "or the entries from a mirror";
    }
    return std::unexpected(std::move(error));
  }
  auto store = std::make_unique<RocksDbStore>(std::unique_ptr<rocksdb::DB>(db),
                                              std::move(handles), watch);
  RETURN_IF_ERROR(store->LoadHead());
  return store;
}

}  // namespace modlog
