#ifndef MODLOG_VERIFIER_CORE_TLOG_PROOF_H_
#define MODLOG_VERIFIER_CORE_TLOG_PROOF_H_

// Proof files, https://c2sp.org/tlog-proof: everything but the leaf that an
// offline check of inclusion needs.
//
//   c2sp.org/tlog-proof@v1
//   extra <base64>                 optional, vouched for by nobody
//   index <decimal>
//   <base64 of a 32-byte hash>     the inclusion path, leaf's sibling first
//   …
//
//   <the checkpoint note, verbatim>
//
// Limits: kNoteSizeMax for the note, 64 hashes, 48,000 bytes of extra (other
// readers fail above that).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/policy.h"

namespace modlog {

inline constexpr size_t kProofExtraSizeMax = 48'000;
inline constexpr size_t kProofPathMax = 64;

struct TlogProof {
  std::optional<std::string> extra;
  uint64_t index = 0;
  std::vector<Hash> path;
  std::string checkpoint;  // the whole note
};

// ParseTlogProof and FormatTlogProof are inverse. kMalformed, kTooLarge.
// FormatTlogProof REQUIRES what the limits say, an extra that is not empty, and
// a checkpoint that ParseNote and ParseCheckpoint read.
Result<TlogProof> ParseTlogProof(std::string_view text);
std::string FormatTlogProof(const TlogProof& proof);

// CheckTlogProof opens the checkpoint under the policy and checks that the leaf
// stands at proof.index in its tree. The errors of OpenCheckpoint and
// CheckInclusion. An unreached quorum is a fact in the answer.
Result<TrustedCheckpoint> CheckTlogProof(const TlogProof& proof,
                                         const Hash& leaf_hash,
                                         const Policy& policy);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_TLOG_PROOF_H_
