#ifndef MODLOG_LOG_TREE_BATCH_H_
#define MODLOG_LOG_TREE_BATCH_H_

// What one commit adds: leaves in order, their hashes, the pieces of bundles
// and the tiles that fill up. Pure computation; the store has not heard of it.
// Indexes follow on the tree's size, so there is no gap and no reuse (I2); the
// action's bytes go into the leaf as they came (I5).

#include <string>
#include <string_view>
#include <vector>

#include "log/store/store.h"
#include "log/tree/edge.h"
#include "verifier/core/entry.h"

namespace modlog {

class Batch {
 public:
  Batch(const StoredHead& before, const Edge& edge, int64_t logged_at_ms)
      : before_(before), growth_(edge), logged_at_ms_(logged_at_ms) {}

  // Append adds the leaf (header, body) and returns its hash. Its index is
  // the tree's size before.
  Hash Append(std::string_view header, std::string_view body,
              EntryBody kind = EntryBody::kAction);

  // ForStore returns what to commit. Moves the pieces out: call it once.
  StoreBatch ForStore();

  int64_t logged_at_ms() const { return logged_at_ms_; }
  const EdgeGrowth& growth() const { return growth_; }
  Edge TakeEdge() && { return std::move(growth_).Take(); }

 private:
  StoredHead before_;
  EdgeGrowth growth_;
  int64_t logged_at_ms_;
  std::vector<BundlePiece> pieces_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_TREE_BATCH_H_
