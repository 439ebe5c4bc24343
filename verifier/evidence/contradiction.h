#ifndef MODLOG_VERIFIER_EVIDENCE_CONTRADICTION_H_
#define MODLOG_VERIFIER_EVIDENCE_CONTRADICTION_H_

// Two checkpoints of one log that do not go together, as a JSON file that
// outlives whoever found them; docs/formats.md, "Evidence". An example, its
// notes cut:
//
//   {"what": "two checkpoints of one log that cannot both be true",
//    "contradiction": "two roots for one size",
//    "origin": "log.example/actions", "size_before": 5, "size_now": 5,
//    "note_before": "log.example/actions\n5\n…",
//    "note_now": "log.example/actions\n5\n…"}
//
// The notes are what counts: they carry the log's signatures, so that anybody
// who has its key can judge them (fork.h). Where the sizes differ, `proof` says
// what root the larger tree had at the smaller size: a growth path (merkle.h,
// FollowGrowth). Where it is the consistency proof that came along, it says so
// too unless the smaller size is a power of two. The rest is words for people.
// Limits: kEvidenceSizeMax, notes as note.h has them. Thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"
#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr size_t kEvidenceSizeMax = 4 << 20;
inline constexpr size_t kGrowthPathMax = 64;  // hashes

struct Contradiction {
  std::string what;
  std::string contradiction;
  std::string origin;
  uint64_t size_before = 0;
  uint64_t size_now = 0;
  std::string note_before;
  std::string note_now;
  std::vector<Hash> proof;
};

std::string FormatContradiction(const Contradiction& contradiction);

// ParseContradiction reads what FormatContradiction writes, and what it wrote
// without the words for people. Nothing in it is judged, nor are the notes
// looked at. kMalformed, kTooLarge.
Result<Contradiction> ParseContradiction(std::string_view text);

// WriteEvidence keeps a contradiction in a file of its own in `directory`, and
// returns its path. The name begins with the hash of the origin, the rest is of
// the content: the same twice is one file, and none overwrites another.
// kUnavailable.
Result<std::string> WriteEvidence(const std::string& directory,
                                  const Contradiction& contradiction);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_EVIDENCE_CONTRADICTION_H_
