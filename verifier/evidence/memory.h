#ifndef MODLOG_VERIFIER_EVIDENCE_MEMORY_H_
#define MODLOG_VERIFIER_EVIDENCE_MEMORY_H_

// What this auditor saw before: the last checkpoint of each log that it
// verified, as the log signed it, one file an origin in a directory. Without
// it a log could show a new past to the same auditor every day, so that a
// missing memory must be asked for.
//
// Beside it stands where it was seen, <hash>.place: there the tiles are with
// which an older copy is told from a fork.
//
// A file is replaced atomically and durably. It is checked like any checkpoint
// when read back, so that a damaged memory is noticed, not believed. One audit
// at a time holds the directory.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/core/policy.h"
#include "verifier/evidence/contradiction.h"

namespace modlog {

struct Seen {
  Checkpoint checkpoint;
  std::string note;
};

// ContradictionOf is evidence of two checkpoints that one log signed and that
// cannot both be true. `proof` is that of ProveFork (fork.h).
Contradiction ContradictionOf(const Seen& before, const Seen& now,
                              std::string contradiction,
                              std::vector<Hash> proof);

class Memory {
 public:
  enum class IfMissing { kRefuse, kCreate };

  // Open locks the directory. kUnavailable, with the remedy in its message.
  static Result<std::unique_ptr<Memory>> Open(const std::string& directory,
                                              IfMissing if_missing);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Recall returns what was seen of an origin, or nothing. kUnavailable if it
  // cannot be read or does not verify under the policy.
  Result<std::optional<Seen>> Recall(const std::string& origin,
                                     const Policy& policy) const;

  // Remember replaces what was seen. kUnavailable.
  Result<void> Remember(const Seen& seen) const;

  // RememberPlace keeps where a log was last found (an address or a directory),
  // RecallPlace returns it, or nothing. A help in finding tiles again and no
  // more: that it cannot be written or read is no error.
  void RememberPlace(const std::string& origin, const std::string& place) const;
  std::string RecallPlace(const std::string& origin) const;

  // RecallFrom is Recall without holding the directory: for who only reads.
  static Result<std::optional<Seen>> RecallFrom(const std::string& directory,
                                                const std::string& origin,
                                                const Policy& policy);

  // KeepEvidenceIn: evidence goes there from now on, and not to the directory.
  void KeepEvidenceIn(std::string directory) {
    evidence_ = std::move(directory);
  }

  // KeepEvidence writes a file of its own (fork.h, WriteEvidence) and returns
  // its path. kUnavailable.
  Result<std::string> KeepEvidence(const Contradiction& contradiction) const;

 private:
  Memory(std::string directory, int lock)
      : directory_(std::move(directory)), evidence_(directory_), lock_(lock) {}

  std::string directory_;
  std::string evidence_;
  int lock_;  // descriptor of the directory, locked
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_EVIDENCE_MEMORY_H_
