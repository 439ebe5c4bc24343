#include "log/write/recovery.h"

#include "log/rules/action_bytes.h"
#include "log/tree/prover.h"
#include "log/tree/recheck.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"

namespace modlog {

namespace {

constexpr std::string_view kFormat = "5";

// The facts that a store is marked with on the first start, and must have ever
// after.
Result<void> CheckMeta(Store& store, std::string_view name,
                       std::string_view want, std::string_view remedy) {
  const auto got = store.ReadMeta(name);
  if (!got && got.error().code == Code::kNotFound) {
    return store.WriteMeta(name, want);
  }
  if (!got) return std::unexpected(got.error());
  if (*got == want) return {};
  return Fail(Code::kConflict, "this log has " + std::string(name) + " \"" +
                                   *got + "\", want \"" + std::string(want) +
                                   "\": " + std::string(remedy));
}

Result<std::unique_ptr<HighWater>> OpenHighWater(const std::string& path,
                                                 const StoredHead& head) {
  auto high_water = HighWater::Open(path);
  if (high_water || high_water.error().code != Code::kNotFound) {
    return high_water;
  }
  if (head.tree.size > 0) {
    return Fail(Code::kCorrupt,
                path + " is missing, though the log has " +
                    std::to_string(head.tree.size) +
                    " entries: how far it has signed is unknown; restore the "
                    "file, never make a new one");
  }
  return HighWater::Create(path, head);
}

// Reads the keys of the entries that the index does not cover yet.
Result<void> CatchUp(const Prover& prover, PuidIndex& index) {
  std::vector<PuidRecord> records;
  while (index.covered() < prover.size()) {
    const uint64_t bundle = index.covered() / kTileWidth;
    const uint32_t width = TileWidth({0, bundle}, prover.size());
    ASSIGN_OR_RETURN(const std::string bytes, prover.ReadBundle(bundle, width));
    ASSIGN_OR_RETURN(const std::vector<Bytes> entries,
                     ParseBundle(AsBytes(bytes), width));
    records.clear();
    for (uint32_t i = 0; i < width; ++i) {
      const uint64_t entry_index = bundle * kTileWidth + i;
      if (entry_index < index.covered()) continue;
      if (entries[i].empty()) {
        ASSIGN_OR_RETURN(const RedactedEntry redacted,
                         prover.ReadEmptied(entry_index));
        records.push_back(
            {redacted.puid_key, MakePlace(entry_index, redacted.kind)});
        continue;
      }
      ASSIGN_OR_RETURN(const DecodedEntry entry,
                       DecodeEntry(AsText(entries[i])));
      if (entry.is_seal()) continue;  // has no puid
      ASSIGN_OR_RETURN(const ActionIdentity identity, IdentityOf(entry.action));
      records.push_back({PuidKey(entry.platform, identity.puid),
                         MakePlace(entry_index, identity.kind)});
    }
    index.Add(records, bundle * kTileWidth + width);
  }
  return {};
}

Result<void> CheckHistory(const Prover& prover, const TreeHead& mark) {
  ASSIGN_OR_RETURN(const Hash root, prover.RootAt(mark.size));
  if (root == mark.root) return {};
  return Fail(Code::kConflict,
              "the log's root at size " + std::to_string(mark.size) +
                  " is not the one that was signed: this is another history; "
                  "keep the directory, never sign with this key again");
}

}  // namespace

Result<void> CheckOwner(Store& store, const VerifierKey& key) {
  RETURN_IF_ERROR(CheckMeta(store, "format", kFormat,
                            "another version of the program wrote it"));
  RETURN_IF_ERROR(CheckMeta(store, "origin", key.name,
                            "an origin is for ever; use the directory's own"));
  RETURN_IF_ERROR(CheckMeta(
      store, "vkey", FormatVerifierKey(key),
      "a key lives as long as its origin, since readers who know the first "
      "would take the second for a forger; bring the key back, or go on with "
      "a successor under another origin (modlog succeed)"));
  return CheckMeta(store, "tile_height", std::to_string(kTileHeight),
                   "another build of the program wrote it");
}

Result<Recovered> Recover(Store& store, const std::string& data_dir,
                          const VerifierKey& key) {
  RETURN_IF_ERROR(CheckOwner(store, key));
  Recovered recovered;
  ASSIGN_OR_RETURN(recovered.head, store.ReadHead());
  const TreeHead& tree = recovered.head.tree;
  ASSIGN_OR_RETURN(recovered.edge, Edge::Restore(tree.size, store));
  if (recovered.edge.Root() != tree.root) {
    return Fail(Code::kCorrupt,
                "the stored entries do not lead to the stored root at size " +
                    std::to_string(tree.size) +
                    ": keep the directory, restore from a mirror");
  }
  ASSIGN_OR_RETURN(recovered.high_water,
                   OpenHighWater(data_dir + "/high-water", recovered.head));
  const TreeHead mark = recovered.high_water->mark().tree;
  recovered.behind = mark.size > tree.size;
  if (recovered.behind) return recovered;
  const Prover prover(&store, std::make_shared<const Edge>(recovered.edge));
  RETURN_IF_ERROR(CheckHistory(prover, mark));
  RETURN_IF_ERROR(RecheckUnsigned(store, mark.size, tree));
  ASSIGN_OR_RETURN(
      recovered.index,
      PuidIndex::Open({.directory = data_dir + "/index"}, tree.size));
  RETURN_IF_ERROR(CatchUp(prover, *recovered.index));
  return recovered;
}

}  // namespace modlog
