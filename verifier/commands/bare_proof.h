#ifndef MODLOG_VERIFIER_COMMANDS_BARE_PROOF_H_
#define MODLOG_VERIFIER_COMMANDS_BARE_PROOF_H_

// Bare proofs as JSON, for scripts and for other people's test vectors:
//
//   {"index":N,"size":N,"leaf_hash":b64,"root":b64,"proof":[b64,…]}
//   {"old_size":N,"new_size":N,"old_root":b64,"new_root":b64,"proof":[b64,…]}
//
// Every key exactly once and no other; numbers 0..2^64-1 without fraction or
// exponent; base64 of RFC 4648 section 4, padded. What breaks that form is an
// error: nothing was judged. A hash of a length other than 32 is false.
//
// From size 0 nothing can be proved. Where old_size is 0: a proof that is not
// empty and a root that is not the empty tree's are false; equal heads (0 and
// 0) are true; anything else is an error, never "true".
//
// Nothing here is signed: sizes and roots are believed as given. Thread-safe.

#include <iosfwd>
#include <string>
#include <string_view>

#include "verifier/core/verdict.h"

namespace modlog {

inline constexpr size_t kBareProofSizeMax = 1 << 20;  // bytes, one object

enum class BareProofKind { kInclusion, kConsistency };

struct BareVerdict {
  Verdict verdict;
  std::string why;  // empty if true
};

// JudgeBareProof judges one object.
BareVerdict JudgeBareProof(BareProofKind kind, std::string_view object);

// FormatBareVerdict returns "true", "false: why" or "error: why".
std::string FormatBareVerdict(const BareVerdict& verdict);

// JudgeBareProofs reads objects, one a line, and writes a verdict a line as
// each is read; returns the worst. Blank lines are skipped. An object whose
// first line does not end with '}' may go on over further lines, and is then
// the only one. An input without an object is an error.
Verdict JudgeBareProofs(BareProofKind kind, std::istream& in,
                        std::ostream& out);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_COMMANDS_BARE_PROOF_H_
