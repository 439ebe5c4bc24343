#ifndef MODLOG_LOG_STORE_ROWS_H_
#define MODLOG_LOG_STORE_ROWS_H_

// Rows: what the log knows about entries because of other entries, by key in
// the store and committed with the entries that cause them. Integers
// big-endian, so that keys ascend as their numbers do.
//
// What keys begin with is named below, so that no two rooms take the same; what
// follows stands beside each or in the header of the room that writes it.
//
// RowsView is the rows as they will stand after the batch that is being
// resolved: the store's, with what earlier items of the batch put on top. Rules
// that look at the life of an entry read and write through it, so that an item
// sees what an item before it did. Not thread-safe.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "log/store/store.h"

namespace modlog {

// || target (u64) || role (u8) || referrer (u64) -> kind (u8): entry `referrer`
// names entry `target`; life.h has the roles. Of a VOID there is one at most:
// || target (u64) || 4 -> referrer (u64).
inline constexpr std::string_view kReferenceRows = "r";
// || platform || 00 || entry (u64) -> v1::BulkCorrection: entry corrects many of
// the platform by one rule.
inline constexpr std::string_view kBulkRows = "b";
// Payloads: the first key slot that no commit refers to yet; || day (u32) ||
// index (u64), the last day that the payload of an entry is kept; || first (u64)
// -> last (u64), payloads of entries in [first, last] whose time is over were
// removed, and are still to be purged from the files.
inline constexpr std::string_view kNextSlotRow = "ps";
inline constexpr std::string_view kKeptUntilRows = "pu";
inline constexpr std::string_view kPurgeToDoRows = "pw";
// erasure.h
inline constexpr std::string_view kErasedRows = "ed";
inline constexpr std::string_view kErasureAskedRows = "eq";
inline constexpr std::string_view kErasureToDoRows = "ew";
// redacted.h, redaction.h
inline constexpr std::string_view kRedactedRows = "xd";
inline constexpr std::string_view kRedactionToDoRows = "xw";
// platform_keys.h
inline constexpr std::string_view kKeyNumberRows = "kn";
inline constexpr std::string_view kPublicKeyRows = "kk";
// seals.h: what a platform has, seals by hash, seals by place
inline constexpr std::string_view kPlatformCountRows = "sp";
inline constexpr std::string_view kSealHashRows = "sh";
inline constexpr std::string_view kSealPlaceRows = "sx";
// terms.h: by number, texts by hash
inline constexpr std::string_view kTermNumberRows = "tn";
inline constexpr std::string_view kTermTextRows = "tt";

class RowsView {
 public:
  // `store` must outlive the view.
  explicit RowsView(Store* store) : store_(store) {}

  // Read: the value, or nothing. The store's errors.
  Result<std::optional<std::string>> Read(std::string_view key) const;
  // Scan: all rows whose keys begin with `prefix`, ascending, at most `limit`.
  Result<std::vector<Row>> Scan(std::string_view prefix, size_t limit) const;

  void Put(std::string key, std::string value);
  void Remove(std::string key);

  // A place to come back to, for items that are taken back together.
  size_t Mark() const { return written_.size(); }
  void RollBack(size_t mark);

  // Take returns what is to be put and removed, one row a key, ascending.
  std::vector<Row> Take() &&;

 private:
  using Overlay =
      std::map<std::string, std::optional<std::string>, std::less<>>;
  struct Written {
    Overlay::iterator at;
    // What the overlay had for the key before; absent: nothing.
    std::optional<std::optional<std::string>> before;
  };
  void Write(std::string key, std::optional<std::string> value);

  Store* store_;
  Overlay overlay_;
  std::vector<Written> written_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_ROWS_H_
