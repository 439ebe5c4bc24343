#ifndef MODLOG_VERIFIER_WATCH_WATCH_REPORT_H_
#define MODLOG_VERIFIER_WATCH_WATCH_REPORT_H_

// What a look came to, for people and for machines. Pure functions,
// thread-safe.

#include <string>

#include "verifier/watch/watcher.h"

namespace modlog {

// FormatLook returns a line, and below it one for each problem and for each
// peer of which there is something to say.
std::string FormatLook(const WatchReport& report);

// FormatLookJson returns one JSON object on one line.
std::string FormatLookJson(const WatchReport& report);

// The same of peers alone, for reports of others: lines, and JSON.
std::string FormatPeers(const std::vector<PeerReport>& peers);
std::string FormatProblems(const std::vector<Problem>& problems);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_WATCH_REPORT_H_
