#include "log/write/resolve.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <map>

#include "log/records/joined_rules.h"
#include "log/records/seals.h"
#include "log/rules/action_bytes.h"
#include "log/rules/violation.h"
#include "log/store/key_hash.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

class Resolver {
 public:
  Resolver(PuidIndex& index, const Prover& prover, RowsView* rows)
      : index_(index),
        prover_(prover),
        rows_(rows),
        joined_rules_(rows, [this](uint64_t entry) { return Action(entry); }) {}

  Result<Resolved> Run(std::span<const PendingGroup> groups) {
    RETURN_IF_ERROR(LookUp(groups));
    for (const PendingGroup& group : groups) {
      RETURN_IF_ERROR(ResolveGroup(group));
    }
    if (!resolved_.new_entries.empty()) WriteCounts();
    return std::move(resolved_);
  }

 private:
  // Finds all keys at once, in the order in which the items ask for them.
  Result<void> LookUp(std::span<const PendingGroup> groups) {
    std::vector<Hash> keys;
    for (const PendingGroup& group : groups) {
      for (const auto& admitted : group.admitted) {
        if (!admitted) continue;
        keys.push_back(admitted->key);
        for (const Reference& reference : admitted->references) {
          keys.push_back(reference.key);
        }
      }
    }
    found_.resize(keys.size());
    return index_.Find(keys, found_);
  }

  Result<void> ResolveGroup(const PendingGroup& group) {
    const size_t entries_before = resolved_.new_entries.size();
    const size_t rows_before = rows_->Mark();
    ASSIGN_OR_RETURN(PlatformCount * count, CountOf(group.group.platform));
    const PlatformCount count_before = *count;
    std::vector<ResolvedItem>& items = resolved_.groups.emplace_back();
    resolved_.seals.emplace_back();
    items.reserve(group.admitted.size());
    bool failed = false;
    for (size_t i = 0; i < group.admitted.size(); ++i) {
      ASSIGN_OR_RETURN(ResolvedItem item, ResolveItem(group, i));
      failed = failed || item.item.outcome == ItemResult::Outcome::kConflict ||
               item.item.outcome == ItemResult::Outcome::kRefused;
      items.push_back(std::move(item));
    }
    count->actions += resolved_.new_entries.size() - entries_before;
    if (!group.group.seal.empty()) {
      ASSIGN_OR_RETURN(const bool sealed,
                       ResolveSeal(group, failed, count_before, count));
      failed = failed || !sealed;
    }
    if (failed && group.group.atomicity == Atomicity::kAllOrNothing) {
      Undo(entries_before, &items);
      rows_->RollBack(rows_before);
      joined_rules_.Undone();
      *count = count_before;
    }
    return {};
  }

  // The count of a platform, with what the batch has added so far.
  Result<PlatformCount*> CountOf(const std::string& platform) {
    const auto it = counts_.find(platform);
    if (it != counts_.end()) return &it->second;
    ASSIGN_OR_RETURN(const PlatformCount count, ReadCount(*rows_, platform));
    return &counts_.emplace(platform, count).first->second;
  }

  // The operator's entries count for nobody.
  void WriteCounts() {
    for (const auto& [platform, count] : counts_) {
      if (!platform.empty()) WriteCount(platform, count, rows_);
    }
  }

  // Whether the group's seal is in the log, or is to be written behind the
  // group's items, which is when they are all new.
  Result<bool> ResolveSeal(const PendingGroup& group, bool failed,
                           const PlatformCount& before, PlatformCount* count) {
    ResolvedSeal& seal = resolved_.seals.back().emplace();
    ItemResult& item = seal.seal.item;
    if (failed) return false;  // its outcome: not tried
    if (!group.seal.has_value()) {
      item.outcome = ItemResult::Outcome::kRefused;
      item.violations = group.seal_violations;
    } else {
      ASSIGN_OR_RETURN(const bool retry, ResolveRetry(*group.seal, &seal));
      if (retry) return true;
      FindKnown(resolved_.groups.back(), &seal.seal);
      RETURN_IF_ERROR(JudgeSeal(*group.seal, group.group.platform, before,
                                *rows_, &item.violations));
    }
    if (!item.violations.empty() || !seal.seal.known.empty()) {
      item.outcome = ItemResult::Outcome::kRefused;
      seal.seal.before = before.actions;
      if (before.last) seal.seal.previous = before.last->hash;
      return false;
    }
    item.outcome = ItemResult::Outcome::kLogged;
    seal.new_entry = resolved_.new_entries.size();
    pending_seals_.emplace(group.seal->hash, seal.new_entry);
    RecordSeal(*group.seal, prover_.size() + seal.new_entry, count, rows_);
    resolved_.new_entries.push_back(
        {group.group.platform, group.seal->bytes, {}, 0, nullptr});
    return true;
  }

  // A seal that stands, or is on its way in this batch: so do its items, which
  // its root names.
  Result<bool> ResolveRetry(const OfferedSeal& offered, ResolvedSeal* seal) {
    ItemResult& item = seal->seal.item;
    if (const auto it = pending_seals_.find(offered.hash);
        it != pending_seals_.end()) {
      item.outcome = ItemResult::Outcome::kDuplicate;
      seal->new_entry = it->second;
      return true;
    }
    ASSIGN_OR_RETURN(const auto entry, FindSeal(offered.hash, *rows_));
    if (!entry.has_value()) return false;
    ASSIGN_OR_RETURN(const std::string leaf, prover_.ReadLeaf(*entry));
    ASSIGN_OR_RETURN(const DecodedEntry stored, DecodeEntry(leaf));
    if (stored.seal != offered.bytes) {
      return Fail(Code::kCorrupt, "a row names entry " +
                                      std::to_string(*entry) +
                                      " for a seal that it does not hold");
    }
    item.outcome = ItemResult::Outcome::kDuplicate;
    item.index = *entry;
    item.logged_at_ms = stored.logged_at_ms;
    item.leaf_hash = HashLeaf(AsBytes(leaf));
    return true;
  }

  static void FindKnown(const std::vector<ResolvedItem>& items,
                        SealResult* seal) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].item.outcome != ItemResult::Outcome::kDuplicate) continue;
      seal->known.push_back(i);
    }
  }

  Result<ResolvedItem> ResolveItem(const PendingGroup& group, size_t i) {
    ResolvedItem resolved;
    const auto& admitted = group.admitted[i];
    if (!admitted) {
      resolved.item.outcome = ItemResult::Outcome::kRefused;
      resolved.item.violations = admitted.error();
      return resolved;
    }
    const std::string_view action = group.group.actions[i];
    const uint64_t known = found_[next_found_++];
    const auto references =
        std::span(found_).subspan(next_found_, admitted->references.size());
    next_found_ += references.size();
    if (const auto it = pending_.find(admitted->key); it != pending_.end()) {
      const bool same = resolved_.new_entries[it->second].action == action;
      resolved.item.outcome = same ? ItemResult::Outcome::kDuplicate
                                   : ItemResult::Outcome::kConflict;
      resolved.new_entry = it->second;
      return resolved;
    }
    if (known != PuidIndex::kAbsent) {
      ASSIGN_OR_RETURN(
          resolved.item,
          CompareStored(PlaceIndex(known), group.group.platform, action));
      return resolved;
    }
    const auto found =
        CheckReferences(*admitted, references, &resolved.item.violations);
    resolved.item.warnings = admitted->warnings;
    if (admitted->needs != HistoryNeeded::kNone &&
        resolved.item.violations.empty()) {
      RETURN_IF_ERROR(JudgeJoined(
          {group.group.platform,
           action,
           admitted->kind,
           admitted->needs,
           prover_.size() + resolved_.new_entries.size(),
           found,
           admitted->terms,
           admitted->payload ? std::string_view(admitted->payload->term_text)
                             : std::string_view(),
           {group.group.authenticated, group.group.by_operator,
            group.seal.has_value()}},
          &resolved.item));
    }
    if (!resolved.item.violations.empty()) {
      resolved.item.outcome = ItemResult::Outcome::kRefused;
      return resolved;
    }
    resolved.item.outcome = ItemResult::Outcome::kLogged;
    resolved.new_entry = resolved_.new_entries.size();
    pending_.emplace(admitted->key, resolved.new_entry);
    resolved_.new_entries.push_back({group.group.platform, action,
                                     admitted->key, admitted->kind,
                                     admitted->payload, admitted->latest_day});
    return resolved;
  }

  Result<void> JudgeJoined(const JoinedItem& joined_item, ItemResult* item) {
    ASSIGN_OR_RETURN(Ruling ruling, joined_rules_.Judge(joined_item));
    item->violations = std::move(ruling.violations);
    item->warnings.insert(item->warnings.end(), ruling.warnings.begin(),
                          ruling.warnings.end());
    return {};
  }

  // What the references lead to, where all of them lead to what they may.
  std::vector<FoundReference> CheckReferences(
      const Admitted& admitted, std::span<const uint64_t> places,
      std::vector<Violation>* violations) const {
    std::vector<FoundReference> found;
    for (size_t i = 0; i < places.size(); ++i) {
      const Reference& reference = admitted.references[i];
      const FoundReference target = Follow(reference, places[i]);
      if (target.kind == 0) {
        violations->push_back(
            {reference.field(),
             "names no entry of this platform that is earlier in the log"});
      } else if (!Contains(reference.kinds, target.kind)) {
        violations->push_back(
            {reference.field(),
             "must name an entry of kind " + NameKinds(reference.kinds)});
      }
      if (!reference.within) found.push_back(target);
    }
    return found;
  }

  // Kind 0 where there is no such entry.
  FoundReference Follow(const Reference& reference, uint64_t place) const {
    if (place != PuidIndex::kAbsent) {
      return {&reference, PlaceIndex(place), PlaceKind(place)};
    }
    const auto it = pending_.find(reference.key);
    if (it == pending_.end()) return {&reference, 0, 0};
    return {&reference, prover_.size() + it->second,
            resolved_.new_entries[it->second].kind};
  }

  // The action of an entry in the log or earlier in the batch.
  Result<StoredAction> Action(uint64_t entry_index) const {
    if (entry_index >= prover_.size()) {
      const NewEntry& entry =
          resolved_.new_entries[entry_index - prover_.size()];
      return StoredAction{std::string(entry.platform),
                          std::string(entry.action)};
    }
    return ReadStoredAction(prover_, entry_index);
  }

  // The index gives a hint; the entry's bytes decide.
  Result<ItemResult> CompareStored(uint64_t index, std::string_view platform,
                                   std::string_view action) const {
    ASSIGN_OR_RETURN(const std::string leaf, prover_.ReadSlot(index));
    if (leaf.empty()) return CompareRedacted(index, platform, action);
    ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
    ItemResult item;
    item.index = index;
    item.logged_at_ms = entry.logged_at_ms;
    item.leaf_hash = HashLeaf(AsBytes(leaf));
    const bool same = entry.platform == platform && entry.action == action;
    item.outcome =
        same ? ItemResult::Outcome::kDuplicate : ItemResult::Outcome::kConflict;
    if (same) return item;
    ASSIGN_OR_RETURN(const ActionIdentity stored, IdentityOf(entry.action));
    ASSIGN_OR_RETURN(const ActionIdentity submitted, IdentityOf(action));
    if (entry.platform != platform || stored.puid != submitted.puid) {
      return std::unexpected(WrongPlace(index));
    }
    return item;
  }

  // Its bytes are gone, but a hash of them is as good.
  Result<ItemResult> CompareRedacted(uint64_t index, std::string_view platform,
                                     std::string_view action) const {
    ASSIGN_OR_RETURN(const RedactedEntry stored, prover_.ReadEmptied(index));
    ASSIGN_OR_RETURN(const ActionIdentity submitted, IdentityOf(action));
    if (stored.puid_key != PuidKey(platform, submitted.puid)) {
      return std::unexpected(WrongPlace(index));
    }
    ItemResult item;
    item.index = index;
    item.logged_at_ms = stored.logged_at_ms;
    item.leaf_hash = stored.leaf_hash;
    item.outcome = HashLeaf(AsBytes(action)) == stored.action_hash
                       ? ItemResult::Outcome::kDuplicate
                       : ItemResult::Outcome::kConflict;
    return item;
  }

  static Error WrongPlace(uint64_t index) {
    return {Code::kCorrupt,
            "the puid index names entry " + std::to_string(index) +
                " for a puid that it does not hold: stop, remove the index "
                "directory, start again"};
  }

  // All or nothing: takes back what the group had added.
  void Undo(size_t entries_before, std::vector<ResolvedItem>* items) {
    for (size_t i = entries_before; i < resolved_.new_entries.size(); ++i) {
      if (!resolved_.new_entries[i].is_seal()) {
        pending_.erase(resolved_.new_entries[i].key);
      }
    }
    resolved_.new_entries.resize(entries_before);
    for (ResolvedItem& item : *items) {
      const bool undone = item.new_entry != ResolvedItem::kNone &&
                          item.new_entry >= entries_before;
      if (!undone) continue;
      item.new_entry = ResolvedItem::kNone;
      if (item.item.outcome != ItemResult::Outcome::kConflict) {
        item.item.outcome = ItemResult::Outcome::kNotTried;
        continue;
      }
      // It conflicts with another item of the group. That stands nowhere, so
      // there is no index and no hash to speak of.
      item.item.outcome = ItemResult::Outcome::kRefused;
      item.item.violations.push_back(
          {"puid",
           "is that of an earlier item of the group, whose bytes are "
           "others"});
    }
  }

  PuidIndex& index_;
  const Prover& prover_;
  RowsView* const rows_;
  JoinedRules joined_rules_;
  std::vector<uint64_t> found_;
  size_t next_found_ = 0;
  absl::flat_hash_map<Hash, size_t, KeyHash> pending_;        // -> new_entries
  absl::flat_hash_map<Hash, size_t, KeyHash> pending_seals_;  // the same
  std::map<std::string, PlatformCount, std::less<>> counts_;  // by platform
  Resolved resolved_;
};

}  // namespace

Result<Resolved> Resolve(std::span<const PendingGroup> groups, PuidIndex& index,
                         const Prover& prover, RowsView* rows) {
  return Resolver(index, prover, rows).Run(groups);
}

}  // namespace modlog
