#ifndef MODLOG_API_TOOL_HANDLES_HANDLE_KEYS_H_
#define MODLOG_API_TOOL_HANDLES_HANDLE_KEYS_H_

// A platform's keys for subject handles, one a period, in a folder of the
// platform's own (0700):
//
//   key-N      "modlog handle key v1\nlog ORIGIN\nplatform P\nnumber N\n
//               secret HEX\n", mode 0600
//   numbers-N  which entries of an account have which number
//              (handle_numbers.h)
//
// Whoever has a key-N can tell whom each entry of its period is about. After
// the period it is destroyed: overwritten, then removed. What file systems and
// disks keep of it nevertheless, this cannot reach (docs/design.md,
// "Payloads").
//
// Errors of the system are kUnavailable and name the path.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/vrf.h"

namespace modlog {

inline constexpr uint32_t kHandleKeysMax = 4'096;  // of a platform

struct HandleKey {
  std::string origin;  // of the log it is for: one key is for one log
  std::string platform;
  uint32_t number = 0;
  VrfPrivateKey key;
};

// DefaultHandleDirectory returns $XDG_CONFIG_HOME/modlog/<platform>.handles, or
// below $HOME/.config. kNotFound where neither is set.
Result<std::string> DefaultHandleDirectory(std::string_view platform);

std::string HandleKeyPath(const std::string& directory, uint32_t number);
std::string HandleNumbersPath(const std::string& directory, uint32_t number);

// WriteHandleKey makes the folder and the file, durably. kAlreadyExists where
// there is a key of this number.
Result<void> WriteHandleKey(const std::string& directory, const HandleKey& key);

// ReadHandleKey: nothing where there is none of this number. kForbidden for a
// file that others may read, kMalformed for one that is none, kConflict for one
// of another log or platform.
Result<std::optional<HandleKey>> ReadHandleKey(const std::string& directory,
                                               std::string_view origin,
                                               std::string_view platform,
                                               uint32_t number);
// ReadHandleKeys reads all that are there, ascending.
Result<std::vector<HandleKey>> ReadHandleKeys(const std::string& directory,
                                              std::string_view origin,
                                              std::string_view platform);

// DestroyHandleKey overwrites and removes what is there of a key. Nothing may
// be: then it is done already.
Result<void> DestroyHandleKey(const std::string& directory, uint32_t number);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_HANDLES_HANDLE_KEYS_H_
