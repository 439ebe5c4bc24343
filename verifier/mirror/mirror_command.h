#ifndef MODLOG_VERIFIER_MIRROR_MIRROR_COMMAND_H_
#define MODLOG_VERIFIER_MIRROR_MIRROR_COMMAND_H_

// `modlog-verify mirror`: passes of a mirror, one or for ever.

#include <atomic>
#include <cstdint>
#include <string>

#include "verifier/core/verdict.h"

namespace modlog {

struct MirrorOptions {
  std::string target;  // an http(s) address or a directory
  std::string directory;
  std::string policy;
  std::string evidence;  // a directory; empty: beside `directory`
  bool first_use = false;
  bool once = false;
  uint32_t interval_s = 60;  // from the end of a pass to the next, if any
  bool quiet = false;
  bool json = false;
  int threads = 1;
};

// RunMirror follows the log until *stop is set, with `once` for one pass, and a
// second one where something looks false. A verdict of "false" ends it, also
// where *stop is set, and so does what only a person can mend; what time may
// mend (the network, a quorum not reached) is said on standard error and tried
// again. Stopped otherwise, what it has copied is the verdict: true once there
// is a checkpoint.
Verdict RunMirror(const MirrorOptions& options, const std::atomic<bool>* stop);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_MIRROR_COMMAND_H_
