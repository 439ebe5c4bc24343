#include "log/store/redacted.h"

#include <cstring>

#include "log/store/rows.h"
#include "verifier/core/bundle.h"

namespace modlog {

namespace {

constexpr size_t kFixedSize = 8 + 8 + 1 + 3 * kHashSize;

}  // namespace

std::string RedactedKey(uint64_t index) {
  std::string key(kRedactedRows);
  AppendBigEndian(index, 8, &key);
  return key;
}

std::string EncodeRedacted(const RedactedEntry& entry) {
  std::string value;
  AppendBigEndian(entry.by, 8, &value);
  AppendBigEndian(static_cast<uint64_t>(entry.logged_at_ms), 8, &value);
  AppendBigEndian(static_cast<uint64_t>(entry.kind), 1, &value);
  for (const Hash* hash :
       {&entry.leaf_hash, &entry.action_hash, &entry.puid_key}) {
    value += AsText(*hash);
  }
  return value + entry.platform;
}

Result<RedactedEntry> DecodeRedacted(std::string_view key,
                                     std::string_view value) {
  if (key.size() != kRedactedRows.size() + 8 || value.size() < kFixedSize) {
    return Fail(Code::kCorrupt, "a row of redactions is malformed");
  }
  RedactedEntry entry;
  entry.index = BigEndian(key.substr(kRedactedRows.size()));
  entry.by = BigEndian(value.substr(0, 8));
  entry.logged_at_ms = static_cast<int64_t>(BigEndian(value.substr(8, 8)));
  entry.kind = static_cast<uint8_t>(value[16]);
  size_t at = 17;
  for (Hash* hash : {&entry.leaf_hash, &entry.action_hash, &entry.puid_key}) {
    std::memcpy(hash->data(), value.data() + at, kHashSize);
    at += kHashSize;
  }
  entry.platform = value.substr(kFixedSize);
  return entry;
}

Result<std::optional<RedactedEntry>> ReadRedacted(Store& store,
                                                  uint64_t index) {
  const std::string key = RedactedKey(index);
  const auto value = store.ReadRow(key);
  if (!value && value.error().code == Code::kNotFound) {
    return std::optional<RedactedEntry>();
  }
  if (!value) return std::unexpected(value.error());
  ASSIGN_OR_RETURN(RedactedEntry entry, DecodeRedacted(key, *value));
  return std::optional(std::move(entry));
}

Result<std::vector<RedactedEntry>> ReadAllRedacted(Store& store) {
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store.ScanRows(kRedactedRows, kRedactionsMax));
  std::vector<RedactedEntry> entries;
  entries.reserve(rows.size());
  for (const Row& row : rows) {
    ASSIGN_OR_RETURN(RedactedEntry entry, DecodeRedacted(row.key, *row.value));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Error IsRedacted(const RedactedEntry& entry) {
  return {Code::kNotFound,
          "entry " + std::to_string(entry.index) + " was redacted by entry " +
              std::to_string(entry.by) +
              ": its hash stands in the tree, its bytes are gone"};
}

Result<Hash> HashSlot(Store& store, uint64_t index, Bytes slot) {
  if (!slot.empty()) return HashLeaf(slot);
  ASSIGN_OR_RETURN(const RedactedEntry entry, ReadEmptied(store, index));
  return entry.leaf_hash;
}

Result<RedactedEntry> ReadEmptied(Store& store, uint64_t index) {
  ASSIGN_OR_RETURN(auto entry, ReadRedacted(store, index));
  if (entry) return *std::move(entry);
  return Fail(Code::kCorrupt,
              "entry " + std::to_string(index) +
                  " has no bytes, and no entry says that it was redacted: "
                  "keep the directory, restore from a mirror");
}

Result<void> EmptySlot(uint64_t index, BundlePiece* piece) {
  MODLOG_CHECK(piece->first <= index && index - piece->first < piece->count,
               "the piece holds the entry");
  ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                   ParseBundle(AsBytes(piece->bytes), piece->count));
  std::string bytes;
  bytes.reserve(piece->bytes.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    AppendToBundle(piece->first + i == index ? Bytes() : entries[i], &bytes);
  }
  piece->bytes = std::move(bytes);
  return {};
}

}  // namespace modlog
