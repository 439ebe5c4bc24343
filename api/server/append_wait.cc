#include "api/server/append_wait.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "api/server/item_outcome.h"
#include "verifier/base/clock.h"

namespace modlog {
namespace {

uint64_t SizeToCover(const AppendAnswer& answer) {
  uint64_t size = 0;
  for (const ItemResult& item : answer.items) {
    if (Stands(item)) size = std::max(size, item.index + 1);
  }
  if (answer.seal && Stands(answer.seal->item)) {
    size = std::max(size, answer.seal->item.index + 1);
  }
  return size;
}

bool MoveItem(Log* log, const std::shared_ptr<const SignedHead>& head,
              bool with_proofs, ItemResult* item) {
  if (!with_proofs || !Stands(*item)) return true;
  auto path = log->ProveInclusion(item->index, head->tree.size);
  if (!path.has_value()) return false;
  item->inclusion_path = *std::move(path);
  return true;
}

// Leads the paths to another head. Nothing changes where one cannot be read.
void MoveTo(Log* log, const std::shared_ptr<const SignedHead>& head,
            bool with_proofs, AppendAnswer* answer) {
  AppendAnswer moved = *answer;
  moved.head = head;
  for (ItemResult& item : moved.items) {
    if (!MoveItem(log, head, with_proofs, &item)) return;
  }
  if (moved.seal && !MoveItem(log, head, with_proofs, &moved.seal->item)) {
    return;
  }
  *answer = std::move(moved);
}

}  // namespace

AppendDone OnceWitnessed(Log* log, bool with_proofs, AppendDone done) {
  return [log, with_proofs,
          done = std::move(done)](Result<AppendAnswer> answer) mutable {
    const uint64_t size = answer.has_value() ? SizeToCover(*answer) : 0;
    if (size == 0) return done(std::move(answer));
    log->WhenPublished(
        size, SystemClock()->MonotonicMs() + kWitnessedWaitMs,
        [log, with_proofs, done = std::move(done), answer = *std::move(answer)](
            Result<std::shared_ptr<const SignedHead>> head) mutable {
          if (head.has_value()) MoveTo(log, *head, with_proofs, &answer);
          done(std::move(answer));
        });
  };
}

}  // namespace modlog
