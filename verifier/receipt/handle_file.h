#ifndef MODLOG_VERIFIER_RECEIPT_HANDLE_FILE_H_
#define MODLOG_VERIFIER_RECEIPT_HANDLE_FILE_H_

// What a platform hands to a person so that they find the entries about their
// account: handles with their VRF proofs, and the entry by which the key was
// registered, with its inclusion proof. A file of JSON:
//
//   {"platform":"example","account":"…",
//    "key":{"entry":b64 of the leaf,"proof":"c2sp.org/tlog-proof@v1\n…"},
//    "handles":[{"number":1,"proof":b64, 81 bytes}, …]}
//
// numbers ascending. It names the account and is that person's alone: whoever
// has it can find the entries too. It holds no secret: nobody can make another
// handle from it.
//
// Pure functions, thread-safe. Source: docs/formats.md, "Handle file".

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/handle.h"

namespace modlog {

inline constexpr size_t kHandleFileSizeMax = 4 << 20;
inline constexpr size_t kHandlesMax = 4'096;

struct NumberedProof {
  uint32_t number;    // from 1
  std::string proof;  // kVrfProofSize bytes
};
struct HandleFile {
  std::string platform;
  std::string account;
  std::string key_entry;  // leaf bytes of the registration
  std::string key_proof;  // text of its tlog-proof
  std::vector<NumberedProof> handles;
};

// FormatHandleFile is the file. HandleFileFrom reads its JSON, strictly:
// kMalformed for a key that is unknown or missing, numbers that do not ascend;
// kTooLarge beyond kHandlesMax. The reader of the JSON refuses repeated keys.
std::string FormatHandleFile(const HandleFile& file);
Result<HandleFile> HandleFileFrom(const nlohmann::json& json);

struct NumberedHandle {
  uint32_t number;
  std::string handle;  // kHandleSize bytes
};
// Handles whose proofs hold under the key that key_entry registers.
struct ProvedHandles {
  std::string platform;
  std::string account;
  uint32_t key = 0;        // its number
  std::string public_key;  // kSize bytes
  std::string possession;  // the registration's proof
  std::vector<NumberedHandle> handles;
};

// ProveHandles: kBadProof where key_entry is not the registration of a VRF key
// of this platform, or a proof does not hold for this account and number; the
// message says which. That key_entry is in a log is not looked at here.
Result<ProvedHandles> ProveHandles(const HandleFile& file);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_HANDLE_FILE_H_
