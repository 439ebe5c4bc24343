#ifndef MODLOG_TESTS_WATCH_WATCHED_LOG_H_
#define MODLOG_TESTS_WATCH_WATCHED_LOG_H_

// Directories in which a log, its mirrors and its watchers show what they have.

#include <string>
#include <vector>

#include "tests/audit/small_log.h"

namespace modlog {

// A log that has other entries from `from` on.
SmallLog Forked(uint64_t size, uint64_t from);

// A checkpoint of the first `size` entries, cosigned at these times by as many
// witnesses. WatchWitnessKey(n) is the key of witness number n.
SignerKey WatchWitnessKey(size_t n);
std::string CosignedAt(const SmallLog& log, uint64_t size,
                       const std::vector<uint64_t>& times_s);

// Serve makes a directory show a log of `size` entries and nothing else; `note`
// stands in for its checkpoint, if any is given.
void Serve(const SmallLog& log, uint64_t size, const std::string& directory,
           const std::string& note = "");

// ShowTo writes what a watcher or witness publishes.
void ShowTo(const std::string& directory, const std::string& note);

// Names of the files in a directory, sorted; none where it is not there.
std::vector<std::string> NamesIn(const std::string& directory);

}  // namespace modlog

#endif  // MODLOG_TESTS_WATCH_WATCHED_LOG_H_
