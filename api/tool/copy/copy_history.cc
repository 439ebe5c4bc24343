#include "api/tool/copy/copy_history.h"

#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "verifier/core/frontier.h"
#include "verifier/evidence/contradiction.h"

namespace modlog {
namespace {

// The hash of a complete subtree, from the tile in which it has its base.
NodeReader NodesOf(uint64_t size, const ReadTile& read) {
  return [size, &read](NodeId node) -> Result<Hash> {
    const TileSlice slice = NodeInTile(node);
    const uint32_t width = TileWidth(slice.tile, size);
    ASSIGN_OR_RETURN(const std::string bytes, read(slice.tile, width));
    if (bytes.size() != width * kHashSize) {
      return Fail(
          Code::kBadProof,
          absl::StrCat(TilePath(slice.tile, width), " has ", bytes.size(),
                       " bytes, want ", width * kHashSize));
    }
    Frontier frontier;
    for (uint32_t i = slice.first; i < slice.first + slice.count; ++i) {
      Hash hash;
      std::memcpy(hash.data(), bytes.data() + i * kHashSize, kHashSize);
      frontier.Append(hash);
    }
    return frontier.Root();
  };
}

std::unexpected<Error> FailWithEvidence(const SignedTree& copy,
                                        const SignedTree& log,
                                        std::vector<Hash> proof,
                                        const std::string& directory) {
  const TreeHead& before = copy.checkpoint.tree;
  const TreeHead& now = log.checkpoint.tree;
  const Contradiction found = {
      .what = "two checkpoints of one log that cannot both be true",
      .contradiction = absl::StrCat(
          "the copy has size ", before.size, " and root ",
          FormatBase64(before.root), ", the log size ", now.size, " and root ",
          FormatBase64(now.root), ", and they are of two histories"),
      .origin = log.checkpoint.origin,
      .size_before = before.size,
      .size_now = now.size,
      .note_before = copy.note,
      .note_now = log.note,
      .proof = std::move(proof)};
  std::error_code ignored;  // what cannot be made cannot be written to either
  std::filesystem::create_directories(directory, ignored);
  const auto kept = WriteEvidence(directory, found);
  return Fail(
      Code::kConflict,
      absl::StrCat(
          found.contradiction,
          ": the log signed both; the copy stays as it is; ",
          kept ? absl::StrCat("evidence for modlog-verify fork: ", *kept)
               : absl::StrCat("evidence could not be kept (",
                              kept.error().message,
                              "), put what follows in a file, for "
                              "modlog-verify fork:\n",
                              FormatContradiction(found))));
}

}  // namespace

Result<void> CompareHistories(const SignedTree& copy, const SignedTree& log,
                              const std::string& directory,
                              const ReadTile& read) {
  const bool copy_is_larger =
      copy.checkpoint.tree.size > log.checkpoint.tree.size;
  const TreeHead& smaller = (copy_is_larger ? log : copy).checkpoint.tree;
  const TreeHead& larger = (copy_is_larger ? copy : log).checkpoint.tree;
  if (smaller.size == larger.size) {
    if (smaller.root == larger.root) return {};
    return FailWithEvidence(copy, log, {}, directory);
  }
  if (smaller.size == 0) return {};
  ASSIGN_OR_RETURN(
      std::vector<Hash> proof,
      ProveGrowth(smaller.size, larger.size, NodesOf(larger.size, read)));
  ASSIGN_OR_RETURN(const GrowthRoots roots,
                   FollowGrowth(smaller.size, larger.size, proof));
  if (roots.newer != larger.root) {
    return Fail(Code::kBadProof,
                absl::StrCat("the tiles do not lead to the root of the tree of "
                             "size ",
                             larger.size));
  }
  if (roots.older == smaller.root) return {};
  return FailWithEvidence(copy, log, std::move(proof), directory);
}

}  // namespace modlog
