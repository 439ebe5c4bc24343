#include "verifier/watch/peers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "verifier/base/words.h"
#include "verifier/source/http_address.h"
#include "verifier/watch/watch_evidence.h"

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

bool IsOthers(const std::string& who) { return who != kSelf && who != kTheLog; }

// Whose word stands against another's; of the log's own, its checkpoint.
std::string PlaceOf(const std::string& one, const std::string& other) {
  if (!IsOthers(one)) return IsOthers(other) ? other : "checkpoint";
  return IsOthers(other) ? one + " and " + other : one;
}

constexpr std::chrono::milliseconds kGatherTick(10);

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

void Peers::Begin(const std::string& origin, Deadline* deadline) {
  report_ = {};
  known_.clear();
  forks_.clear();
  deadline_ = deadline;
  for (const Ahead& held : ahead_) known_.push_back({held.who, held.seen});
  std::vector<AllAtOnce<Result<Sighting>>::Question> questions;
  for (const Peer& peer : peers_) {
    questions.push_back([this, &peer, origin, deadline]() -> Result<Sighting> {
      if (peer.target.empty()) return Fail(Code::kNotFound, "no address");
      return AskPeer(peer, origin, *policy_, stop_, deadline);
    });
  }
  asked_ = std::make_unique<AllAtOnce<Result<Sighting>>>(std::move(questions));
}

void Peers::Know(const std::string& who, const Seen& seen) {
  const TreeHead& head = seen.checkpoint.tree;
  for (const Known& other : known_) {
    const TreeHead& their_head = other.seen.checkpoint.tree;
    if (head.size != their_head.size || head.root == their_head.root) continue;
    AddFork(PlaceOf(who, other.who), seen, other.seen, {});
  }
  known_.push_back({who, seen});
}

void Peers::Gather(const std::function<bool()>& is_rest_in) {
  bool all_in = false;
  while (!all_in) {
    all_in = is_rest_in() && asked_->AllTaken();
    const auto came = all_in ? std::nullopt : asked_->Next(kGatherTick);
    if (!came) continue;
    const Result<Sighting>& sighting = asked_->answer(*came);
    if (sighting) Know(WhoOf(peers_[*came]), sighting->seen);
  }
}

std::vector<Comparison> Peers::CompareAll(const std::vector<Pair>& pairs) {
  std::vector<AllAtOnce<Comparison>::Question> questions;
  for (const Pair& pair : pairs) {
    questions.push_back([&pair] {
      return Compare(pair.ours.checkpoint.tree, pair.theirs.checkpoint.tree,
                     pair.sources);
    });
  }
  AllAtOnce<Comparison> comparing(std::move(questions));
  std::vector<Comparison> found(pairs.size());
  while (!comparing.AllTaken()) {
    const auto came = comparing.Next(kGatherTick);
    if (!came) continue;
    found[*came] = comparing.answer(*came);
    if (found[*came].agreement != Agreement::kFork) continue;
    AddFork(pairs[*came].who, pairs[*came].ours, pairs[*came].theirs,
            found[*came]);
  }
  return found;
}

Peers::Pair Peers::PairOf(size_t peer, const LogView& view) {
  Result<Sighting>& sighting = asked_->answer(peer);
  // Whoever has nothing agrees with the log, for the moment.
  if (!sighting) return {"", view.seen, view.seen, {}};
  Pair pair = {WhoOf(peers_[peer]), view.seen, sighting->seen, view.sources};
  if (peers_[peer].kind == PeerKind::kMirror &&
      pair.theirs.checkpoint.tree.size > view.seen.checkpoint.tree.size) {
    pair.sources.insert(pair.sources.begin(), sighting->source.get());
  }
  return pair;
}

// All comparisons are made before anybody is judged: a head that one peer shows
// may be what convicts the log beside another.
PeersReport Peers::Finish(const LogView& view) {
  std::vector<Pair> pairs;
  for (size_t i = 0; i < peers_.size(); ++i) pairs.push_back(PairOf(i, view));
  for (const Ahead& held : ahead_) {
    const bool is_reached =
        held.seen.checkpoint.tree.size <= view.seen.checkpoint.tree.size;
    pairs.push_back({held.who, view.seen, is_reached ? held.seen : view.seen,
                     view.sources});
  }
  const std::vector<Comparison> found = CompareAll(pairs);
  TakeHeld(view, {found.begin() + static_cast<ptrdiff_t>(peers_.size()),
                  found.end()});
  std::vector<Source*> copies;
  for (size_t i = 0; i < peers_.size(); ++i) {
    Result<Sighting>& sighting = asked_->answer(i);
    if (peers_[i].kind != PeerKind::kMirror || !sighting) continue;
    copies.push_back(sighting->source.get());
  }
  for (size_t i = 0; i < peers_.size(); ++i) {
    report_.peers.push_back(JudgePeer(i, view, found[i]));
    if (report_.peers.back().state != PeerState::kAhead) continue;
    const Sighting& sighting = *asked_->answer(i);
    const std::string who = WhoOf(peers_[i]);
    CompareWithHeld(who, sighting.seen, copies);
    Hold(who, peers_[i].kind, sighting.seen, sighting.trusted);
  }
  JudgeAhead(view);
  asked_.reset();
  return std::move(report_);
}

void Peers::AddFork(const std::string& who, const Seen& ours,
                    const Seen& theirs, const Comparison& found) {
  const std::pair pair(ours.checkpoint, theirs.checkpoint);
  const std::pair reversed(theirs.checkpoint, ours.checkpoint);
  for (const auto& known : forks_) {
    if (known == pair || known == reversed) return;
  }
  forks_.push_back(pair);
  deadline_->Within(std::chrono::milliseconds(kAfterForkMs));
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

void Peers::AddUnknown(const std::string& who, const LogView& view,
                       const Error& error) {
  report_.problems.push_back(
      {view.is_fresh ? VerdictOf(error.code) : Verdict::kCannotTell, false, who,
       "cannot be compared: " + error.message, ""});
}

void Peers::TakeHeld(const LogView& view,
                     const std::vector<Comparison>& found) {
  const uint64_t served = view.seen.checkpoint.tree.size;
  size_t next = 0;
  std::erase_if(ahead_, [&](const Ahead& held) {
    const Comparison& comparison = found[next++];
    if (held.seen.checkpoint.tree.size > served) return false;
    if (comparison.agreement == Agreement::kUnknown) {
      AddUnknown(held.who, view, comparison.error);
    }
    return comparison.agreement != Agreement::kUnknown;
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

// Who could not be asked is no reason against the log: a problem of its own,
// and never "false".
PeerReport Peers::JudgePeer(size_t position, const LogView& view,
                            const Comparison& found) {
  const Peer& peer = peers_[position];
  const Result<Sighting>& sighting = asked_->answer(position);
  PeerReport report;
  report.kind = peer.kind;
  report.name = peer.name;
  if (peer.target.empty()) {
    report.state = PeerState::kNotAsked;
    report.words = peer.shows_nothing ? "shows nothing, as --monitoring says"
                                      : "the policy has no address of it";
    return report;
  }
  if (!sighting && sighting.error().code == Code::kNotFound) {
    return SayNone(std::move(report), peer, view);
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
  return CompareWith(std::move(report), *sighting, view, found);
}

PeerReport Peers::SayNone(PeerReport report, const Peer& peer,
                          const LogView& view) {
  report.state = PeerState::kHasNone;
  report.words = "serves no checkpoint of this log";
  std::string problem;
  // Others need not know this log; a copy of it without one is none.
  if (peer.kind == PeerKind::kMirror) problem = report.words;
  // Who cosigned it knows it: this is not where it shows what it saw, and so
  // nothing is compared with it.
  if (peer.kind == PeerKind::kWitness && peer.witness < view.cosigned.size() &&
      view.cosigned[peer.witness]) {
    const auto address = ParseHttpAddress(peer.target);
    problem = "cosigned this log and shows nothing of it at " +
              (address ? address->name : peer.target) +
              ": nothing was compared with it; if it is asked elsewhere, say "
              "--monitoring " +
              peer.name + "=URL, if nowhere, --monitoring " + peer.name +
              "=none";
    report.words = "cosigned this log, and serves no checkpoint of it";
  }
  if (!problem.empty()) {
    report_.problems.push_back(
        {Verdict::kCannotTell, false, WhoOf(peer), problem, ""});
  }
  return report;
}

PeerReport Peers::CompareWith(PeerReport report, const Sighting& sighting,
                              const LogView& view, const Comparison& found) {
  const TreeHead& ours = view.seen.checkpoint.tree;
  const TreeHead& theirs = sighting.seen.checkpoint.tree;
  if (found.agreement == Agreement::kFork) {
    report.state = PeerState::kContradicts;
  } else if (theirs.size > ours.size) {
    report.state = PeerState::kAhead;
    report.words += (report.words.empty() ? "" : "; ") +
                    ("ahead of the log, at " + SizeWords(theirs));
  } else if (found.agreement != Agreement::kUnknown) {
    report.state = PeerState::kAgrees;
  } else {
    report.words = "cannot be compared: " + found.error.message;
    AddUnknown(WhoOf({report.kind, report.name, "", 0, false}), view,
               found.error);
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

// A head that one witness has and the log does not serve yet may still wait for
// others. It accuses the log only once it could have been published, and is
// still not served at the next look.
void Peers::JudgeAhead(const LogView& view) {
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
