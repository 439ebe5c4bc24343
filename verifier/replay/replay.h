#ifndef MODLOG_VERIFIER_REPLAY_REPLAY_H_
#define MODLOG_VERIFIER_REPLAY_REPLAY_H_

// Replaying a log: every entry is hashed, every hash compared with its tile,
// every tile with the one above, up to the signed root (trunk.h). Independently
// of tiles, the leaf hashes are appended one after the other to a frontier
// (verifier/core/frontier.h), whose root must be the signed one too, and on the
// way, at the size that this auditor saw before, the root it saw.
//
// Bundles are read and checked by several threads, but handed on one at a time
// and in order: the first fault in the log's order is the one that is reported.
// Memory: a few bundles a thread.

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/replay/trunk.h"
#include "verifier/source/resources.h"

namespace modlog {

// The entries of a bundle, each of which hashes to its place in a verified
// tile, but for those whose bytes are not there: a slot of length zero where
// the tile has the hash of something else. Whether a redaction entry says so is
// the rule "removals".
struct BundleView {
  uint64_t first_entry = 0;
  std::span<const Bytes> entries;
  std::span<const Hash> hashes;     // leaf hashes, one an entry
  std::span<const size_t> missing;  // positions, ascending
};

// A bundle under the signed root.
struct VerifiedBundle {
  uint64_t first_entry = 0;
  std::vector<Hash> hashes;     // leaf hashes, one an entry
  Hash root = {};               // of those, where there are kTileWidth
  size_t bytes = 0;             // of the bundle
  std::vector<size_t> missing;  // as in BundleView
  std::function<void()> then;   // what `read` returned; may be empty
};

struct CheckedBundle {
  std::vector<Bytes> entries;
  std::vector<size_t> missing;
};
// CheckBundle: the bundle holds exactly the entries that hash to `hashes`, a
// verified tile's, or nothing in their place. Returns views of them. The fault
// names the first entry that is wrong. Pure.
Judged<CheckedBundle> CheckBundle(uint64_t index, Bytes bundle,
                                  std::span<const Hash> hashes);

// What is made of verified entries: called by any thread, it returns what is to
// be called by one thread at a time, in order. Either may be empty.
using ReadBundle = std::function<std::function<void()>(const BundleView&)>;

// VerifyBundle fetches a bundle, and its tile if that is full, and judges them
// by what the tiles above say. Thread-safe, if `source` and `read` are.
Judged<VerifiedBundle> VerifyBundle(Source* source, const Expectation& expected,
                                    const ReadBundle& read);

struct ReplayRequest {
  Source* source = nullptr;
  TreeHead head;                  // signed; size > 0
  std::optional<TreeHead> older;  // seen before, of size <= head.size
  // Bundles before this one are not read. Where it is not 0, nothing is
  // appended to a frontier, and that the head continues what was seen before is
  // for the caller to prove. REQUIRES: 0, or no `older`.
  uint64_t first_bundle = 0;
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  // set: give up, cannot tell

  // What it returns is called before `take`.
  ReadBundle read;
  // Called by one thread at a time, in order.
  std::function<void(const VerifiedBundle&)> take;
};

struct ReplayCounts {
  uint64_t entries = 0;
  uint64_t bundles = 0;
  uint64_t tiles = 0;
  uint64_t bytes = 0;  // of the bundles
};

// Replay returns the first fault. That the head does not continue `older` is a
// fault of code kConflict. `counts` says how far it came in any case.
Judged<void> Replay(const ReplayRequest& request, ReplayCounts* counts);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_REPLAY_REPLAY_H_
