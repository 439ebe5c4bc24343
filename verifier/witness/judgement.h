#ifndef MODLOG_VERIFIER_WITNESS_JUDGEMENT_H_
#define MODLOG_VERIFIER_WITNESS_JUDGEMENT_H_

// What a witness says to a submitted checkpoint: https://c2sp.org/tlog-witness,
// without time, disk or network. Its checks, in order:
//
//   TrustedLines   signed by a key trusted for the origin          403
//   Judge          old size not beyond the checkpoint's            400
//                  old size is that of the latest cosigned one     409
//                  nothing but an extension of the latest one      422
//
// Pure functions, thread-safe.

#include <optional>
#include <span>
#include <vector>

#include "verifier/witness/request.h"

namespace modlog {

// TrustedLines returns the note's lines by these keys, one a key. kUntrusted
// where there is none, or where any line by one of them does not verify.
Result<std::vector<NoteSignature>> TrustedLines(
    const Note& note, std::span<const VerifierKey> keys);

enum class Judgement {
  kCosign,
  kOldBeyondNew,   // 400
  kOtherOld,       // 409
  kBadEmptyTree,   // 422: size 0, but not the root of the empty tree
  kProofFromZero,  // 422: a proof where nothing can be proved
  kFork,           // 422: the latest one's size and another root, or a proof
                   // that shows that the new tree had another root at that size
  kInconsistent,   // 422: the proof does not lead from the latest one to it
};

// Judge: `latest` is the latest cosigned tree head of this origin, if any.
// REQUIRES: the request's signatures were found to be trusted.
Judgement Judge(const AddCheckpointRequest& request,
                const std::optional<TreeHead>& latest);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_JUDGEMENT_H_
