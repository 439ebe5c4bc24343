#ifndef MODLOG_LOG_TREE_PROVER_H_
#define MODLOG_LOG_TREE_PROVER_H_

// Reads a tree at rest: full tiles from the store, the right edge from memory.
// A view of one tree size; immutable, cheap, usable from any thread while the
// log grows past it.

#include <memory>
#include <string>
#include <vector>

#include "log/store/redacted.h"
#include "log/store/store.h"
#include "log/tree/edge.h"

namespace modlog {

class Prover {
 public:
  // `edge` is that of the tree to read. The store must outlive the prover.
  Prover(Store* store, std::shared_ptr<const Edge> edge)
      : store_(store), edge_(std::move(edge)) {}

  uint64_t size() const { return edge_->size(); }

  // kOutOfRange beyond the tree; the store's errors.
  Result<std::vector<Hash>> ProveInclusion(uint64_t index, uint64_t size) const;
  Result<std::vector<Hash>> ProveConsistency(uint64_t older_size,
                                             uint64_t newer_size) const;
  // RootAt returns the root of the first `size` leaves.
  Result<Hash> RootAt(uint64_t size) const;

  // The first `width` hashes of a tile, or entries of a bundle, encoded.
  // kOutOfRange where the tree has fewer.
  Result<std::string> ReadTile(TileId id, uint32_t width) const;
  Result<std::string> ReadBundle(uint64_t index, uint32_t width) const;
  // kNotFound says so where the entry is redacted.
  Result<std::string> ReadLeaf(uint64_t index) const;
  // The same, but nothing of a redacted entry; ReadEmptied then says of it what
  // is known. kCorrupt where no redaction explains that there is nothing.
  Result<std::string> ReadSlot(uint64_t index) const;
  Result<RedactedEntry> ReadEmptied(uint64_t index) const {
    return modlog::ReadEmptied(*store_, index);
  }

 private:
  Store* store_;
  std::shared_ptr<const Edge> edge_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_TREE_PROVER_H_
