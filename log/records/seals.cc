#include "log/records/seals.h"

#include <algorithm>

#include "log/records/platform_keys.h"
#include "log/rules/limits.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

// A seal lies at most this far behind what it covers: kGroupItemsMax.
constexpr uint64_t kReach = kGroupItemsMax;

std::unexpected<Error> BrokenSealRow() {
  return Fail(Code::kCorrupt, "a row of seals is malformed");
}

std::string CountKey(std::string_view platform) {
  std::string key(kPlatformCountRows);
  key += platform;
  return key;
}

std::string SealKey(const Hash& hash) {
  std::string key(kSealHashRows);
  key += AsText(hash);
  return key;
}

std::string PlacePrefix(uint64_t block) {
  std::string key(kSealPlaceRows);
  AppendBigEndian(block, 8, &key);
  return key;
}

Hash RootOver(std::span<const std::string_view> actions) {
  Frontier frontier;
  for (const std::string_view action : actions) {
    frontier.Append(HashSealedAction(action));
  }
  return frontier.Root();
}

// A seal that does not fit; the store is in order.
std::expected<OfferedSeal, Violations> Refused(Violations violations) {
  return std::unexpected(std::move(violations));
}

void Require(bool holds, std::string_view field, std::string rule,
             Violations* violations) {
  if (!holds) violations->push_back({std::string(field), std::move(rule)});
}

// The key that the seal names, as it stands; nothing, and a violation, where
// there is none.
Result<std::optional<Ed25519PublicKey>> StandingKey(const Seal& seal,
                                                    std::string_view platform,
                                                    const RowsView& rows,
                                                    Violations* violations) {
  ASSIGN_OR_RETURN(const auto registered,
                   ReadKey(platform, v1::KEY_USE_SEAL, seal.key, rows));
  if (!registered.has_value() || !registered->stands) {
    violations->push_back(
        {"seal.key", registered.has_value()
                         ? "names a key that was revoked"
                         : "names no seal key that this platform registered"});
    return std::nullopt;
  }
  auto key = Ed25519PublicKey::From(AsBytes(registered->public_key));
  if (!key.has_value()) return BrokenSealRow();
  return std::optional<Ed25519PublicKey>(*std::move(key));
}

// The hash of a complete subtree over leaves.
Hash Subtree(std::span<const Hash> leaves, NodeId node) {
  const uint64_t width = uint64_t{1} << node.level;
  if (width == 1) return leaves[node.index];
  const NodeId left = {node.level - 1, node.index * 2};
  return HashNode(Subtree(leaves, left),
                  Subtree(leaves, {left.level, left.index + 1}));
}

// The entry of the seal that covers `index`, and how many it covers.
struct Cover {
  uint64_t entry;
  uint64_t count;
};
Result<std::optional<Cover>> FindCover(uint64_t index, const RowsView& rows) {
  for (uint64_t block = index / kReach; block <= index / kReach + 1; ++block) {
    const std::string prefix = PlacePrefix(block);
    ASSIGN_OR_RETURN(const std::vector<Row> found, rows.Scan(prefix, kReach));
    for (const Row& row : found) {
      if (row.key.size() != prefix.size() + 8 || !row.value ||
          row.value->size() != 4) {
        return BrokenSealRow();
      }
      const uint64_t entry =
          BigEndian(std::string_view(row.key).substr(prefix.size()));
      if (entry <= index) continue;
      // The first seal after it: of it, or of others that came later.
      const uint64_t count = BigEndian(*row.value);
      if (entry - count > index) return std::nullopt;
      return Cover{entry, count};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<PlatformCount> ReadCount(const RowsView& rows,
                                std::string_view platform) {
  ASSIGN_OR_RETURN(const auto row, rows.Read(CountKey(platform)));
  PlatformCount count;
  if (!row.has_value()) return count;
  const std::string_view value = *row;
  if (value.size() != 16 && value.size() != 24 + kHashSize) {
    return BrokenSealRow();
  }
  count.actions = BigEndian(value.substr(0, 8));
  count.sealed = BigEndian(value.substr(8, 8));
  if (value.size() > 16) {
    count.last = {.entry = BigEndian(value.substr(16, 8)),
                  .hash = *HashFromBytes(AsBytes(value.substr(24)))};
  }
  return count;
}

void WriteCount(std::string_view platform, const PlatformCount& count,
                RowsView* rows) {
  std::string value;
  AppendBigEndian(count.actions, 8, &value);
  AppendBigEndian(count.sealed, 8, &value);
  if (count.last.has_value()) {
    AppendBigEndian(count.last->entry, 8, &value);
    value += AsText(count.last->hash);
  }
  rows->Put(CountKey(platform), std::move(value));
}

// A seal that stands is answered as the first time, even if its key was revoked
// since: a platform that repeats after a crash would else lose its answer.
Result<std::expected<OfferedSeal, Violations>> AdmitSeal(
    std::string_view bytes, std::span<const std::string_view> actions,
    std::string_view origin, std::string_view platform, const RowsView& rows) {
  auto decoded = DecodeSeal(bytes);
  if (!decoded.has_value()) {
    return Refused({{"seal", decoded.error().message}});
  }
  const Seal& seal = *decoded;
  Violations violations;
  Require(seal.count == actions.size(), "seal.count",
          "must be " + std::to_string(actions.size()) + ", as many as items",
          &violations);
  Require(seal.root == RootOver(actions), "seal.root",
          "must be the root over the items' bytes, in their order",
          &violations);
  const Hash hash = HashSeal(bytes);
  ASSIGN_OR_RETURN(const auto stands, FindSeal(hash, rows));
  // A retry is answered, whatever became of the key since.
  if (stands.has_value() && violations.empty()) {
    return OfferedSeal{*std::move(decoded), bytes, hash};
  }
  ASSIGN_OR_RETURN(const auto key,
                   StandingKey(seal, platform, rows, &violations));
  if (key.has_value()) {
    Require(VerifySeal(seal, origin, platform, *key), "seal.signature",
            "does not verify by the key that the seal names, over this log's "
            "origin",
            &violations);
  }
  if (!violations.empty()) return Refused(std::move(violations));
  return OfferedSeal{*std::move(decoded), bytes, hash};
}

Result<std::optional<uint64_t>> FindSeal(const Hash& hash,
                                         const RowsView& rows) {
  ASSIGN_OR_RETURN(const auto row, rows.Read(SealKey(hash)));
  if (!row.has_value()) return std::nullopt;
  if (row->size() != 8) return BrokenSealRow();
  return std::optional<uint64_t>(BigEndian(*row));
}

Result<void> JudgeSeal(const OfferedSeal& offered, std::string_view platform,
                       const PlatformCount& count, const RowsView& rows,
                       Violations* violations) {
  const Seal& seal = offered.seal;
  Require(seal.before == count.actions, "seal.before",
          "must be " + std::to_string(count.actions) +
              ", all actions of the platform so far",
          violations);
  const bool follows =
      seal.previous.has_value() == count.last.has_value() &&
      (!count.last.has_value() || *seal.previous == count.last->hash);
  Require(follows, "seal.previous",
          count.last.has_value()
              ? "must be the SHA-256 of the seal at entry " +
                    std::to_string(count.last->entry)
              : std::string("must be absent: the platform has no seal yet"),
          violations);
  RETURN_IF_ERROR(StandingKey(seal, platform, rows, violations));
  return {};
}

void RecordSeal(const OfferedSeal& offered, uint64_t entry,
                PlatformCount* count, RowsView* rows) {
  count->sealed += offered.seal.count;
  count->last = {.entry = entry, .hash = offered.hash};
  std::string place;
  AppendBigEndian(entry, 8, &place);
  rows->Put(SealKey(offered.hash), place);
  std::string covered;
  AppendBigEndian(offered.seal.count, 4, &covered);
  rows->Put(PlacePrefix(entry / kReach) + place, std::move(covered));
}

namespace {

// Of a redacted entry the hash of its action is left.
Result<Hash> HashCovered(const Prover& prover, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string leaf, prover.ReadSlot(index));
  if (leaf.empty()) {
    ASSIGN_OR_RETURN(const RedactedEntry redacted, prover.ReadEmptied(index));
    return redacted.action_hash;
  }
  ASSIGN_OR_RETURN(const DecodedEntry covered, DecodeEntry(leaf));
  return HashSealedAction(covered.action);
}

}  // namespace

Result<std::optional<EntrySeal>> ReadEntrySeal(uint64_t index,
                                               const Prover& prover,
                                               const RowsView& rows) {
  ASSIGN_OR_RETURN(const auto cover, FindCover(index, rows));
  if (!cover.has_value() || cover->entry >= prover.size()) return std::nullopt;
  EntrySeal found;
  found.entry = cover->entry;
  ASSIGN_OR_RETURN(found.leaf, prover.ReadLeaf(cover->entry));
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(found.leaf));
  if (!entry.is_seal()) return BrokenSealRow();
  std::vector<Hash> hashes;
  for (uint64_t i = cover->entry - cover->count; i < cover->entry; ++i) {
    ASSIGN_OR_RETURN(const Hash hash, HashCovered(prover, i));
    hashes.push_back(hash);
  }
  ASSIGN_OR_RETURN(
      found.action_path,
      ProveInclusion(
          index - (cover->entry - cover->count), cover->count,
          [&](NodeId node) -> Result<Hash> { return Subtree(hashes, node); }));
  ASSIGN_OR_RETURN(const Seal seal, DecodeSeal(entry.seal));
  ASSIGN_OR_RETURN(const auto key,
                   ReadKey(entry.platform, v1::KEY_USE_SEAL, seal.key, rows));
  if (!key.has_value()) return BrokenSealRow();
  found.public_key = key->public_key;
  return std::optional<EntrySeal>(std::move(found));
}

}  // namespace modlog
