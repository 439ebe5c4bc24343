#ifndef MODLOG_API_TOOL_COPY_COPY_HISTORY_H_
#define MODLOG_API_TOOL_COPY_COPY_HISTORY_H_

// Whether a copy and the log that it is to be brought up to are of one history.
// Two signed checkpoints that exclude each other are evidence, as a mirror
// keeps it (verifier/evidence/contradiction.h): both notes, and for different sizes the
// nodes of the larger tree that show its other root at the smaller size.

#include <functional>
#include <string>

#include "verifier/core/checkpoint.h"
#include "verifier/core/tile.h"

namespace modlog {

struct SignedTree {
  Checkpoint checkpoint;
  std::string note;
};

// The bytes of a tile of the larger tree, of this width. Not believed.
using ReadTile =
    std::function<Result<std::string>(TileId tile, uint32_t width)>;

// CompareHistories: nothing where the smaller tree is the beginning of the
// larger one. kConflict where it is not; the message names the file of evidence
// in `directory`, which is made where it is missing, or has the evidence itself
// where it cannot be written. kBadProof where what was read is not of the
// larger tree, so that nothing is known; errors of `read`.
Result<void> CompareHistories(const SignedTree& copy, const SignedTree& log,
                              const std::string& directory,
                              const ReadTile& read);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COPY_COPY_HISTORY_H_
