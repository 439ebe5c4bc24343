#include "verifier/watch/gossip.h"

#include <algorithm>
#include <iostream>
#include <set>

#include "verifier/audit/http_address.h"
#include "verifier/inputs.h"
#include "verifier/trust.h"
#include "verifier/watch/evidence.h"
#include "verifier/watch/pause.h"
#include "verifier/watch/peers.h"
#include "verifier/watch/publish.h"
#include "verifier/watch/watch_report.h"
#include "verifier/words.h"

namespace modlog {
namespace {

Result<std::vector<Peer>> PeersOf(const GossipOptions& options) {
  std::vector<Peer> peers;
  for (const std::string& target : options.from) {
    ASSIGN_OR_RETURN(Peer peer, ParsePeer(PeerKind::kWatcher, target));
    peers.push_back(std::move(peer));
  }
  for (const std::string& target : options.mirrors) {
    ASSIGN_OR_RETURN(Peer peer, ParsePeer(PeerKind::kMirror, target));
    peers.push_back(std::move(peer));
  }
  return peers;
}

std::string LogAddress(const GossipOptions& options, const Policy& policy,
                       const std::string& origin) {
  if (!options.log.empty()) return options.log;
  for (const PolicyLog& log : policy.logs) {
    // A policy may come from elsewhere: it names no files of this machine.
    if (log.key.name == origin && ParseHttpAddress(log.url)) return log.url;
  }
  return "";
}

// One log of the policy.
class Gossip {
 public:
  Gossip(const GossipOptions& options, const Policy& policy,
         std::vector<Peer> peers, std::string evidence, Seen seen,
         const std::atomic<bool>* stop)
      : options_(options),
        policy_(policy),
        evidence_(std::move(evidence)),
        seen_(std::move(seen)),
        stop_(stop),
        peers_(std::move(peers), &policy_, evidence_, stop_) {}

  WatchReport Run() {
    WatchReport report = Look();
    if (report.verdict != Verdict::kFalse && report.look_again &&
        Pause(options_.interval_s, *stop_)) {
      report = Look();
    }
    return report;
  }

 private:
  WatchReport Look() {
    report_ = {};
    report_.time_s = SystemTimeS();
    report_.origin = seen_.checkpoint.origin;
    report_.size_before = seen_.checkpoint.tree.size;
    View view = {seen_, {}, false};
    std::vector<std::unique_ptr<Source>> opened;
    LookAtLog(&view, &opened);
    report_.head = view.seen.checkpoint.tree;
    PeersReport peers = peers_.Look(view);
    report_.peers = std::move(peers.peers);
    for (Problem& problem : peers.problems) Add(std::move(problem));
    if (std::ranges::none_of(report_.peers, [](const PeerReport& peer) {
          return peer.head.has_value();
        })) {
      Add({Verdict::kCannotTell, false, "", "nobody had a checkpoint of it",
           ""});
    }
    const Settled settled = Settle(suspected_, &report_.problems);
    report_.verdict = settled.verdict;
    report_.look_again = settled.look_again || peers.look_again;
    suspected_ = settled.suspected;
    return std::move(report_);
  }

  void Add(Problem problem) { report_.problems.push_back(std::move(problem)); }

  // The log's tree of now, where it continues what was seen; its tiles prove
  // what the tree was before. Without the log a mirror's tiles may do.
  void LookAtLog(View* view, std::vector<std::unique_ptr<Source>>* opened) {
    auto sighting = FetchFromLog();
    if (sighting) {
      report_.source = sighting->source->name();
      opened->push_back(std::move(sighting->source));
      return CompareWithLog(*sighting, opened->back().get(), view);
    }
    Add({VerdictOf(sighting.error().code), false, "log",
         sighting.error().message, ""});
    for (const std::string& mirror : options_.mirrors) {
      auto source = OpenTarget(mirror, UrlOptions());
      if (!source) continue;
      view->sources.push_back(source->get());
      opened->push_back(*std::move(source));
    }
  }

  Result<Sighting> FetchFromLog() const {
    const std::string& origin = seen_.checkpoint.origin;
    const std::string address = LogAddress(options_, policy_, origin);
    if (address.empty()) {
      return Fail(Code::kUnavailable,
                  "the policy has no address of this log: say --log");
    }
    ASSIGN_OR_RETURN(std::unique_ptr<Source> source,
                     OpenTarget(address, UrlOptions()));
    return FetchSighting(std::move(source), "checkpoint", origin, policy_);
  }

  void CompareWithLog(const Sighting& sighting, Source* log, View* view) {
    const TreeHead& now = sighting.seen.checkpoint.tree;
    const TreeHead& before = seen_.checkpoint.tree;
    if (now.size < before.size) {
      const auto trusted = OpenCheckpoint(seen_.note, policy_);
      if (trusted) peers_.Hold(kSelf, PeerKind::kWatcher, seen_, *trusted);
      Add({Verdict::kCannotTell, false, "log",
           "serves size " + Grouped(now.size) + ", and this watcher saw " +
               Grouped(before.size),
           ""});
    } else {
      Source* const sources[] = {log};
      const Comparison found = Compare(before, now, sources);
      if (found.agreement == Agreement::kFork) {
        Add(KeepFork(evidence_, "log",
                     "the log's past was changed: at size " +
                         Grouped(before.size) +
                         " its tree had another root than this watcher saw",
                     seen_, sighting.seen, found.proof));
      } else if (found.agreement == Agreement::kUnknown) {
        Add({VerdictOf(found.error.code), false, "log", found.error.message,
             ""});
      }
    }
    *view = {sighting.seen, {log}, true};
  }

  UrlSourceOptions UrlOptions() const {
    UrlSourceOptions options;
    options.stop = stop_;
    return options;
  }

  const GossipOptions& options_;
  const Policy& policy_;
  const std::string evidence_;
  const Seen seen_;
  const std::atomic<bool>* stop_;
  Peers peers_;
  bool suspected_ = false;
  WatchReport report_;
};

// What the state has of the policy's logs.
Result<std::vector<Seen>> RecallAll(const std::string& state,
                                    const Policy& policy) {
  std::set<std::string> origins;
  for (const PolicyLog& log : policy.logs) origins.insert(log.key.name);
  std::vector<Seen> all;
  for (const std::string& origin : origins) {
    ASSIGN_OR_RETURN(std::optional<Seen> seen,
                     Memory::RecallFrom(state, origin, policy));
    if (seen) all.push_back(*std::move(seen));
  }
  if (!all.empty()) return all;
  return Fail(Code::kUnavailable,
              state +
                  " remembers no log of the policy; audit or watch one "
                  "with --state and --first-use");
}

Result<Verdict> GossipOfAll(const GossipOptions& options,
                            const std::atomic<bool>* stop) {
  ASSIGN_OR_RETURN(const Policy policy, ReadPolicy(options.policy));
  ASSIGN_OR_RETURN(const std::vector<Peer> peers, PeersOf(options));
  ASSIGN_OR_RETURN(const std::vector<Seen> all,
                   RecallAll(options.state, policy));
  if (!options.log.empty() && all.size() > 1) {
    return Fail(Code::kMalformed,
                "--log is for one log, and the state remembers several");
  }
  const std::string evidence =
      options.evidence.empty() ? options.state + "/evidence" : options.evidence;
  RETURN_IF_ERROR(MakeDirectory(evidence));
  // Published first: what others learn of us does not depend on them.
  for (const Seen& seen : all) {
    if (options.publish.empty()) break;
    RETURN_IF_ERROR(Publish(options.publish, seen));
  }
  Verdict verdict = Verdict::kTrue;
  for (const Seen& seen : all) {
    if (peers.empty()) break;
    const WatchReport report =
        Gossip(options, policy, peers, evidence, seen, stop).Run();
    // What was broken off could not be told; what is false stays so.
    if (*stop && report.verdict != Verdict::kFalse) {
      if (verdict == Verdict::kFalse) return verdict;
      return Fail(Code::kUnavailable, "interrupted");
    }
    verdict = Worse(verdict, report.verdict);
    std::cout << (options.json ? FormatLookJson(report) : FormatLook(report))
              << std::flush;
  }
  return verdict;
}

}  // namespace

Verdict RunGossip(const GossipOptions& options, const std::atomic<bool>* stop) {
  const auto verdict = GossipOfAll(options, stop);
  if (verdict) return *verdict;
  std::cerr << "modlog-verify: cannot tell: " << verdict.error().message
            << '\n';
  return Verdict::kCannotTell;
}

}  // namespace modlog
