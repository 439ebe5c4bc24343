#ifndef MODLOG_VERIFIER_WITNESS_REQUEST_H_
#define MODLOG_VERIFIER_WITNESS_REQUEST_H_

// The body of add-checkpoint, https://c2sp.org/tlog-witness:
//
//   old <N>                       decimal, no leading zeros
//   <base64 of a hash>            0..63 lines: consistency proof from N on
//                                 (blank line)
//   <checkpoint note, verbatim>
//
// Pure functions, thread-safe. Limits: kAddCheckpointSizeMax bytes,
// kProofLinesMax lines, a note's own limits.

#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/checkpoint.h"
#include "verifier/core/note.h"

namespace modlog {

// Room for the 16 signatures of 5 KiB that a reader of notes must accept would
// be 80 KiB; a log submits its own lines only, of 3.3 KiB at most.
inline constexpr size_t kAddCheckpointSizeMax = 64 << 10;
inline constexpr size_t kProofLinesMax = 63;
// Of a checkpoint with the log's own signatures, which is what is kept.
inline constexpr size_t kKeptNoteSizeMax = 16 << 10;

// Nothing in it is verified.
struct AddCheckpointRequest {
  uint64_t old_size = 0;
  std::vector<Hash> proof;
  Note note;  // perhaps without any signature
  Checkpoint checkpoint;
};

// ParseAddCheckpoint: kMalformed, kTooLarge. A note without any signature line
// parses: what is missing is a signature by a trusted key, and the caller has a
// status of its own for that.
Result<AddCheckpointRequest> ParseAddCheckpoint(std::string_view body);

// FormatAddCheckpoint is its inverse for what parses with signatures.
std::string FormatAddCheckpoint(const AddCheckpointRequest& request);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_REQUEST_H_
