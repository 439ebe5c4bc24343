#ifndef MODLOG_API_IMPORT_INPUT_FILE_TREE_H_
#define MODLOG_API_IMPORT_INPUT_FILE_TREE_H_

// A directory of files written by others: listed in an order of its own, read
// within a limit, named in messages without what a terminal would obey.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

// ListFiles returns the paths of all files below `directory`, relative to it,
// with "/" between names, ascending as bytes. Folders and files whose names
// begin with a dot are left out (.git); links are listed and not followed.
// kNotFound where there is no such directory; kUnavailable where one cannot be
// read.
Result<std::vector<std::string>> ListFiles(const std::string& directory);

// ReadListedFile returns the bytes of a regular file of at most `size_max`
// bytes. kTooLarge with the limit, kMalformed for anything but a regular file,
// kUnavailable.
Result<std::string> ReadListedFile(const std::string& path, size_t size_max);

// Printable replaces control characters by "?".
std::string Printable(std::string_view path);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_FILE_TREE_H_
