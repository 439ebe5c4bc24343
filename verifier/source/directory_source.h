#ifndef MODLOG_VERIFIER_SOURCE_DIRECTORY_SOURCE_H_
#define MODLOG_VERIFIER_SOURCE_DIRECTORY_SOURCE_H_

// A log's static copy in a directory, its files at their tlog-tiles paths.

#include <memory>

#include "verifier/source/source.h"

namespace modlog {

// OpenDirectorySource: kNotFound, kUnavailable if it is no directory that can
// be read.
Result<std::unique_ptr<Source>> OpenDirectorySource(const std::string& path);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_DIRECTORY_SOURCE_H_
