#ifndef MODLOG_VERIFIER_CONTRADICTION_H_
#define MODLOG_VERIFIER_CONTRADICTION_H_

// Two checkpoints of one log that do not go together, as a JSON file that
// outlives whoever found them. An example, its notes cut:
//
//   {"what": "two checkpoints of one log that cannot both be true",
//    "contradiction": "two roots for one size",
//    "origin": "log.example/actions", "size_before": 5, "size_now": 5,
//    "note_before": "log.example/actions\n5\n…",
//    "note_now": "log.example/actions\n5\n…"}
//
// The notes are what counts: they carry the log's signatures, so that anybody
// who has its key can judge them. `proof`, where there is one, is the
// consistency proof that came along and does not hold.

#include <cstdint>
#include <string>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

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

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CONTRADICTION_H_
