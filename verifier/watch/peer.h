#ifndef MODLOG_VERIFIER_WATCH_PEER_H_
#define MODLOG_VERIFIER_WATCH_PEER_H_

// Who else may have seen a log, and what they saw last: a checkpoint, at
//
//   witness, watcher  <address>/<hex of SHA-256 of the origin>/checkpoint, the
//                     monitoring interface of c2sp.org/tlog-witness
//   mirror            <address>/checkpoint, as a log serves it
//
// over HTTP or below a directory. A peer is not trusted: of what it says only
// what the log signed is used. Limits: kNoteSizeMax; kPeerTimeMs for all of an
// answer, once more where it fails for a reason that may pass. Thread-safe.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/base/deadline.h"
#include "verifier/core/policy.h"
#include "verifier/evidence/memory.h"
#include "verifier/source/source.h"

namespace modlog {

inline constexpr int kPeerTimeMs = 10'000;

enum class PeerKind { kWitness, kMirror, kWatcher };

// PeerKindName returns "witness", "mirror", "watcher".
std::string_view PeerKindName(PeerKind kind);

struct Peer {
  PeerKind kind = PeerKind::kWatcher;
  std::string name;  // for people: of a witness the policy's, else the address
  std::string target;  // http(s) address or directory; empty: not known
  size_t witness = 0;  // of a witness: its position in the policy
  // Of a witness: that it shows nothing to readers was said to us.
  bool shows_nothing = false;
};

// WitnessesOf returns the policy's witnesses, those without an address too.
std::vector<Peer> WitnessesOf(const Policy& policy);

// UseMonitoring has a witness asked elsewhere than the policy says, which may
// have the address for submissions alone: "NAME=URL", "NAME=DIRECTORY", or
// "NAME=none" for one that shows nothing; NAME is the policy's or the witness's
// verifier key. kMalformed; kNotFound if the policy names no such witness.
Result<void> UseMonitoring(const std::string& argument, const Policy& policy,
                           std::vector<Peer>* witnesses);

// ParsePeer: kMalformed for an address that is neither http nor https. Whether
// anything is there is seen when it is asked.
Result<Peer> ParsePeer(PeerKind kind, const std::string& target);

// A checkpoint that a log of the policy signed, and where it was seen. `seen`
// has the note without lines by unknown keys.
struct Sighting {
  Seen seen;
  TrustedCheckpoint trusted;
  std::unique_ptr<Source> source;
};

// FetchSighting reads and verifies a checkpoint of `origin` at `path`. Errors
// of Source::Fetch and OpenCheckpoint; kMalformed where it is of another log or
// key, which accuses nobody.
Result<Sighting> FetchSighting(std::unique_ptr<Source> source,
                               const std::string& path,
                               const std::string& origin, const Policy& policy);

// AskPeer returns what a peer saw last; kNotFound if it says that it has none.
// `deadline` must outlive the sighting.
Result<Sighting> AskPeer(const Peer& peer, const std::string& origin,
                         const Policy& policy, const std::atomic<bool>* stop,
                         const Deadline* deadline);

// SightingPath returns "<hex of SHA-256 of the origin>/checkpoint".
std::string SightingPath(const std::string& origin);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_PEER_H_
