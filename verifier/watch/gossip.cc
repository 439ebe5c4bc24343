#include "verifier/watch/gossip.h"

#include <algorithm>
#include <iostream>
#include <set>

#include "verifier/base/pause.h"
#include "verifier/base/words.h"
#include "verifier/source/http_address.h"
#include "verifier/source/inputs.h"
#include "verifier/source/trust.h"
#include "verifier/watch/peers.h"
#include "verifier/watch/publish.h"
#include "verifier/watch/watch_evidence.h"
#include "verifier/watch/watch_report.h"

namespace modlog {
namespace {

// Logs that are looked at at a time: each asks every peer.
constexpr size_t kLogsAtOnce = 8;

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
    deadline_.emplace(std::chrono::seconds(options_.look_time_s));
    peers_.Begin(report_.origin, &*deadline_);
    peers_.Know(kSelf, seen_);
    std::optional<Result<Sighting>> log = AskEverybody();
    LogView view = {seen_, {}, false, {}};
    std::vector<std::unique_ptr<Source>> copies;
    TakeLog(&*log, &view, &copies);
    report_.head = view.seen.checkpoint.tree;
    const std::optional<Comparison> growth = ComparePeers(view);
    if (growth) TakeGrowth(*growth, view.seen);
    if (std::ranges::none_of(report_.peers, [](const PeerReport& peer) {
          return peer.head.has_value();
        })) {
      Add({Verdict::kCannotTell, false, "", "nobody had a checkpoint of it",
           ""});
    }
    const Settled settled = Settle(suspected_, &report_.problems);
    report_.verdict = settled.verdict;
    report_.look_again = settled.look_again || report_.look_again;
    suspected_ = settled.suspected;
    return std::move(report_);
  }

  void Add(Problem problem) { report_.problems.push_back(std::move(problem)); }

  std::optional<Result<Sighting>> AskEverybody() {
    AllAtOnce<Result<Sighting>> asked({[this] { return FetchFromLog(); }});
    std::optional<Result<Sighting>> log;
    peers_.Gather([&] {
      if (log) return true;
      if (!asked.Next(std::chrono::milliseconds(0))) return false;
      log = std::move(asked.answer(0));
      if (*log) peers_.Know(kTheLog, (*log)->seen);
      return true;
    });
    return log;
  }

  // The log's tree of now, where it continues what was seen; its tiles prove
  // what the tree was before. Without the log a mirror's tiles may do.
  void TakeLog(Result<Sighting>* log, LogView* view,
               std::vector<std::unique_ptr<Source>>* copies) {
    if (*log) {
      report_.source = (*log)->source->name();
      *view = {(*log)->seen, {(*log)->source.get()}, true, {}};
      copies->push_back(std::move((*log)->source));
      return;
    }
    Add({VerdictOf(log->error().code), false, "log", log->error().message, ""});
    for (const std::string& mirror : options_.mirrors) {
      auto source = OpenTarget(mirror, UrlOptions());
      if (!source) continue;
      view->sources.push_back(source->get());
      copies->push_back(*std::move(source));
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

  // The peers, and at the same time the log with what was seen of it; nothing
  // where the log serves less than that, or nothing.
  std::optional<Comparison> ComparePeers(const LogView& view) {
    const TreeHead& now = view.seen.checkpoint.tree;
    const TreeHead& before = seen_.checkpoint.tree;
    std::vector<AllAtOnce<Comparison>::Question> questions;
    if (view.is_fresh && now.size < before.size) {
      const auto trusted = OpenCheckpoint(seen_.note, policy_);
      if (trusted) peers_.Hold(kSelf, PeerKind::kWatcher, seen_, *trusted);
      Add({Verdict::kCannotTell, false, "log",
           "serves size " + Grouped(now.size) + ", and this watcher saw " +
               Grouped(before.size),
           ""});
    } else if (view.is_fresh) {
      questions.push_back(
          [&] { return Compare(before, now, {view.sources.data(), 1}); });
    }
    AllAtOnce<Comparison> comparing(std::move(questions));
    PeersReport peers = peers_.Finish(view);
    report_.peers = std::move(peers.peers);
    report_.look_again = peers.look_again;
    for (Problem& problem : peers.problems) Add(std::move(problem));
    if (comparing.AllTaken()) return std::nullopt;
    while (!comparing.Next(std::chrono::milliseconds(100))) {
    }
    return comparing.answer(0);
  }

  void TakeGrowth(const Comparison& found, const Seen& now) {
    const uint64_t size = seen_.checkpoint.tree.size;
    if (found.agreement == Agreement::kUnknown) {
      return Add(
          {VerdictOf(found.error.code), false, "log", found.error.message, ""});
    }
    // Of one size it was seen already.
    if (found.agreement != Agreement::kFork ||
        size == now.checkpoint.tree.size) {
      return;
    }
    Add(KeepFork(evidence_, "log",
                 "the log's past was changed: at size " + Grouped(size) +
                     " its tree had another root than this watcher saw",
                 seen_, now, found.proof));
  }

  UrlSourceOptions UrlOptions() const {
    UrlSourceOptions options;
    options.stop = stop_;
    options.deadline = &*deadline_;
    return options;
  }

  const GossipOptions& options_;
  const Policy& policy_;
  const std::string evidence_;
  const Seen seen_;
  const std::atomic<bool>* stop_;
  std::optional<Deadline> deadline_;  // of the look
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
  if (peers.empty()) return Verdict::kTrue;
  std::vector<AllAtOnce<WatchReport>::Question> questions;
  for (const Seen& seen : all) {
    questions.push_back([&] {
      return Gossip(options, policy, peers, evidence, seen, stop).Run();
    });
  }
  AllAtOnce<WatchReport> looks(std::move(questions), kLogsAtOnce);
  Verdict verdict = Verdict::kTrue;
  bool was_stopped = false;
  while (!looks.AllTaken()) {
    const auto came = looks.Next(std::chrono::milliseconds(100));
    if (!came) continue;
    const WatchReport& report = looks.answer(*came);
    // What was broken off could not be told; what is false stays so.
    if (*stop && report.verdict != Verdict::kFalse) {
      was_stopped = true;
      continue;
    }
    verdict = Worse(verdict, report.verdict);
    std::cout << (options.json ? FormatLookJson(report) : FormatLook(report))
              << std::flush;
  }
  if (was_stopped && verdict != Verdict::kFalse) {
    return Fail(Code::kUnavailable, "interrupted");
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
