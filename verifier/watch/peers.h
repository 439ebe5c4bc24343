#ifndef MODLOG_VERIFIER_WATCH_PEERS_H_
#define MODLOG_VERIFIER_WATCH_PEERS_H_

// What everybody else says of a log, held against what the log says itself.
//
// A checkpoint that the log signed and that is
//   part of the log's tree          agrees
//   of its size, with another root  a fork
//   smaller, no part of its tree    a fork, proved by the log's own tiles
//   larger                          a fork where tiles of the larger tree (a
//                                   mirror's, or the log's) prove it; else the
//                                   log is behind, see below
//
// A log shows a checkpoint to its witnesses before it publishes it. So one that
// is ahead of the log is held until the next look. If the log still serves
// less, and a quorum of the policy has cosigned this very checkpoint, the log
// took back or hides what it could have published: false. Where they are fewer,
// an honest log may be waiting for the rest: cannot tell. Under a policy that
// asks for no quorum the log's own may: there a mirror or watcher must have it,
// as only what was published reaches them. What is ahead is compared with all
// else that is held, by the roots of one size or by a mirror's tiles: the log
// may show two who are ahead of it two histories. What is held is
// compared once the log has reached its size, even if the peer shows something
// else by then. So is what the log itself served and its watcher could not
// accept.
//
// All peers are asked at the same time, and what one of them shows is held at
// once against all else that the log is known to have signed: two roots of one
// size need nobody's tiles, and whoever is slow holds no proof back. Once a
// fork is proved the look has kAfterForkMs for what is left of it.
//
// Not thread-safe.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "verifier/base/deadline.h"
#include "verifier/watch/all_at_once.h"
#include "verifier/watch/comparison.h"
#include "verifier/watch/peer.h"
#include "verifier/watch/problem.h"

namespace modlog {

inline constexpr size_t kHeldPerPeerMax = 2;  // checkpoints ahead of the log

inline constexpr int kAfterForkMs = 500;

inline constexpr char kSelf[] = "this watcher";  // who holds what it saw
inline constexpr char kTheLog[] = "the log";     // who shows it now

// The log's tree as the one who compares has it.
struct LogView {
  Seen seen;
  std::vector<Source*> sources;  // of its tiles; none: only one size compares
  bool is_fresh = false;         // the log served it just now
  std::vector<bool> cosigned;    // by the policy's witnesses; may be empty
};

enum class PeerState {
  kAgrees,
  kAhead,        // of the log
  kContradicts,  // the log
  kHasNone,      // it says that it has no checkpoint of this log
  kNotAsked,     // a witness without an address
  kUnknown,      // not reached, not understood, not to be compared
};

// PeerStateName returns "agrees", "ahead", "contradicts", "none", "not asked",
// "unknown".
std::string_view PeerStateName(PeerState state);

struct PeerReport {
  PeerKind kind = PeerKind::kWatcher;
  std::string name;
  PeerState state = PeerState::kUnknown;
  std::optional<TreeHead> head;
  std::optional<uint64_t> cosigned_s;  // by this witness itself
  std::string words;                   // what there is to say; may be empty
};

struct PeersReport {
  std::vector<PeerReport> peers;
  std::vector<Problem> problems;
  bool look_again = false;  // somebody is ahead of the log
};

class Peers {
 public:
  // `policy` and `stop` must outlive it. Evidence is kept in `evidence`.
  Peers(std::vector<Peer> peers, const Policy* policy, std::string evidence,
        const std::atomic<bool>* stop);

  // Hold adds a checkpoint that the log must reach, as if a peer of this kind
  // had said it.
  void Hold(const std::string& who, PeerKind kind, const Seen& seen,
            const TrustedCheckpoint& trusted);

  // A look has four steps. Begin asks everybody; `deadline`, which must outlive
  // the look, ends all that is asked.
  void Begin(const std::string& origin, Deadline* deadline);
  bool has_begun() const { return asked_ != nullptr; }
  // Know adds what the log signed, by whomever it was seen.
  void Know(const std::string& who, const Seen& seen);
  // Gather takes the answers until everybody has answered and `is_rest_in`,
  // which is called again and again, says so of the rest.
  void Gather(const std::function<bool()>& is_rest_in);
  // Finish compares what needs tiles, and judges.
  PeersReport Finish(const LogView& view);
  // GiveUp ends a look that has nothing to compare with.
  void GiveUp() { asked_.reset(); }

 private:
  // A checkpoint ahead of the log.
  struct Ahead {
    std::string who;
    PeerKind kind;
    Seen seen;
    std::vector<bool> cosigned;  // by the policy's witnesses
    bool is_new = true;          // the log was not asked since
  };

  // Those who hold one checkpoint ahead of the log.
  struct Backing {
    std::string who;
    std::vector<bool> cosigned;
    bool is_published = false;  // somebody who is no witness has it
  };

  struct Known {
    std::string who;
    Seen seen;
  };
  // Two checkpoints, and who has tiles to compare them by.
  struct Pair {
    std::string who;
    Seen ours;
    Seen theirs;
    std::vector<Source*> sources;
  };

  std::vector<Comparison> CompareAll(const std::vector<Pair>& pairs);
  Pair PairOf(size_t peer, const LogView& view);
  PeerReport JudgePeer(size_t peer, const LogView& view,
                       const Comparison& found);
  PeerReport SayNone(PeerReport report, const Peer& peer, const LogView& view);
  PeerReport CompareWith(PeerReport report, const Sighting& sighting,
                         const LogView& view, const Comparison& found);
  void CompareWithHeld(const std::string& who, const Seen& seen,
                       std::span<Source* const> copies);
  void TakeHeld(const LogView& view, const std::vector<Comparison>& found);
  Backing BackingOf(const Checkpoint& checkpoint) const;
  bool CouldBePublished(const Backing& backing) const;
  void JudgeAhead(const LogView& view);
  void AddUnknown(const std::string& who, const LogView& view,
                  const Error& error);
  void AddFork(const std::string& who, const Seen& ours, const Seen& theirs,
               const Comparison& found);

  const std::vector<Peer> peers_;
  const Policy* policy_;
  const std::string evidence_;
  const std::atomic<bool>* stop_;
  std::vector<Ahead> ahead_;

  // Of the look that was begun.
  Deadline* deadline_ = nullptr;
  std::vector<Known> known_;
  std::vector<std::pair<Checkpoint, Checkpoint>> forks_;
  std::unique_ptr<AllAtOnce<Result<Sighting>>> asked_;
  PeersReport report_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_PEERS_H_
