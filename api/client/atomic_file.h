#ifndef MODLOG_API_CLIENT_ATOMIC_FILE_H_
#define MODLOG_API_CLIENT_ATOMIC_FILE_H_

// Files that are there whole or not at all: written beside their place, then
// renamed into it.

#include <sys/types.h>

#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

enum class Durability {
  kSynced,    // on the disk, and so is its name
  kUnsynced,  // up to the system: for files that can be fetched again
};

// WriteFileAtomically replaces the file, mode `mode` less the umask.
// kUnavailable names the path and why; what stood there before then still does.
Result<void> WriteFileAtomically(const std::string& path, std::string_view data,
                                 Durability durability, mode_t mode = 0644);

// ReadWholeFile: kNotFound, kTooLarge past the limit, kUnavailable.
Result<std::string> ReadWholeFile(const std::string& path, size_t size_max);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_ATOMIC_FILE_H_
