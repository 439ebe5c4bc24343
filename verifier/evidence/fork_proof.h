#ifndef MODLOG_VERIFIER_EVIDENCE_FORK_PROOF_H_
#define MODLOG_VERIFIER_EVIDENCE_FORK_PROOF_H_

// The proof that evidence of a fork needs (fork.h), from the tiles of the log
// that grew out of the fork. Thread-safe.

#include <vector>

#include "verifier/core/merkle.h"
#include "verifier/replay/trunk.h"
#include "verifier/source/source.h"

namespace modlog {

// TileNodeReader reads nodes of the tree of `size` from a source, which must
// outlive it. What it reads is not verified. The errors of FetchTile.
NodeReader TileNodeReader(Source* source, uint64_t size);

// FetchForkProof is ProveFork over the tiles of `larger` in a source.
Result<std::vector<Hash>> FetchForkProof(Source* source,
                                         const TreeHead& smaller,
                                         const TreeHead& larger);

// ProveForkOver is ProveFork over the trunk of `larger`. Of a trunk that was
// asked for RootAt(smaller.size) nothing is fetched again: what shows a fork
// proves it, and a log that is accused need not be asked for it.
Result<std::vector<Hash>> ProveForkOver(Trunk* trunk, const TreeHead& smaller,
                                        const TreeHead& larger);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_EVIDENCE_FORK_PROOF_H_
