#ifndef MODLOG_TESTS_LOG_FORWARDING_STORE_H_
#define MODLOG_TESTS_LOG_FORWARDING_STORE_H_

// A store in front of another, for tests that look at or change what passes.

#include <memory>
#include <string>
#include <vector>

#include "log/store/store.h"

namespace modlog {

// Passes everything on.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> store)
      : store_(std::move(store)) {}

  CommitResult Commit(const StoreBatch& batch) override {
    return store_->Commit(batch);
  }
  Result<StoredHead> ReadHead() override { return store_->ReadHead(); }
  Result<std::string> ReadTile(TileId id) override {
    return store_->ReadTile(id);
  }
  Result<std::vector<BundlePiece>> ReadPieces(uint64_t begin,
                                              uint64_t end) override {
    return store_->ReadPieces(begin, end);
  }
  Result<std::string> ReadRow(std::string_view key) override {
    return store_->ReadRow(key);
  }
  Result<std::vector<Row>> ScanRows(std::string_view prefix,
                                    size_t limit) override {
    return store_->ScanRows(prefix, limit);
  }
  Result<void> WriteRows(const std::vector<Row>& rows) override {
    return store_->WriteRows(rows);
  }
  Result<std::vector<PayloadPart>> ReadPayload(uint64_t index) override {
    return store_->ReadPayload(index);
  }
  Result<void> RemovePayload(const std::vector<PayloadId>& parts) override {
    return store_->RemovePayload(parts);
  }
  Result<void> PurgePayload(uint64_t first, uint64_t last) override {
    return store_->PurgePayload(first, last);
  }
  Result<void> EmptyEntry(uint64_t index) override {
    return store_->EmptyEntry(index);
  }
  Result<void> PurgeEntries(uint64_t first, uint64_t last) override {
    return store_->PurgeEntries(first, last);
  }
  Result<std::string> ReadMeta(std::string_view name) override {
    return store_->ReadMeta(name);
  }
  Result<void> WriteMeta(std::string_view name,
                         std::string_view value) override {
    return store_->WriteMeta(name, value);
  }

 private:
  const std::unique_ptr<Store> store_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_LOG_FORWARDING_STORE_H_
