#ifndef MODLOG_VERIFIER_WATCH_WATCH_COMMAND_H_
#define MODLOG_VERIFIER_WATCH_WATCH_COMMAND_H_

// The command `watch`: looks at a log again and again, prints a line a look.

#include <atomic>
#include <string>
#include <vector>

#include "verifier/core/verdict.h"

namespace modlog {

inline constexpr uint32_t kIntervalMaxS = 86'400;
// How long to wait, at most, while a log cannot be reached; an interval that is
// longer stays as it is.
inline constexpr uint32_t kBackoffMaxS = 900;

struct WatchOptions {
  std::string target;  // an http(s) address or a directory
  std::string policy;
  std::string state;
  std::string evidence;  // directory; empty: STATE/evidence
  std::string publish;   // directory, or empty
  std::vector<std::string> mirrors;
  std::vector<std::string> gossip;
  std::vector<std::string> monitoring;  // NAME=URL: peer.h, UseMonitoring
  uint32_t interval_s = 60;
  uint32_t look_time_s = 60;
  uint64_t max_age_s = 3'600;
  uint64_t audit_every_s = 86'400;
  bool once = false;
  bool first_use = false;
  bool integrity_only = false;
  bool json = false;
  int threads = 1;
};

// RunWatch returns false once the log contradicts itself, cannot tell where it
// cannot begin, true once *stop is set. With `once` it is the verdict of a
// look, or of a second one, where the first says that only that can tell; and
// of as many before it as it takes to read the entries.
Verdict RunWatch(const WatchOptions& options, const std::atomic<bool>* stop);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_WATCH_COMMAND_H_
