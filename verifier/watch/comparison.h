#ifndef MODLOG_VERIFIER_WATCH_COMPARISON_H_
#define MODLOG_VERIFIER_WATCH_COMPARISON_H_

// Two checkpoints that one log signed: do they go together?
//
// Of one size, the roots tell. Of two, a growth path (merkle.h) read off tiles
// of the larger tree tells what root that tree had at the smaller size. The
// path is checked up to the larger one's signed root, so it does not matter who
// serves the tiles: a mirror's do as well as the log's. Thread-safe.

#include <span>
#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/source/source.h"

namespace modlog {

enum class Agreement {
  kSame,      // one checkpoint
  kTogether,  // the larger tree begins with the smaller one: proved
  kFork,      // it does not: proved
  kUnknown,   // no source has tiles that lead to the larger root
};

struct Comparison {
  Agreement agreement = Agreement::kUnknown;
  std::vector<Hash> proof;              // of a fork of two sizes (fork.h)
  Error error = {Code::kNotFound, ""};  // why unknown
};

// Compare reads tiles of the larger tree from `sources`, one after the other
// until one of them tells; each tile at most once of a source, so that what is
// held is a few tiles a level. The heads may be in any order.
Comparison Compare(const TreeHead& one, const TreeHead& other,
                   std::span<Source* const> sources);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_COMPARISON_H_
