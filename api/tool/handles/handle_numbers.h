#ifndef MODLOG_API_TOOL_HANDLES_HANDLE_NUMBERS_H_
#define MODLOG_API_TOOL_HANDLES_HANDLE_NUMBERS_H_

// Which number each record about an account has under one key, kept so that a
// record that is sent again gets the number it had, and no number is left out.
//
// A file of records of 37 bytes, only ever appended to:
//
//   op (1) || account tag (16) || record tag (16) || u32be(number)
//   op 1: the record has the number   op 2: it has it no longer (it was
//   refused)
//
// Tags are HKDF-SHA256 under the key's secret, so that the file names nobody;
// with the key it tells all. What was appended counts once Sync returned: a
// record must not be sent before. A torn end, of a crash, is cut off.
//
// One process at a time writes (flock). Not thread-safe.

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/tool/handles/handle_keys.h"
#include "verifier/base/durable_file.h"

namespace modlog {

// 29 million records under one key.
inline constexpr uint64_t kHandleNumbersSizeMax = 1 << 30;

class HandleNumbers {
 public:
  using Tag = std::array<uint8_t, 16>;
  struct Record {
    Tag account;
    Tag record;
  };

  enum class Use { kWrite, kRead };
  // Create makes the file of a new key, if it is not there.
  static Result<void> Create(const std::string& directory, uint32_t number);
  // Open reads the file of a key. kNotFound where it is missing: to begin anew
  // would give numbers a second time. kUnavailable where another process writes
  // it; kCorrupt for a file that is none; kTooLarge.
  static Result<HandleNumbers> Open(const std::string& directory,
                                    const HandleKey& key, Use use);

  // Of one record: the account as in HandleInput, the puid of the record.
  static Record TagsOf(const HandleKey& key, std::string_view account,
                       std::string_view puid);

  std::optional<uint32_t> Find(const Record& record) const;
  // Assign gives the lowest number that no record of the account has. REQUIRES:
  // Find found none; Use::kWrite. kTooLarge, kUnavailable.
  Result<uint32_t> Assign(const Record& record);
  // Release takes a number back from a record that the log refused.
  Result<void> Release(const Record& record);
  Result<void> Sync();

  // The highest number that a record of the account has, or 0.
  uint32_t Last(const Tag& account) const;

 private:
  struct Account {
    uint32_t last = 0;
    std::set<uint32_t> free;  // below last
  };

  Result<void> Load(std::string_view bytes);
  Result<void> Append(char op, const Record& record, uint32_t number);
  bool IsNext(const Tag& account, uint32_t number) const;
  void Take(const Record& record, uint32_t number);
  void GiveBack(const Record& record);

  std::string path_;
  std::unique_ptr<OpenFile> file_;  // null: read only
  uint64_t size_ = 0;
  bool unsynced_ = false;
  absl::flat_hash_map<Tag, Account> accounts_;
  absl::flat_hash_map<Tag, uint32_t> numbers_;  // by record
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_HANDLES_HANDLE_NUMBERS_H_
