#include "verifier/watch/watch_evidence.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "verifier/evidence/fork.h"

namespace modlog {
namespace {

Problem Keep(const std::string& directory, std::string place, Cause cause,
             const Contradiction& contradiction) {
  Problem problem = {FalseBy(cause), true, std::move(place),
                     contradiction.contradiction, ""};
  const auto kept = WriteEvidence(directory, contradiction);
  if (kept) {
    problem.evidence = *kept;
  } else {
    problem.reason += " (evidence not kept: " + kept.error().message + ")";
  }
  return problem;
}

Contradiction Between(const char* what, std::string reason, const Seen& before,
                      const Seen& now) {
  return {.what = what,
          .contradiction = std::move(reason),
          .origin = now.checkpoint.origin,
          .size_before = before.checkpoint.tree.size,
          .size_now = now.checkpoint.tree.size,
          .note_before = before.note,
          .note_now = now.note,
          .proof = {}};
}

}  // namespace

Result<void> MakeDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return Fail(Code::kUnavailable, "cannot make the directory " + directory +
                                      ": " + std::strerror(errno));
}

Problem KeepFork(const std::string& directory, std::string place,
                 std::string reason, const Seen& before, const Seen& now,
                 const std::vector<Hash>& proof) {
  Contradiction contradiction =
      Between("two checkpoints of one log that cannot both be true",
              std::move(reason), before, now);
  contradiction.proof = proof;
  return Keep(directory, std::move(place), Cause::kHistory, contradiction);
}

Problem KeepRollback(const std::string& directory, std::string place,
                     std::string reason, const Seen& signed_before,
                     const Seen& now) {
  return Keep(directory, std::move(place), Cause::kWithdrawn,
              Between("two checkpoints of one log that serves the smaller one",
                      std::move(reason), signed_before, now));
}

}  // namespace modlog
