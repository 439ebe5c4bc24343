#include "verifier/watch/peers.h"

#include <algorithm>
#include <future>

#include "verifier/watch/evidence.h"
#include "verifier/words.h"

namespace modlog {
namespace {

std::vector<bool> CosignedBy(const TrustedCheckpoint& trusted,
                             const Policy& policy) {
  std::vector<bool> cosigned(policy.witnesses.size());
  for (const Cosigned& cosigner : trusted.cosigners) {
    cosigned[cosigner.witness] = true;
  }
  return cosigned;
}

std::optional<uint64_t> TimeOf(const TrustedCheckpoint& trusted,
                               size_t witness) {
  for (const Cosigned& cosigner : trusted.cosigners) {
    if (cosigner.witness == witness) return cosigner.time_s;
  }
  return std::nullopt;
}

std::string SizeWords(const TreeHead& head) {
  return "size " + Grouped(head.size);
}

// "w1 (witness)"
std::string WhoOf(const Peer& peer) {
  return peer.name + " (" + std::string(PeerKindName(peer.kind)) + ")";
}

bool IsAmong(const std::vector<Checkpoint>& all, const Checkpoint& one) {
  return std::ranges::find(all, one) != all.end();
}

std::vector<Result<Sighting>> AskAll(const std::vector<Peer>& peers,
                                     const std::string& origin,
                                     const Policy& policy,
                                     const std::atomic<bool>* stop) {
  std::vector<std::future<Result<Sighting>>> asked;
  for (const Peer& peer : peers) {
    asked.push_back(std::async(std::launch::async, [&]() -> Result<Sighting> {
      if (peer.target.empty()) return Fail(Code::kNotFound, "no address");
      return AskPeer(peer, origin, policy, stop);
    }));
  }
  std::vector<Result<Sighting>> sightings;
  for (auto& one : asked) sightings.push_back(one.get());
  return sightings;
}

}  // namespace

std::string_view PeerStateName(PeerState state) {
  switch (state) {
    case PeerState::kAgrees:
      return "agrees";
    case PeerState::kAhead:
      return "ahead";
    case PeerState::kContradicts:
      return "contradicts";
    case PeerState::kHasNone:
      return "none";
    case PeerState::kNotAsked:
      return "not asked";
    case PeerState::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Peers::Peers(std::vector<Peer> peers, const Policy* policy,
             std::string evidence, const std::atomic<bool>* stop)
    : peers_(std::move(peers)),
      policy_(policy),
      evidence_(std::move(evidence)),
      stop_(stop) {}

void Peers::Hold(const std::string& who, PeerKind kind, const Seen& seen,
                 const TrustedCheckpoint& trusted) {
  // The oldest one, because a peer that runs ahead for ever would else always
  // be new, and the newest.
  Ahead held = {who, kind, seen, CosignedBy(trusted, *policy_), true};
  std::vector<Ahead*> of_peer;
  for (Ahead& ahead : ahead_) {
    if (ahead.who != who) continue;
    if (ahead.seen.checkpoint == seen.checkpoint) return;
    of_peer.push_back(&ahead);
  }
  if (of_peer.size() < kHeldPerPeerMax) {
    ahead_.push_back(std::move(held));
  } else {
    *of_peer.back() = std::move(held);
  }
}

PeersReport Peers::Look(const View& view) {
  report_ = {};
  CompareHeld(view);
  const auto sightings =
      AskAll(peers_, view.seen.checkpoint.origin, *policy_, stop_);
  std::vector<Source*> copies;
  for (size_t i = 0; i < peers_.size(); ++i) {
    if (peers_[i].kind != PeerKind::kMirror || !sightings[i]) continue;
    copies.push_back(sightings[i]->source.get());
  }
  for (size_t i = 0; i < peers_.size(); ++i) {
    report_.peers.push_back(JudgePeer(peers_[i], sightings[i], view));
    if (report_.peers.back().state != PeerState::kAhead) continue;
    const std::string who = WhoOf(peers_[i]);
    CompareWithHeld(who, sightings[i]->seen, copies);
    Hold(who, peers_[i].kind, sightings[i]->seen, sightings[i]->trusted);
  }
  JudgeAhead(view);
  return std::move(report_);
}

void Peers::AddFork(const std::string& who, const Seen& ours,
                    const Seen& theirs, const Comparison& found) {
  const TreeHead& ours_head = ours.checkpoint.tree;
  const TreeHead& their_head = theirs.checkpoint.tree;
  const std::string reason =
      ours_head.size == their_head.size
          ? "two roots of one size: at " + SizeWords(ours_head) +
                " the log signed " + HashText(ours_head.root) + ", and " +
                HashText(their_head.root) + " as well"
          : "the log signed two histories: its trees of " +
                SizeWords(their_head) + " and " + SizeWords(ours_head) +
                " do not begin alike";
  report_.problems.push_back(
      KeepFork(evidence_, who, reason, theirs, ours, found.proof));
}

void Peers::AddUnknown(const std::string& who, const View& view,
                       const Error& error) {
  report_.problems.push_back(
      {view.is_fresh ? VerdictOf(error.code) : Verdict::kCannotTell, false, who,
       "cannot be compared: " + error.message, ""});
}

void Peers::CompareHeld(const View& view) {
  const TreeHead& ours = view.seen.checkpoint.tree;
  std::erase_if(ahead_, [&](const Ahead& held) {
    const TreeHead& theirs = held.seen.checkpoint.tree;
    if (theirs.size > ours.size) return false;
    const Comparison found = Compare(ours, theirs, view.sources);
    if (found.agreement == Agreement::kFork) {
      AddFork(held.who, view.seen, held.seen, found);
    } else if (found.agreement == Agreement::kUnknown) {
      AddUnknown(held.who, view, found.error);
    }
    return found.agreement != Agreement::kUnknown;
  });
}

void Peers::CompareWithHeld(const std::string& who, const Seen& seen,
                            std::span<Source* const> copies) {
  for (const Ahead& held : ahead_) {
    const Comparison found =
        Compare(held.seen.checkpoint.tree, seen.checkpoint.tree, copies);
    if (found.agreement != Agreement::kFork) continue;
    AddFork(who + " and " + held.who, held.seen, seen, found);
  }
}

PeerReport Peers::JudgePeer(const Peer& peer, const Result<Sighting>& sighting,
                            const View& view) {
  PeerReport report;
  report.kind = peer.kind;
  report.name = peer.name;
  if (peer.target.empty()) {
    report.state = PeerState::kNotAsked;
    report.words = "the policy has no address of it";
    return report;
  }
  if (!sighting && sighting.error().code == Code::kNotFound) {
    report.state = PeerState::kHasNone;
    report.words = "serves no checkpoint of this log";
    // Others need not know this log; a copy of it without one is none.
    if (peer.kind == PeerKind::kMirror) {
      report_.problems.push_back(
          {Verdict::kCannotTell, false, WhoOf(peer), report.words, ""});
    }
    return report;
  }
  if (!sighting) {
    report.words = sighting.error().message;
    report_.problems.push_back(
        {Verdict::kCannotTell, false, WhoOf(peer), report.words, ""});
    return report;
  }
  report.head = sighting->seen.checkpoint.tree;
  if (peer.kind == PeerKind::kWitness) {
    report.cosigned_s = TimeOf(sighting->trusted, peer.witness);
    if (!report.cosigned_s) report.words = "without its own cosignature";
  }
  return CompareWith(std::move(report), *sighting, view);
}

PeerReport Peers::CompareWith(PeerReport report, const Sighting& sighting,
                              const View& view) {
  const TreeHead& ours = view.seen.checkpoint.tree;
  const TreeHead& theirs = sighting.seen.checkpoint.tree;
  const std::string who = WhoOf({report.kind, report.name, "", 0});
  std::vector<Source*> sources = view.sources;
  if (report.kind == PeerKind::kMirror && theirs.size > ours.size) {
    sources.insert(sources.begin(), sighting.source.get());
  }
  const Comparison found = Compare(ours, theirs, sources);
  if (found.agreement == Agreement::kFork) {
    report.state = PeerState::kContradicts;
    AddFork(who, view.seen, sighting.seen, found);
  } else if (theirs.size > ours.size) {
    report.state = PeerState::kAhead;
    report.words += (report.words.empty() ? "" : "; ") +
                    ("ahead of the log, at " + SizeWords(theirs));
  } else if (found.agreement != Agreement::kUnknown) {
    report.state = PeerState::kAgrees;
  } else {
    report.words = "cannot be compared: " + found.error.message;
    AddUnknown(who, view, found.error);
  }
  return report;
}

// Who holds this very checkpoint, and by whom it is cosigned.
Peers::Backing Peers::BackingOf(const Checkpoint& checkpoint) const {
  Backing backing;
  backing.cosigned.resize(policy_->witnesses.size());
  for (const Ahead& held : ahead_) {
    if (held.is_new || held.seen.checkpoint != checkpoint) continue;
    for (size_t i = 0; i < held.cosigned.size(); ++i) {
      backing.cosigned[i] = backing.cosigned[i] || held.cosigned[i];
    }
    backing.is_published =
        backing.is_published || held.kind != PeerKind::kWitness;
    backing.who += (backing.who.empty() ? "" : ", ") + held.who;
  }
  return backing;
}

bool Peers::CouldBePublished(const Backing& backing) const {
  if (policy_->quorum_none) return backing.is_published;
  return QuorumReached(*policy_, backing.cosigned);
}

void Peers::JudgeAhead(const View& view) {
  if (!view.is_fresh) return;
  const uint64_t served = view.seen.checkpoint.tree.size;
  // What the log has reached is no longer ahead, even if it stays held because
  // no tiles could be had to compare it by.
  std::vector<Checkpoint> judged;
  for (const Ahead& held : ahead_) {
    const Checkpoint& checkpoint = held.seen.checkpoint;
    if (checkpoint.tree.size <= served) continue;
    if (held.is_new || IsAmong(judged, checkpoint)) continue;
    judged.push_back(checkpoint);
    const Backing backing = BackingOf(checkpoint);
    const std::string reason = "the log signed " + SizeWords(checkpoint.tree) +
                               ", and still serves size " + Grouped(served);
    if (CouldBePublished(backing)) {
      report_.problems.push_back(
          KeepRollback(evidence_, backing.who,
                       reason + ": it took back or hides what it published",
                       held.seen, view.seen));
    } else {
      report_.problems.push_back(
          {Verdict::kCannotTell, false, backing.who,
           reason + ": perhaps it waits for other witnesses", ""});
    }
  }
  for (Ahead& held : ahead_) {
    report_.look_again = report_.look_again || held.is_new;
    held.is_new = false;
  }
}

}  // namespace modlog
