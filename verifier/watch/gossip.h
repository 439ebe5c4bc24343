#ifndef MODLOG_VERIFIER_WATCH_GOSSIP_H_
#define MODLOG_VERIFIER_WATCH_GOSSIP_H_

// The command `gossip`: what this auditor or watcher has seen, compared with
// what others publish, and published itself. It only reads the state, so it may
// run beside a watcher that has it.

#include <atomic>
#include <string>
#include <vector>

#include "verifier/core/verdict.h"

namespace modlog {

struct GossipOptions {
  std::vector<std::string> from;  // directories or addresses of others
  std::string policy;
  std::string state;
  std::string log;  // address or directory; empty: as the policy says
  std::vector<std::string> mirrors;
  std::string evidence;  // directory; empty: STATE/evidence
  std::string publish;   // directory, or empty
  uint32_t interval_s = 10;
  uint32_t look_time_s = 60;
  bool json = false;
};

// RunGossip judges each log of the policy that the state remembers: true where
// everybody's checkpoints were compared and go together, false where two do
// not. Where somebody is ahead of the log it looks twice. The logs are looked
// at at the same time, each for `look_time_s` at most, as watcher.h says of a
// look.
Verdict RunGossip(const GossipOptions& options, const std::atomic<bool>* stop);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_GOSSIP_H_
