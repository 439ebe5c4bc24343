#ifndef MODLOG_LOG_WRITE_SEQUENCER_H_
#define MODLOG_LOG_WRITE_SEQUENCER_H_

// The write path, one batch at a time, in its chapters:
//
//   resolve   duplicates, conflicts, references             (resolve.h)
//   build     logged_at, leaves, hashes, tiles, root        (batch.h)
//   commit    ONE synced batch                              (store.h)
//   verify    read it back, hash it by a second path, prove
//             that the new head extends the old
//   publish   high-water mark, then signature               (I3, I4)
//   answer    only now                                      (I10)
//
// What a crash left committed and not signed is published by the same code
// (SignRest): at the start or, of a log with witnesses, once they have
// answered.
//
// No thread of its own: log.cc calls SequenceOnce from one, tests call it from
// theirs. Readers take a SignedView, which is immutable.

#include <memory>
#include <vector>

#include "log/payload/key_slots.h"
#include "log/store/high_water.h"
#include "log/store/puid_index.h"
#include "log/tree/batch.h"
#include "log/tree/prover.h"
#include "log/write/heads.h"
#include "log/write/log_state.h"
#include "log/write/log_time.h"
#include "log/write/queue.h"
#include "log/write/resolve.h"
#include "log/write/signer.h"
#include "verifier/core/frontier.h"

namespace modlog {

struct SequencerParts {
  Store* store;
  PuidIndex* index;
  HighWater* high_water;
  Signer* signer;
  KeySlots* slots;
  TermCache* terms;
  LogTime* time;
  StateOfLog* state;  // poisoned before any caller hears of it
  Heads* heads;
};

class Sequencer {
 public:
  // `committed` and `edge` are the store's head and its edge, checked.
  Sequencer(SequencerParts parts, StoredHead committed, Edge edge);

  // Start publishes the head at the high-water mark, which was signed before:
  // the same head again is no second history.
  Result<void> Start();

  // SignRest brings what was committed and not signed to its signature; to be
  // called after Start, and before any batch. kUnavailable when the mark cannot
  // be written or the log must not sign.
  Result<void> SignRest();

  // SequenceOnce answers every group; `time` says which entries get: Next, or
  // NextAnyhow for what ends a log. An error means that the log must not go
  // on before it has been reopened (I6); the groups have been told.
  enum class Time { kNext, kAnyhow };
  Result<void> SequenceOnce(std::vector<PendingGroup> groups,
                            Time time = Time::kNext);

  // The newest committed head, ahead of the signed one before SignRest and
  // after a failure.
  TreeHead committed() const { return committed_.tree; }

 private:
  Result<void> Stop(std::vector<PendingGroup>& groups, const Error& cause,
                    const Error& told);
  Result<void> CommitAndSign(const Resolved& resolved, std::vector<Row> rows,
                             Batch* batch);
  Result<void> KeepPayloads(const Resolved& resolved, StoreBatch* batch);
  Result<void> Verify(const StoreBatch& batch, Frontier* frontier) const;
  Result<std::vector<Hash>> ProveExtension(const EdgeGrowth& growth) const;
  Result<void> Sign(const StoredHead& head, std::span<const Hash> proof,
                    std::shared_ptr<const Edge> edge);
  void Answer(std::vector<PendingGroup> groups, Resolved resolved,
              const Batch* batch);
  Result<void> Complete(size_t new_entry, bool with_proofs, const Batch* batch,
                        ItemResult* item) const;
  Result<std::vector<Hash>> Path(const ItemResult& item, bool is_new,
                                 const Batch* batch) const;

  SequencerParts parts_;
  StoredHead committed_;
  Frontier frontier_;  // the second path's own, never shared with the first
  SignedView view_;
  std::shared_ptr<const Edge> edge_;
  uint64_t next_slot_ = 0;
  std::vector<Hash> new_hashes_;  // leaf hashes of the batch at hand
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_SEQUENCER_H_
