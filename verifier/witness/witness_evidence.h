#ifndef MODLOG_VERIFIER_WITNESS_WITNESS_EVIDENCE_H_
#define MODLOG_VERIFIER_WITNESS_WITNESS_EVIDENCE_H_

// What a witness keeps of checkpoints that a log signed and that contradict
// what it signed before: one JSON file a pair, in the form in which an auditor
// keeps such pairs (contradiction.h). Two roots for one size prove a fork, and
// so does a proof that leads to the signed root from another tree. Any other
// proof that fails proves nothing, because anybody may send a log's checkpoint
// with a wrong one; it is a reason to ask the log for the right one.
//
// So that nobody fills the disk, or crowds forks out with suspicions, a pair is
// kept once, and each kind has limits of its own: an origin's and for all.
// Thread-safe.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "verifier/witness/request.h"

namespace modlog {

inline constexpr size_t kForksPerLogMax = 100;
inline constexpr size_t kForksMax = 10'000;
inline constexpr size_t kSuspicionsPerLogMax = 20;
inline constexpr size_t kSuspicionsMax = 1'000;

class Evidence {
 public:
  // Open makes the directory if missing and counts what is there.
  static Result<std::unique_ptr<Evidence>> Open(const std::string& directory);

  // Keep writes a file and returns its path; nothing where the pair was kept
  // before or a limit is reached. `before` is the note that was cosigned.
  // REQUIRES: of the request's signatures only the log's are left.
  Result<std::optional<std::string>> Keep(const AddCheckpointRequest& request,
                                          const std::string& before,
                                          bool is_fork);

 private:
  explicit Evidence(std::string directory) : directory_(std::move(directory)) {}
  // Whether there is room for one more of its kind; takes the place if so.
  bool Reserve(const std::string& name, const std::string& stem);

  const std::string directory_;
  std::mutex mutex_;
  std::set<std::string> names_;
  std::map<std::string, size_t> counts_;  // by origin and kind, and by kind
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_WITNESS_EVIDENCE_H_
