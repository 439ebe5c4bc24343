#ifndef MODLOG_VERIFIER_CORE_CHECKPOINT_H_
#define MODLOG_VERIFIER_CORE_CHECKPOINT_H_

// Checkpoints, https://c2sp.org/tlog-checkpoint: the text of a signed note that
// states a tree head.
//
//   <origin>
//   <tree size, decimal>
//   <base64 of the 32-byte root>
//
// Extension lines may follow, none of them empty. A modlog has none: no
// cosignature of type 0x06 covers them and no auditor can check them. Limits:
// origin 1..255 bytes and the size below 2^63, which is what other
// implementations can read.

#include <string>
#include <string_view>

#include "verifier/core/merkle.h"

namespace modlog {

inline constexpr uint64_t kTreeSizeMax = (uint64_t{1} << 63) - 1;
inline constexpr size_t kOriginSizeMax = 255;

struct Checkpoint {
  std::string origin;
  TreeHead tree;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// ParseCheckpoint reads what FormatCheckpoint writes: exactly three lines.
// kMalformed. A size of 0 must have the root of the empty tree.
Result<Checkpoint> ParseCheckpoint(std::string_view text);
// ParseExtensibleCheckpoint is for who judges: the standard allows extension
// lines, which say nothing that a judge could check, and are left out.
Result<Checkpoint> ParseExtensibleCheckpoint(std::string_view text);
// ParseAnyCheckpoint is for who serves logs of other people's making, and
// judges an empty tree's root itself: it takes extension lines as well, and a
// size of 0 with any root.
Result<Checkpoint> ParseAnyCheckpoint(std::string_view text);
// REQUIRES: a valid origin, size <= kTreeSizeMax.
std::string FormatCheckpoint(const Checkpoint& checkpoint);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_CHECKPOINT_H_
