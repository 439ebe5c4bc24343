#include "log/store/memory_store.h"

#include <map>

#include "log/store/redacted.h"
#include "verifier/base/mutex.h"

namespace modlog {

struct MemoryContents {
  Mutex mutex;
  StoredHead head ABSL_GUARDED_BY(mutex) = {{0, HashEmpty()}, 0};
  std::map<uint64_t, BundlePiece> pieces ABSL_GUARDED_BY(mutex);
  std::map<std::pair<int, uint64_t>, std::string> tiles ABSL_GUARDED_BY(mutex);
  std::map<std::string, std::string, std::less<>> meta ABSL_GUARDED_BY(mutex);
  std::map<std::string, std::string, std::less<>> rows ABSL_GUARDED_BY(mutex);
  std::map<PayloadId, PayloadPart> payload ABSL_GUARDED_BY(mutex);
  int commits ABSL_GUARDED_BY(mutex) = 0;
};

namespace {

class MemoryStore final : public Store {
 public:
  MemoryStore(std::shared_ptr<MemoryContents> contents, CommitFateHook hook)
      : contents_(std::move(contents)), hook_(std::move(hook)) {}

  CommitResult Commit(const StoreBatch& batch) override {
    MutexLock lock(&contents_->mutex);
    if (batch.before != contents_->head) {
      return {CommitOutcome::kNotCommitted,
              {Code::kConflict, "the head that stands is another"}};
    }
    CommitFate fate;
    if (hook_) fate = hook_(contents_->commits++);
    const bool write =
        fate.outcome == CommitOutcome::kCommitted ||
        (fate.outcome == CommitOutcome::kUnknown && fate.persist);
    if (write) Write(batch);
    if (fate.outcome == CommitOutcome::kCommitted) return {fate.outcome, {}};
    return {fate.outcome, {Code::kUnavailable, "a fault asked for by a test"}};
  }

  Result<StoredHead> ReadHead() override {
    MutexLock lock(&contents_->mutex);
    return contents_->head;
  }

  Result<std::string> ReadTile(TileId id) override {
    MutexLock lock(&contents_->mutex);
    const auto it = contents_->tiles.find({id.level, id.index});
    if (it == contents_->tiles.end()) {
      return Fail(Code::kNotFound, "no " + TilePath(id, kTileWidth));
    }
    return it->second;
  }

  Result<std::vector<BundlePiece>> ReadPieces(uint64_t begin,
                                              uint64_t end) override {
    MutexLock lock(&contents_->mutex);
    std::vector<BundlePiece> pieces;
    auto it = contents_->pieces.upper_bound(begin);
    if (it != contents_->pieces.begin()) --it;
    for (; it != contents_->pieces.end() && it->first < end; ++it) {
      pieces.push_back(it->second);
    }
    if (pieces.empty() || pieces.front().first > begin ||
        pieces.back().first + pieces.back().count < end) {
      return Fail(Code::kNotFound, "no entries " + std::to_string(begin) +
                                       ".." + std::to_string(end));
    }
    return pieces;
  }

  Result<std::string> ReadRow(std::string_view key) override {
    MutexLock lock(&contents_->mutex);
    const auto it = contents_->rows.find(key);
    if (it == contents_->rows.end()) return Fail(Code::kNotFound, "no row");
    return it->second;
  }

  Result<std::vector<Row>> ScanRows(std::string_view prefix,
                                    size_t limit) override {
    MutexLock lock(&contents_->mutex);
    std::vector<Row> rows;
    for (auto it = contents_->rows.lower_bound(prefix);
         it != contents_->rows.end() && rows.size() < limit &&
         it->first.starts_with(prefix);
         ++it) {
      rows.push_back({it->first, it->second});
    }
    return rows;
  }

  Result<void> WriteRows(const std::vector<Row>& rows) override {
    MutexLock lock(&contents_->mutex);
    ApplyRows(rows);
    return {};
  }

  Result<std::vector<PayloadPart>> ReadPayload(uint64_t index) override {
    MutexLock lock(&contents_->mutex);
    std::vector<PayloadPart> parts;
    for (auto it = contents_->payload.lower_bound({index, 0});
         it != contents_->payload.end() && it->first.index == index; ++it) {
      parts.push_back(it->second);
    }
    return parts;
  }

  Result<void> RemovePayload(const std::vector<PayloadId>& parts) override {
    MutexLock lock(&contents_->mutex);
    for (const PayloadId& part : parts) contents_->payload.erase(part);
    return {};
  }

  Result<void> PurgePayload(uint64_t, uint64_t) override { return {}; }

  Result<void> EmptyEntry(uint64_t index) override {
    ASSIGN_OR_RETURN(auto pieces, ReadPieces(index, index + 1));
    RETURN_IF_ERROR(EmptySlot(index, &pieces.front()));
    MutexLock lock(&contents_->mutex);
    contents_->pieces[pieces.front().first] = std::move(pieces.front());
    return {};
  }

  Result<void> PurgeEntries(uint64_t, uint64_t) override { return {}; }

  Result<std::string> ReadMeta(std::string_view name) override {
    MutexLock lock(&contents_->mutex);
    const auto it = contents_->meta.find(name);
    if (it == contents_->meta.end()) {
      return Fail(Code::kNotFound, "no meta " + std::string(name));
    }
    return it->second;
  }

  Result<void> WriteMeta(std::string_view name,
                         std::string_view value) override {
    MutexLock lock(&contents_->mutex);
    contents_->meta[std::string(name)] = value;
    return {};
  }

 private:
  void Write(const StoreBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(contents_->mutex) {
    for (const BundlePiece& piece : batch.pieces) {
      contents_->pieces[piece.first] = piece;
    }
    for (const FullTile& tile : batch.tiles) {
      contents_->tiles[{tile.id.level, tile.id.index}] = tile.bytes;
    }
    ApplyRows(batch.rows);
    for (const PayloadPart& part : batch.payload) {
      contents_->payload[part.id] = part;
    }
    contents_->head = batch.after;
  }

  void ApplyRows(const std::vector<Row>& rows)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(contents_->mutex) {
    for (const Row& row : rows) {
      if (row.value) contents_->rows[row.key] = *row.value;
      if (!row.value) contents_->rows.erase(row.key);
    }
  }

  std::shared_ptr<MemoryContents> contents_;
  CommitFateHook hook_;
};

}  // namespace

std::shared_ptr<MemoryContents> NewMemoryContents() {
  return std::make_shared<MemoryContents>();
}

std::unique_ptr<Store> NewMemoryStore(std::shared_ptr<MemoryContents> contents,
                                      CommitFateHook hook) {
  return std::make_unique<MemoryStore>(std::move(contents), std::move(hook));
}

std::unique_ptr<Store> NewMemoryStore(CommitFateHook hook) {
  return NewMemoryStore(NewMemoryContents(), std::move(hook));
}

}  // namespace modlog
