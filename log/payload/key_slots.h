#ifndef MODLOG_LOG_PAYLOAD_KEY_SLOTS_H_
#define MODLOG_LOG_PAYLOAD_KEY_SLOTS_H_

// The keys of stored parts, in a file of their own beside the database:
//
//   32 bytes "modlog-key-slots-1\n" and zeros; then 32 bytes a slot
//
// A slot is written once, before the commit that refers to it, and overwritten
// with zeros where it is, when its part is erased; an erased or unused slot is
// all zeros. No slot is used twice. A database, and every backup and log of
// writes, holds ciphertext alone; so the file is left out of backups, or what
// was erased comes back with them.
//
// What overwriting in place cannot reach: disks and file systems that write
// elsewhere (copy on write, snapshots, flash). docs/design.md.
//
// Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "log/payload/payload_cipher.h"

namespace modlog {

class KeySlots {
 public:
  // Open makes the file (0600) if it is missing. kCorrupt for another file,
  // kUnavailable.
  static Result<std::unique_ptr<KeySlots>> Open(const std::string& path);
  ~KeySlots();
  KeySlots(const KeySlots&) = delete;
  KeySlots& operator=(const KeySlots&) = delete;

  // Write puts keys into slots [first, first + keys.size()) and returns when
  // they are durable. kUnavailable.
  Result<void> Write(uint64_t first, std::span<const PartKey> keys);

  // Read returns the key of a slot, or nothing where it is erased or beyond the
  // file. kUnavailable.
  Result<std::optional<PartKey>> Read(uint64_t slot) const;

  // Erase overwrites the slots and returns when that is durable. Erased ones
  // may be among them. kUnavailable.
  Result<void> Erase(std::span<const uint64_t> slots);

  // Whether Open made the file: then no key of before is there.
  bool made() const { return made_; }

 private:
  KeySlots(int fd, bool made) : fd_(fd), made_(made) {}

  Result<void> Extend(uint64_t slots);
  Result<void> Sync() const;

  const int fd_;
  const bool made_;
  uint64_t zeroed_ = 0;  // slots that the file has; the writer's alone
};

}  // namespace modlog

#endif  // MODLOG_LOG_PAYLOAD_KEY_SLOTS_H_
