#ifndef MODLOG_VERIFIER_BASE_DURABLE_FILE_H_
#define MODLOG_VERIFIER_BASE_DURABLE_FILE_H_

// Files that are read whole, and that are there whole or not at all: written
// beside their place, then renamed into it. Errors of the system are
// kUnavailable and name the path. Thread-safe.

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

// A file descriptor for as long as it is in scope.
struct OpenFile {
  explicit OpenFile(int descriptor) : fd(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int fd;
};

// SystemError says what errno says: "cannot <what> <path>: …".
std::unexpected<Error> SystemError(std::string_view what,
                                   const std::string& path);

std::string ParentOf(const std::string& path);

// SyncDirectory makes names in the directory durable.
Result<void> SyncDirectory(const std::string& path);

// WriteAll goes on where a write was cut short. False where it fails.
bool WriteAll(int fd, std::string_view text);

// WriteFileDurably writes the whole file or nothing of it, on the disk once it
// returns, and so is its name. `mode` less the umask.
Result<void> WriteFileDurably(const std::string& path, std::string_view text,
                              mode_t mode);

// WriteFileAtomically is the same but leaves the disk to the system: for files
// that can be fetched again.
Result<void> WriteFileAtomically(const std::string& path, std::string_view text,
                                 mode_t mode);

// WriteNewFileDurably writes a file that must not be there: kAlreadyExists, and
// what is there stays, whatever else writes or dies at the same time.
Result<void> WriteNewFileDurably(const std::string& path, std::string_view text,
                                 mode_t mode);

// ReadFile returns the bytes of a file or pipe; "-" is standard input.
// kNotFound, kTooLarge past the limit.
Result<std::string> ReadFile(const std::string& path, size_t size_max);

// ReadSmallFile returns nothing where there is no such file. kTooLarge past the
// limit.
Result<std::optional<std::string>> ReadSmallFile(const std::string& path,
                                                 size_t size_max);

// CheckSecretFile: an open file is a regular one that only its owner may read;
// else kUnavailable, kForbidden.
Result<void> CheckSecretFile(int fd, const std::string& path);

// ReadSecretFile returns nothing where there is no such file. kForbidden where
// others may read it, kTooLarge past the limit.
Result<std::optional<std::string>> ReadSecretFile(const std::string& path,
                                                  size_t size_max);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_DURABLE_FILE_H_
