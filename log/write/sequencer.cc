#include "log/write/sequencer.h"

#include <algorithm>

#include "log/payload/payload_plan.h"
#include "log/store/failpoint.h"
#include "verifier/base/day.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

void FailAll(std::vector<PendingGroup>& groups, const Error& error) {
  for (PendingGroup& group : groups) group.done(std::unexpected(error));
}

// What callers hear when nobody knows whether their entries were written.
Error OutcomeUnknown(const Error& cause) {
  return {Code::kOutcomeUnknown,
          "the outcome is unknown, send the same bytes again later: " +
              cause.message};
}

// The frontier of a tree, from its edge.
Frontier FrontierOf(const Edge& edge) {
  std::vector<Hash> nodes;
  for (int level = 63; level >= 0; --level) {
    if ((edge.size() >> level & 1) == 0) continue;
    nodes.push_back(*edge.Node({level, (edge.size() >> level) - 1}));
  }
  return Frontier::From(edge.size(), std::move(nodes));
}

// Hashes the entries [begin, end) of one bundle as the store now holds them.
Result<void> HashStored(Store& store, uint64_t begin, uint64_t end,
                        Frontier* frontier) {
  ASSIGN_OR_RETURN(const std::vector<BundlePiece> pieces,
                   store.ReadPieces(begin, end));
  for (const BundlePiece& piece : pieces) {
    ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                     ParseBundle(AsBytes(piece.bytes), piece.count));
    for (const Bytes entry : entries) frontier->Append(HashLeaf(entry));
  }
  if (frontier->size() != end) {
    return Fail(Code::kCorrupt, "read back " +
                                    std::to_string(frontier->size()) +
                                    " entries, want " + std::to_string(end));
  }
  return {};
}

// The door held days against a clock that may have been set back since: what
// was yesterday's tomorrow would lie in the future for whoever reads the log.
Result<void> CheckDays(const Resolved& resolved, int64_t now_ms) {
  const auto tomorrow = static_cast<uint64_t>(now_ms / kDayMs) + 1;
  const bool past = std::ranges::all_of(
      resolved.new_entries,
      [&](const NewEntry& entry) { return entry.latest_day <= tomorrow; });
  if (past) return {};
  return Fail(Code::kClock,
              "the clock went back over midnight while an entry waited that "
              "bears a later day: send it again");
}

}  // namespace

Sequencer::Sequencer(SequencerParts parts, StoredHead committed, Edge edge)
    : parts_(std::move(parts)),
      committed_(committed),
      frontier_(FrontierOf(edge)),
      edge_(std::make_shared<const Edge>(std::move(edge))) {}

Result<void> Sequencer::Start() {
  ASSIGN_OR_RETURN(next_slot_, ReadNextSlot(*parts_.store));
  const TreeHead mark = parts_.high_water->mark().tree;
  view_.edge = edge_;
  if (mark.size < committed_.tree.size) {
    ASSIGN_OR_RETURN(Edge edge, Edge::Restore(mark.size, *parts_.store));
    view_.edge = std::make_shared<const Edge>(std::move(edge));
  }
  ASSIGN_OR_RETURN(view_.head, parts_.signer->Adopt(mark));
  parts_.heads->Adopt(view_, committed_.tree);
  return {};
}

Result<void> Sequencer::SignRest() {
  const uint64_t signed_size = view_.head->tree.size;
  if (signed_size == committed_.tree.size) return {};
  std::vector<Hash> proof;
  if (signed_size > 0) {
    ASSIGN_OR_RETURN(proof,
                     Prover(parts_.store, edge_)
                         .ProveConsistency(signed_size, committed_.tree.size));
  }
  return Sign(committed_, proof, edge_);
}

// What fails before the commit leaves nothing; what fails after it stops the
// log, since nobody knows what stands (I6).
Result<void> Sequencer::SequenceOnce(std::vector<PendingGroup> groups,
                                     Time time) {
  const Prover prover(parts_.store, edge_);
  RowsView rows(parts_.store);
  auto resolved = Resolve(groups, *parts_.index, prover, &rows);
  if (!resolved) {
    return Stop(groups, resolved.error(), OutcomeUnknown(resolved.error()));
  }
  if (resolved->new_entries.empty()) {
    Answer(std::move(groups), *std::move(resolved), nullptr);
    return {};
  }
  const auto now_ms =
      time == Time::kNext ? parts_.time->Next() : parts_.time->NextAnyhow();
  if (!now_ms) {  // nothing was written and nothing is broken
    FailAll(groups, now_ms.error());
    return {};
  }
  if (auto past = CheckDays(*resolved, *now_ms); !past) {
    FailAll(groups, past.error());
    return {};
  }
  Batch batch(committed_, *edge_, *now_ms);
  if (auto extended = CommitAndSign(*resolved, std::move(rows).Take(), &batch);
      !extended) {
    return Stop(groups, extended.error(), OutcomeUnknown(extended.error()));
  }
  Failpoint("before_answer");
  Answer(std::move(groups), *std::move(resolved), &batch);
  return {};
}

Result<void> Sequencer::Stop(std::vector<PendingGroup>& groups,
                             const Error& cause, const Error& told) {
  parts_.state->Leave(LogState::kPoisoned, cause.message);
  FailAll(groups, told);
  return std::unexpected(cause);
}

// The order is the promise: keys, commit, read back, proof, mark, signature. A
// signature that came earlier could be for what is not there (I3, I4).
Result<void> Sequencer::CommitAndSign(const Resolved& resolved,
                                      std::vector<Row> rows, Batch* batch) {
  std::vector<PuidRecord> records;
  records.reserve(resolved.new_entries.size());
  new_hashes_.clear();
  std::string header;
  std::string_view platform;
  for (const NewEntry& entry : resolved.new_entries) {
    if (header.empty() || entry.platform != platform) {
      platform = entry.platform;
      header = EncodeEntryHeader(batch->logged_at_ms(), platform);
    }
    if (entry.is_seal()) {
      new_hashes_.push_back(
          batch->Append(header, entry.action, EntryBody::kSeal));
      continue;
    }
    records.push_back(
        {entry.key, MakePlace(batch->growth().edge().size(), entry.kind)});
    new_hashes_.push_back(batch->Append(header, entry.action));
  }
  StoreBatch stored = batch->ForStore();
  stored.rows = std::move(rows);
  RETURN_IF_ERROR(KeepPayloads(resolved, &stored));
  if (Failpoint("flip_leaf")) stored.pieces[0].bytes[2] ^= 1;
  const bool signed_early = Failpoint("sign_before_commit");
  if (signed_early) {  // a fault for tests to find
    ASSIGN_OR_RETURN(const std::vector<Hash> early,
                     ProveExtension(batch->growth()));
    RETURN_IF_ERROR(Sign(stored.after, early, edge_));
  }
  Failpoint("before_commit");
  const CommitResult commit = parts_.store->Commit(stored);
  if (commit.outcome != CommitOutcome::kCommitted) {
    return std::unexpected(commit.error);
  }
  parts_.time->Wrote(stored.after.logged_at_ms);
  Failpoint("after_commit");
  Frontier frontier = frontier_;
  RETURN_IF_ERROR(Verify(stored, &frontier));
  ASSIGN_OR_RETURN(std::vector<Hash> proof, ProveExtension(batch->growth()));
  if (signed_early) proof.clear();  // the same head again
  parts_.terms->Learn(stored.rows);
  committed_ = stored.after;
  frontier_ = std::move(frontier);
  RETURN_IF_ERROR(Sign(stored.after, proof,
                       std::make_shared<const Edge>(batch->growth().edge())));
  parts_.index->Add(records, stored.after.tree.size);
  return {};
}

// Keys first: a commit never refers to a key that a power loss could take.
// Slots of a batch that did not come to be are written again by the next one.
Result<void> Sequencer::KeepPayloads(const Resolved& resolved,
                                     StoreBatch* batch) {
  PayloadPlan plan(next_slot_);
  uint64_t index = batch->before.tree.size;
  for (const NewEntry& entry : resolved.new_entries) {
    if (entry.payload != nullptr) {
      plan.Add(index, *entry.payload, batch->after.logged_at_ms);
    }
    ++index;
  }
  if (plan.empty()) return {};
  RETURN_IF_ERROR(parts_.slots->Write(next_slot_, plan.keys()));
  Failpoint("key_slots_synced");
  next_slot_ += plan.keys().size();
  plan.MoveTo(batch);
  return {};
}

// Reads the batch back from the store's copy and hashes it again, along a path
// that shares no buffer and no tile arithmetic with the first: a bit that
// flipped between admission and the store is found before it is signed, not by
// the public for ever after.
Result<void> Sequencer::Verify(const StoreBatch& batch,
                               Frontier* frontier) const {
  for (uint64_t begin = batch.before.tree.size;
       begin < batch.after.tree.size;) {
    const uint64_t bundle_end = (begin / kTileWidth + 1) * kTileWidth;
    const uint64_t end = std::min(bundle_end, batch.after.tree.size);
    RETURN_IF_ERROR(HashStored(*parts_.store, begin, end, frontier));
    begin = end;
  }
  if (frontier->Head() != batch.after.tree) {
    return Fail(Code::kCorrupt,
                "entries read back from the store lead to another root at "
                "size " +
                    std::to_string(batch.after.tree.size));
  }
  for (const FullTile& tile : batch.tiles) {
    ASSIGN_OR_RETURN(const std::string bytes, parts_.store->ReadTile(tile.id));
    if (bytes != tile.bytes) {
      return Fail(Code::kCorrupt, TilePath(tile.id, kTileWidth) +
                                      " read back differs from what was "
                                      "written");
    }
  }
  ASSIGN_OR_RETURN(const StoredHead head, parts_.store->ReadHead());
  if (head != batch.after) {
    return Fail(Code::kCorrupt, "the head read back is another");
  }
  return {};
}

Result<std::vector<Hash>> Sequencer::ProveExtension(
    const EdgeGrowth& growth) const {
  if (committed_.tree.size == 0) return std::vector<Hash>{};
  return ProveConsistency(
      committed_.tree.size, growth.edge().size(),
      [&](NodeId node) -> Result<Hash> {
        const auto hash = growth.Node(node);
        MODLOG_CHECK(hash.has_value(), "a proof of growth lies in the growth");
        return *hash;
      });
}

Result<void> Sequencer::Sign(const StoredHead& head,
                             std::span<const Hash> proof,
                             std::shared_ptr<const Edge> edge) {
  if (!parts_.state->MaySign()) {
    return Fail(Code::kUnavailable, "the log was told to stop signing");
  }
  RETURN_IF_ERROR(parts_.high_water->Raise(head));
  Failpoint("after_high_water");
  ASSIGN_OR_RETURN(view_.head, parts_.signer->Sign(head.tree, proof));
  edge_ = std::move(edge);
  view_.edge = edge_;
  parts_.heads->Adopt(view_, committed_.tree);
  return {};
}

// The entries stand by now: an answer that cannot be made is an unknown outcome
// and never a refusal.
void Sequencer::Answer(std::vector<PendingGroup> groups, Resolved resolved,
                       const Batch* batch) {
  for (size_t g = 0; g < groups.size(); ++g) {
    const bool with_proofs = groups[g].group.with_proofs;
    AppendAnswer answer;
    answer.head = view_.head;
    answer.items.reserve(resolved.groups[g].size());
    Result<void> completed;
    for (ResolvedItem& item : resolved.groups[g]) {
      if (completed) {
        completed = Complete(item.new_entry, with_proofs, batch, &item.item);
      }
      answer.items.push_back(std::move(item.item));
    }
    if (auto& seal = resolved.seals[g]; seal.has_value()) {
      if (completed) {
        completed =
            Complete(seal->new_entry, with_proofs, batch, &seal->seal.item);
      }
      answer.seal = std::move(seal->seal);
    }
    if (!completed) {  // what was new in it stands, without its answer
      groups[g].done(std::unexpected(OutcomeUnknown(completed.error())));
    } else {
      groups[g].done(std::move(answer));
    }
  }
}

// Says of an item of this batch where it stands, and proves what stands.
Result<void> Sequencer::Complete(size_t new_entry, bool with_proofs,
                                 const Batch* batch, ItemResult* item) const {
  const bool is_new = new_entry != ResolvedItem::kNone;
  if (is_new) {
    item->index = edge_->size() - new_hashes_.size() + new_entry;
    item->leaf_hash = new_hashes_[new_entry];
    item->logged_at_ms = batch->logged_at_ms();
  }
  const bool stands = item->outcome == ItemResult::Outcome::kLogged ||
                      item->outcome == ItemResult::Outcome::kDuplicate;
  if (!stands || !with_proofs) return {};
  ASSIGN_OR_RETURN(item->inclusion_path, Path(*item, is_new, batch));
  return {};
}

Result<std::vector<Hash>> Sequencer::Path(const ItemResult& item, bool is_new,
                                          const Batch* batch) const {
  if (!is_new) {
    return Prover(parts_.store, edge_)
        .ProveInclusion(item.index, edge_->size());
  }
  return ProveInclusion(
      item.index, edge_->size(), [&](NodeId node) -> Result<Hash> {
        const auto hash = batch->growth().Node(node);
        MODLOG_CHECK(hash.has_value(),
                     "a path to a new leaf lies in the growth");
        return *hash;
      });
}

}  // namespace modlog
