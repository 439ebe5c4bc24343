#include "verifier/watch/watch_command.h"

#include <algorithm>
#include <iostream>
#include <set>

#include "verifier/base/pause.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"
#include "verifier/source/inputs.h"
#include "verifier/watch/new_entries.h"
#include "verifier/watch/publish.h"
#include "verifier/watch/watch_evidence.h"
#include "verifier/watch/watch_report.h"
#include "verifier/watch/watcher.h"

namespace modlog {
namespace {

Result<std::vector<Peer>> AskedWitnesses(const WatchOptions& options,
                                         const Policy& policy) {
  std::vector<Peer> witnesses = WitnessesOf(policy);
  for (const std::string& argument : options.monitoring) {
    const auto used = UseMonitoring(argument, policy, &witnesses);
    if (!used) return Prefixed("--monitoring", used.error());
  }
  return witnesses;
}

Result<std::vector<Peer>> PeersOf(const WatchOptions& options,
                                  const Policy& policy) {
  ASSIGN_OR_RETURN(std::vector<Peer> peers, AskedWitnesses(options, policy));
  for (const std::string& target : options.mirrors) {
    auto peer = ParsePeer(PeerKind::kMirror, target);
    if (!peer) return Prefixed("--mirror", peer.error());
    peers.push_back(*std::move(peer));
  }
  for (const std::string& target : options.gossip) {
    auto peer = ParsePeer(PeerKind::kWatcher, target);
    if (!peer) return Prefixed("--gossip", peer.error());
    peers.push_back(*std::move(peer));
  }
  return peers;
}

class Loop {
 public:
  Loop(const WatchOptions& options, const std::atomic<bool>* stop)
      : options_(options), stop_(stop) {}

  Result<void> Open() {
    ASSIGN_OR_RETURN(policy_, ReadPolicy(options_.policy));
    ASSIGN_OR_RETURN(std::vector<Peer> peers, PeersOf(options_, policy_));
    ASSIGN_OR_RETURN(
        memory_, Memory::Open(options_.state,
                              options_.first_use ? Memory::IfMissing::kCreate
                                                 : Memory::IfMissing::kRefuse));
    const std::string evidence = options_.evidence.empty()
                                     ? options_.state + "/evidence"
                                     : options_.evidence;
    RETURN_IF_ERROR(MakeDirectory(evidence));
    memory_->KeepEvidenceIn(evidence);
    RETURN_IF_ERROR(OpenTarget(options_.target, UrlOptions(nullptr)));
    evidence_ = evidence;
    Follow(options_.target, /*origin=*/"", std::move(peers), options_.first_use,
           std::nullopt);
    return {};
  }

  Verdict Run() {
    for (bool is_second = false;;) {
      const std::optional<WatchReport> report = Look();
      if (!report) return Stopped();
      if (report->verdict == Verdict::kFalse) return report->verdict;
      if (GoOn(*report)) {
        is_second = false;
        continue;
      }
      const bool is_last =
          !report->unfinished && (!report->look_again || is_second);
      if (options_.once && is_last) return report->verdict;
      if (!std::cout) return Verdict::kCannotTell;  // nobody reads it
      if (!Pause(WaitS(*report), *stop_)) return Stopped();
      is_second = is_second || !report->unfinished;
    }
  }

 private:
  void Follow(const std::string& target, std::string origin,
              std::vector<Peer> peers, bool first_use,
              std::optional<NamedLog> predecessor) {
    watcher_.emplace(WatchRequest{
        .open =
            [this, target](const Deadline* deadline) {
              return OpenTarget(target, UrlOptions(deadline));
            },
        .policy = &policy_,
        .origin = std::move(origin),
        .memory = memory_.get(),
        .state = options_.state,
        .evidence = evidence_,
        .peers = std::move(peers),
        .first_use = first_use,
        .integrity_only = options_.integrity_only,
        .predecessor = std::move(predecessor),
        .look_time = std::chrono::seconds(options_.look_time_s),
        .max_age_s = options_.max_age_s,
        .audit_every_s = options_.audit_every_s,
        .threads = options_.threads,
        .stop = stop_,
        .progress = [this](
                        const std::string& what, uint64_t done,
                        uint64_t total) { progress_.Show(what, done, total); },
        .now_s = &SystemTimeS});
  }

  // A log that has ended, where all of it agrees, is not looked at any more if
  // the policy says where the one is that goes on. The mirrors and watchers
  // that were given are the ended log's; the witnesses are the policy's.
  bool GoOn(const WatchReport& report) {
    if (report.verdict != Verdict::kTrue || report.successor_url.empty() ||
        !followed_.insert(report.origin).second ||
        followed_.contains(OriginOf(*report.succeeded_by))) {
      return false;
    }
    if (!options_.json) {
      std::cout << FormatTimeS(report.time_s) << "  going on with "
                << report.successor_url << std::endl;
    }
    NamedLog ended{.vkey = report.log_key,
                   .size = report.head->size,
                   .root = std::string(AsText(report.head->root))};
    Follow(report.successor_url, OriginOf(*report.succeeded_by),
           *AskedWitnesses(options_, policy_), /*first_use=*/true,
           std::move(ended));
    return true;
  }

  UrlSourceOptions UrlOptions(const Deadline* deadline) const {
    UrlSourceOptions options;
    options.stop = stop_;
    options.deadline = deadline;
    return options;
  }

  // What was asked once and not answered is not known.
  Verdict Stopped() const {
    return options_.once ? Verdict::kCannotTell : Verdict::kTrue;
  }

  // Nothing where the look was broken off; what it had found false by then
  // stays so.
  std::optional<WatchReport> Look() {
    WatchReport report = watcher_->Look();
    progress_.Clear();
    if (*stop_ && report.verdict != Verdict::kFalse) return std::nullopt;
    PublishLatest(&report);
    std::cout << (options_.json ? FormatLookJson(report) : FormatLook(report))
              << std::flush;
    return report;
  }

  void PublishLatest(WatchReport* report) {
    if (options_.publish.empty() || !watcher_->latest()) return;
    const auto done = Publish(options_.publish, *watcher_->latest());
    if (done) return;
    report->problems.push_back(
        {Verdict::kCannotTell, false, "publish", done.error().message, ""});
    report->verdict = Worse(report->verdict, Verdict::kCannotTell);
  }

  uint32_t WaitS(const WatchReport& report) {
    wait_s_ = report.unreachable
                  ? std::min(std::max(wait_s_ * 2, options_.interval_s),
                             std::max(kBackoffMaxS, options_.interval_s))
                  : options_.interval_s;
    return wait_s_;
  }

  const WatchOptions& options_;
  const std::atomic<bool>* stop_;
  Policy policy_;
  std::unique_ptr<Memory> memory_;
  Progress progress_;
  std::optional<Watcher> watcher_;
  uint32_t wait_s_ = 0;
  std::string evidence_;
  std::set<std::string> followed_;  // origins of logs that have ended
};

}  // namespace

Verdict RunWatch(const WatchOptions& options, const std::atomic<bool>* stop) {
  Loop loop(options, stop);
  if (const auto opened = loop.Open(); !opened) {
    std::cerr << "modlog-verify: cannot tell: " << opened.error().message
              << '\n';
    return Verdict::kCannotTell;
  }
  return loop.Run();
}

}  // namespace modlog
