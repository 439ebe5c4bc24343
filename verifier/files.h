#ifndef MODLOG_VERIFIER_FILES_H_
#define MODLOG_VERIFIER_FILES_H_

// Reading and writing whole files. Thread-safe.

#include <string>

#include "verifier/core/result.h"

namespace modlog {

// ReadFile returns the bytes of a regular file or pipe; "-" is standard input.
// kNotFound, kTooLarge above `size_max`, kUnavailable for everything else.
Result<std::string> ReadFile(const std::string& path, size_t size_max);

// WriteFileAtomically makes `directory`/`name` hold the bytes or leaves it as
// it was, across a loss of power too: a temporary file, fsync, rename, fsync of
// the directory. kUnavailable.
Result<void> WriteFileAtomically(const std::string& directory,
                                 const std::string& name,
                                 const std::string& bytes);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_FILES_H_
