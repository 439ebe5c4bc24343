#ifndef MODLOG_LOG_STORE_PUID_RUN_H_
#define MODLOG_LOG_STORE_PUID_RUN_H_

// One immutable file of the puid index: the keys of a range of entries, sorted.
// Derived data: a file that fails any check is thrown away and made again from
// the entries.
//
//   blocks of 512 bytes: up to 12 x (32-byte key, u64 place), zero padding,
//                        u32 count, first 8 bytes of SHA-256 of all before
//   last block:          "modlog-puids-2\n" begin end keys, same checksum
//
// Keys are SHA-256 outputs, so a key's place is guessed from its value
// (interpolation) and found in two or three blocks; every block touched is
// checked first. Integers big-endian. An open run is thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "log/store/block_filter.h"
#include "verifier/core/result.h"

namespace modlog {

// A place says where a puid stands and what kind of entry it is: the kind in
// the top byte, the index below, so that a reference can be judged without
// reading the entry.
constexpr uint64_t MakePlace(uint64_t index, int kind) {
  return static_cast<uint64_t>(kind) << 56 | index;
}
constexpr uint64_t PlaceIndex(uint64_t place) {
  return place & ((uint64_t{1} << 56) - 1);
}
constexpr int PlaceKind(uint64_t place) {
  return static_cast<int>(place >> 56);
}

struct PuidRecord {
  Hash key;
  uint64_t place;
};

class PuidRun {
 public:
  // Open reads the file once, checks every block and fills the filter: some 40
  // ns a key. kCorrupt if any check fails, kUnavailable if it cannot be read.
  // Unless it is kept open, each look-up that the filter lets through opens it.
  static Result<std::shared_ptr<PuidRun>> Open(const std::string& path,
                                               bool keep_open = true);
  ~PuidRun();
  PuidRun(const PuidRun&) = delete;
  PuidRun& operator=(const PuidRun&) = delete;

  // The run holds the keys of entries [begin, end).
  uint64_t begin() const { return begin_; }
  uint64_t end() const { return end_; }
  uint64_t keys() const { return keys_; }
  const std::string& path() const { return path_; }
  bool kept_open() const { return fd_ >= 0; }

  // The file goes once nobody uses the run any more: another one has its keys.
  void Retire() { retired_ = true; }

  void Prefetch(const Hash& key) const { filter_.Prefetch(key); }
  bool MayContain(const Hash& key) const { return filter_.MayContain(key); }

  // Find returns the entry's place. kCorrupt when a block fails its check,
  // kUnavailable when the file cannot be opened.
  Result<std::optional<uint64_t>> Find(const Hash& key) const;

 private:
  friend class PuidRunReader;
  class File;
  PuidRun(std::string path, int fd, uint64_t begin, uint64_t end,
          uint64_t keys);
  uint64_t RecordsIn(uint64_t block) const;
  bool BlockHolds(const uint8_t* bytes, uint64_t block) const;
  Error Damaged(uint64_t block) const;
  Result<std::optional<uint64_t>> FindIn(int fd, const Hash& key) const;

  const std::string path_;
  const int fd_;  // -1 where it is not kept open
  std::atomic<bool> retired_ = false;
  const uint64_t begin_, end_, keys_, blocks_;
  BlockFilter filter_;
};

// PuidRunReader goes through a run's records in ascending order, with a buffer
// of its own: files are read and not mapped, so that memory is what it seems.
class PuidRunReader {
 public:
  explicit PuidRunReader(std::shared_ptr<const PuidRun> run)
      : run_(std::move(run)) {}

  // Next returns nothing at the end, and kCorrupt or kUnavailable before it.
  Result<std::optional<PuidRecord>> Next();

 private:
  Result<void> Fill();

  std::shared_ptr<const PuidRun> run_;
  uint64_t next_ = 0;         // record
  uint64_t first_block_ = 0;  // in the buffer
  std::string buffer_;
};

// A producer of records in ascending order; nothing at the end.
using PuidRecords = std::function<std::optional<PuidRecord>()>;

// WritePuidRun writes a run of exactly `keys` records durably and under its
// final name in `directory`. Returns the path. kUnavailable, and no file, where
// it cannot be written or the records end early.
Result<std::string> WritePuidRun(const std::string& directory, uint64_t begin,
                                 uint64_t end, uint64_t keys,
                                 const PuidRecords& records);

// ParsePuidRunName reads begin and end of "<begin>-<end>.puids".
std::optional<std::pair<uint64_t, uint64_t>> ParsePuidRunName(
    std::string_view name);

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_PUID_RUN_H_
