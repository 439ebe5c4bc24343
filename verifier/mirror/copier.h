#ifndef MODLOG_VERIFIER_MIRROR_COPIER_H_
#define MODLOG_VERIFIER_MIRROR_COPIER_H_

// The files of one tree, copied into a directory. What stands there already is
// taken if it is right and fetched if it is not; both are judged alike, from
// the signed root downwards (audit/trunk.h, audit/replay.h), and nothing is
// written that was not found right. Nothing at all is written before Copy:
// until then the caller may find that the tree does not continue the one copied
// before.
//
// Not thread-safe; Copy uses several threads.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "verifier/mirror/copy_directory.h"
#include "verifier/mirror/mirror_redactions.h"
#include "verifier/replay/replay.h"

namespace modlog {

struct CopyCounts {
  uint64_t written = 0;  // tiles and bundles
  uint64_t kept = 0;     // that were there, and right
};

struct CopyRequest {
  uint64_t first_bundle = 0;  // what stands before is not looked at
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;  // set: give up, cannot tell
  // Entries that are in the copy, of how many.
  std::function<void(uint64_t, uint64_t)> progress;
};

class Copier {
 public:
  // Open judges the right edge. REQUIRES: head.size > 0; what is pointed to
  // outlives the copier.
  static Judged<std::unique_ptr<Copier>> Open(Source* source,
                                              CopyDirectory* copy,
                                              Redactions* redactions,
                                              const TreeHead& head);

  // As Trunk::RootAt.
  Judged<Hash> RootAt(uint64_t size);
  // As ProveForkOver. REQUIRES: RootAt(smaller.size) said that it is a fork.
  Result<std::vector<Hash>> ProveForkFrom(const TreeHead& smaller);

  // ProveRedactions looks at the entries that the log's list names. kBadProof
  // for a line that its entry, or the tree's hash, does not bear out. Where
  // *stop is set it gives up, cannot tell.
  Judged<void> ProveRedactions(const std::atomic<bool>* stop);

  Judged<void> Copy(const CopyRequest& request);

  const CopyCounts& counts() const { return counts_; }
  // Full tiles and bundles, by path, beside which partial ones still stand.
  const std::vector<std::string>& outgrown() const { return outgrown_; }
  // The end was that a slot of the log is empty and no redaction says why:
  // there may be a newer list.
  bool unexplained() const { return unexplained_; }
  // The end was that the directory cannot be written.
  bool unwritable() const { return unwritable_; }

 private:
  struct LocalFirst;
  struct AskedOnce;
  struct Copied {
    uint64_t entries = 0;
    std::optional<Fault> unexplained;  // why nothing was copied
  };

  Copier(Source* source, CopyDirectory* copy, Redactions* redactions,
         const TreeHead& head);
  Judged<void> OpenTrunk(Source* source);
  template <typename Step>
  auto Above(const Step& step) -> decltype(step());
  Judged<void> ProveRedaction(const RedactionLine& line);
  Judged<VerifiedBundle> Find(uint64_t bundle, const ReadBundle& read);
  using JudgeSource = std::function<Judged<VerifiedBundle>(Source*)>;
  Judged<VerifiedBundle> Verify(const JudgeSource& judge);
  std::optional<Fault> Unexplained(const VerifiedBundle& bundle) const;
  Judged<Copied> CopyBundle(const Expectation& expected);
  Judged<void> Save(const std::string& full, const std::string& file,
                    const std::string& bytes);
  Judged<void> SavePending();

  Source* const source_;
  CopyDirectory* const copy_;
  Redactions* const redactions_;
  const TreeHead head_;
  std::unique_ptr<Source> local_first_;
  // For the tiles above: the log, and the copy before it.
  std::unique_ptr<Source> asked_once_;
  std::unique_ptr<Source> above_local_first_;
  std::map<std::string, std::string> answers_;  // of the log, until Copy
  bool keeps_answers_ = true;
  std::optional<Trunk> trunk_;
  bool trunk_is_local_ = true;
  bool unexplained_ = false;
  // Tiles that were found right and are not written: hashes by level and index.
  std::map<std::pair<int, uint64_t>, std::vector<Hash>> pending_;

  std::mutex mutex_;  // of what follows, while Copy runs
  CopyCounts counts_;
  std::vector<std::string> outgrown_;
  bool unwritable_ = false;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_COPIER_H_
