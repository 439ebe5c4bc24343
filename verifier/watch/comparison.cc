#include "verifier/watch/comparison.h"

#include <map>

#include "verifier/base/words.h"
#include "verifier/evidence/fork_proof.h"

namespace modlog {
namespace {

Comparison Found(Agreement agreement) {
  Comparison found;
  found.agreement = agreement;
  return found;
}

Comparison Unknown(Error error) {
  Comparison found;
  found.error = std::move(error);
  return found;
}

// Nodes are read one after the other and many stand in one tile, which whoever
// serves it slowly is asked for once.
class EachTileOnce : public Source {
 public:
  explicit EachTileOnce(Source* source) : source_(source) {}

  Result<void> Fetch(const std::string& path, size_t size_max,
                     std::string* out) override {
    auto kept = kept_.find(path);
    if (kept == kept_.end()) {
      std::string bytes;
      const auto fetched = source_->Fetch(path, size_max, &bytes);
      kept = kept_.emplace(path, bytes).first;
      if (!fetched) kept->second = std::unexpected(fetched.error());
    }
    if (!kept->second) return std::unexpected(kept->second.error());
    *out = *kept->second;
    return {};
  }
  std::string name() const override { return source_->name(); }

 private:
  Source* const source_;
  std::map<std::string, Result<std::string>> kept_;  // by path
};

// REQUIRES: 1 <= smaller.size < larger.size.
Comparison CompareBy(Source* source, const TreeHead& smaller,
                     const TreeHead& larger) {
  EachTileOnce tiles(source);
  auto path = ProveGrowth(smaller.size, larger.size,
                          TileNodeReader(&tiles, larger.size));
  if (!path) return Unknown(path.error());
  const auto roots = FollowGrowth(smaller.size, larger.size, *path);
  if (!roots) return Unknown(roots.error());
  if (roots->newer != larger.root) {
    return Unknown(
        {Code::kBadProof,
         "the tiles do not lead to the root at size " + Grouped(larger.size)});
  }
  if (roots->older == smaller.root) return Found(Agreement::kTogether);
  Comparison fork = Found(Agreement::kFork);
  fork.proof = *std::move(path);
  return fork;
}

}  // namespace

Comparison Compare(const TreeHead& one, const TreeHead& other,
                   std::span<Source* const> sources) {
  const TreeHead& smaller = one.size < other.size ? one : other;
  const TreeHead& larger = one.size < other.size ? other : one;
  if (smaller.size == larger.size) {
    return Found(smaller.root == larger.root ? Agreement::kSame
                                             : Agreement::kFork);
  }
  // Every tree begins with the empty one, whose root was checked when read.
  if (smaller.size == 0) return Found(Agreement::kTogether);
  Comparison last = Unknown({Code::kUnavailable, "nobody serves its tiles"});
  for (Source* const source : sources) {
    Comparison found = CompareBy(source, smaller, larger);
    if (found.agreement != Agreement::kUnknown) return found;
    found.error.message = source->name() + ": " + found.error.message;
    last = std::move(found);
  }
  return last;
}

}  // namespace modlog
