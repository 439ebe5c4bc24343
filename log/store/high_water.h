#ifndef MODLOG_LOG_STORE_HIGH_WATER_H_
#define MODLOG_LOG_STORE_HIGH_WATER_H_

// How far this log has ever signed, kept outside the database, because a
// database restored from a backup, or one whose write-ahead log was deleted,
// opens as if nothing were missing. At start the database must hold at least
// this much, with this root.
//
// The file is two preallocated slots of 4 KiB, written in turn:
//
//   "modlog-highwater-1\n"  u64 sequence  u64 size  32-byte root  i64 logged_at
//   then SHA-256 of all before; integers big-endian; the rest zero
//
// A torn write spoils one slot; the other still holds the mark before, and the
// mark being written has not been signed yet. Both invalid: refuse to start.
// An fdatasync of a preallocated slot costs a fifth of write, rename and
// syncing the directory. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>

#include "log/store/store.h"

namespace modlog {

class HighWater {
 public:
  // Open reads the file, kCorrupt when neither slot holds; where there is no
  // file, kNotFound.
  static Result<std::unique_ptr<HighWater>> Open(const std::string& path);
  // Create makes the file with the mark of an empty log, durably.
  static Result<std::unique_ptr<HighWater>> Create(const std::string& path,
                                                   const StoredHead& mark);
  ~HighWater();
  HighWater(const HighWater&) = delete;
  HighWater& operator=(const HighWater&) = delete;

  const StoredHead& mark() const { return mark_; }

  // Raise makes a new mark durable before it returns. kUnavailable when the
  // write or its sync fails: then the outcome is unknown.
  // REQUIRES: head.tree.size >= mark().tree.size.
  Result<void> Raise(const StoredHead& head);

 private:
  HighWater(int fd, uint64_t sequence, StoredHead mark)
      : fd_(fd), sequence_(sequence), mark_(mark) {}

  int fd_;
  uint64_t sequence_;  // of the newest slot; slot = sequence % 2
  StoredHead mark_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_HIGH_WATER_H_
