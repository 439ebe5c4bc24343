#ifndef MODLOG_VERIFIER_MIRROR_MIRROR_H_
#define MODLOG_VERIFIER_MIRROR_MIRROR_H_

// A copy of a log that follows it: pass by pass, all of what the checkpoint of
// the moment promises is in the directory, verified, before that checkpoint is.
// So at every moment, after kill -9 too, the directory is a log of its own that
// stands before any auditor, or has no checkpoint yet.
//
//   list of redactions, checkpoint    as the log serves them; policy, quorum
//   the checkpoint of the last pass   the tree at its size has its root, or it
//                                     is evidence; nothing is written before
//   tiles, bundles                    copier.h
//   checkpoint                        when all of that is on the disk
//   redactions                        the list kept; bytes taken out
//   partial tiles and bundles         removed where the full one now stands
//
// The first pass of a process goes over all that is in the directory, and
// fetches anew what is damaged; the next ones look at what came after.
//
// A bundle may be emptied by a redaction newer than the list and checkpoint
// that were fetched: before an empty slot looks false, newer ones are asked
// for. And a cache may have kept those, or a site that is down answer with a
// page: what looks false is so only if the next pass finds such a thing again.
// Two signed checkpoints that contradict each other are false at once.
//
// Not thread-safe.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "verifier/core/policy.h"
#include "verifier/core/verdict.h"
#include "verifier/evidence/memory.h"
#include "verifier/mirror/copy_directory.h"
#include "verifier/mirror/mirror_redactions.h"
#include "verifier/source/resources.h"

namespace modlog {

struct MirrorRequest {
  // A source a pass: what one fetched ahead must not be given to the next.
  std::function<Result<std::unique_ptr<Source>>()> open;
  CopyDirectory* copy = nullptr;
  const Policy* policy = nullptr;
  std::string evidence;    // directory, made where it is missing
  bool first_use = false;  // a directory without a checkpoint is no error
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  // What is being done, how much of it is done, of how much.
  std::function<void(const std::string&, uint64_t, uint64_t)> progress;
};

struct MirrorReport {
  Verdict verdict = Verdict::kCannotTell;
  std::string place;   // of the fault; may be empty
  std::string reason;  // why the verdict is not "true"; empty if it is
  // The next pass may end better without anybody doing anything.
  bool may_pass = false;
  bool looks_false = false;  // the next pass tells whether it is

  std::string source;
  std::string directory;
  std::string note;                          // the checkpoint as fetched
  std::optional<TrustedCheckpoint> trusted;  // where it verified
  std::string log_key;                       // vkey
  std::vector<std::string> witnesses;        // names
  std::optional<TreeHead> before;  // in the directory, before the pass
  bool published = false;          // the checkpoint stands in the directory
  bool is_fork = false;  // two signed checkpoints contradict each other
  std::string evidence;  // path of a file, or empty
  std::string unkept;    // evidence that could not be written, as its file

  uint64_t files_written = 0;  // tiles and bundles
  uint64_t files_kept = 0;     // that were there, and right
  uint64_t redacted = 0;       // entries
  uint64_t taken_out = 0;      // of those, by this pass
  double seconds = 0;
};

class Mirror {
 public:
  explicit Mirror(MirrorRequest request) : request_(std::move(request)) {}

  MirrorReport Pass();

 private:
  friend class MirrorPass;

  MirrorReport Try();
  void Settle(MirrorReport* report);

  const MirrorRequest request_;
  Redactions redactions_;
  std::set<uint64_t> obeyed_;  // redacted entries that were taken out
  // What this process found right or made so, all of it.
  std::optional<TreeHead> gone_over_;
  bool looked_false_ = false;  // the last pass
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_MIRROR_H_
