#ifndef MODLOG_VERIFIER_RECEIPT_SEAL_FILE_H_
#define MODLOG_VERIFIER_RECEIPT_SEAL_FILE_H_

// The seal that covers an entry, as part of its receipt: by it the platform,
// and not the log's operator alone, vouches for the entry. A file of JSON, all
// bytes in base64:
//
//   {"index":11,"seal":leaf of the seal's entry,
//    "action_path":[32 bytes, …],"public_key":32 bytes}
//
// `index` is that of the seal's entry; `action_path` leads from the entry's
// action to the seal's root; `public_key` is the key that the seal names, as
// the log says it was registered.
//
// Pure functions, thread-safe. Source: docs/formats.md, "Seal file".

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/seal.h"

namespace modlog {

inline constexpr size_t kSealFileSizeMax = 64 << 10;
inline constexpr size_t kSealPathMax = 16;  // of kSealCountMax actions

struct SealFile {
  uint64_t index = 0;
  std::string leaf;
  std::vector<Hash> action_path;
  std::string public_key;
  friend bool operator==(const SealFile&, const SealFile&) = default;
};

// FormatSealFile is the file. SealFileFrom reads its JSON, strictly:
// kMalformed. The reader of the JSON refuses repeated keys.
std::string FormatSealFile(const SealFile& file);
Result<SealFile> SealFileFrom(const nlohmann::json& json);

// An entry of which its receipt has proved that it stands in a log.
struct SealedEntry {
  std::string_view origin;
  std::string_view platform;
  uint64_t index;
  std::string_view action;
};

// CheckSealFile: the seal is of the entry's platform and over its action, and
// its signature verifies by the file's key; kBadProof names what does not hold.
// That the key is the platform's is not said.
Result<Seal> CheckSealFile(const SealFile& file, const SealedEntry& entry);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_SEAL_FILE_H_
