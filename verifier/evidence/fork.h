#ifndef MODLOG_VERIFIER_EVIDENCE_FORK_H_
#define MODLOG_VERIFIER_EVIDENCE_FORK_H_

// Evidence of a fork (contradiction.h), judged from the file and a policy
// alone: does it prove that the log signed two histories?
//
//   0  it does: keys that the policy has of the log, one or two, signed the
//      checkpoints, and either these have one size and two roots, or the proof
//      shows that the larger tree, whose root was signed, had another root at
//      the smaller size
//   1  it does not
//   2  cannot tell: no evidence by its form, or of a log that the policy does
//      not name
//
// What is no evidence by its form is not an acquittal: a damaged file must not
// say "no fork". Cosignatures and the quorum do not matter, it is the log that
// is judged. Pure functions, thread-safe.

#include <string>
#include <string_view>

#include "verifier/core/merkle.h"
#include "verifier/core/policy.h"
#include "verifier/core/verdict.h"
#include "verifier/evidence/contradiction.h"

namespace modlog {

struct ForkReport {
  Verdict verdict = Verdict::kCannotTell;
  std::string reason;  // why not true; empty if true

  // Set where the verdict is true.
  std::string origin;
  std::string log_key;         // vkey; signed the smaller tree
  std::string larger_log_key;  // of the same log; signed the larger one
  TreeHead smaller = {};       // as the log signed it
  TreeHead larger = {};        // as the log signed it
  Hash other_root = {};        // of the larger tree at the smaller size
};

ForkReport JudgeFork(std::string_view evidence, const Policy& policy);

// FormatFork is for people; FormatForkJson is one JSON object.
std::string FormatFork(const ForkReport& report);
std::string FormatForkJson(const ForkReport& report);

// ProveFork returns the proof that evidence needs: none for one size, else a
// growth path, with `read` for nodes of the larger tree. What was read is
// checked: kBadProof if it proves nothing, because the larger tree has the
// smaller root after all or what was read is not of the larger tree. Errors of
// `read` pass through.
Result<std::vector<Hash>> ProveFork(const TreeHead& smaller,
                                    const TreeHead& larger,
                                    const NodeReader& read);

// UnkeptEvidence says what to do with evidence (FormatContradiction) that could
// not be written: nobody may be able to fetch it again.
std::string UnkeptEvidence(const std::string& evidence);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_EVIDENCE_FORK_H_
