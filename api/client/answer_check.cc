#include "api/client/answer_check.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "verifier/core/entry.h"
#include "verifier/core/merkle.h"

namespace modlog {
namespace {

Result<std::vector<Hash>> ParsePath(const v1::ItemResult& result) {
  std::vector<Hash> path;
  for (const std::string& bytes : result.inclusion_path()) {
    std::optional<Hash> hash = HashFromBytes(AsBytes(bytes));
    if (!hash) {
      return Fail(Code::kMalformed,
                  absl::StrCat("a hash of the inclusion path has ",
                               bytes.size(), " bytes, want ", kHashSize));
    }
    path.push_back(*hash);
  }
  return path;
}

constexpr size_t kWarningShownMax = 200;

Result<CheckedItem> CheckLogged(std::string_view platform,
                                std::string_view body, EntryBody kind,
                                const v1::ItemResult& result,
                                const TreeHead& head) {
  if (LeafSize(result.entry_header(), body) > kLeafSizeMax) {
    return Fail(Code::kMalformed, "the entry header is too long");
  }
  std::string leaf;
  AppendLeaf(result.entry_header(), body, &leaf, kind);
  ASSIGN_OR_RETURN(DecodedEntry entry, DecodeEntry(leaf));
  if (entry.platform != platform) {
    return Fail(Code::kMalformed, "the entry header names another platform");
  }
  if (result.index() >= head.size) {
    return Fail(
        Code::kBadProof,
        absl::StrCat("entry ", result.index(),
                     " is not covered by the checkpoint of size ", head.size));
  }
  CheckedItem item{.outcome = AppendOutcome::kLogged,
                   .index = result.index(),
                   .leaf_hash = HashLeaf(AsBytes(leaf)),
                   .error = {}};
  if (result.outcome() == v1::ItemResult::DUPLICATE) {
    item.outcome = AppendOutcome::kDuplicate;
  }
  if (result.inclusion_path_size() > 0) {
    ASSIGN_OR_RETURN(std::vector<Hash> path, ParsePath(result));
    RETURN_IF_ERROR(CheckInclusion(item.index, item.leaf_hash, path, head));
  }
  return item;
}

Result<CheckedItem> CheckConflict(const v1::ItemResult& result) {
  std::optional<Hash> hash = HashFromBytes(AsBytes(result.leaf_hash()));
  if (!hash) {
    return Fail(Code::kMalformed, "a conflict without a leaf hash");
  }
  return CheckedItem{
      .outcome = AppendOutcome::kConflict,
      .index = result.index(),
      .leaf_hash = *hash,
      .error =
          absl::StrCat("puid: entry ", result.index(),
                       " has it with other bytes (leaf hash ", FormatHex(*hash),
                       "); what is logged cannot be changed")};
}

}  // namespace

Result<CheckedItem> CheckItem(std::string_view platform,
                              std::string_view action,
                              const v1::ItemResult& result,
                              const TreeHead& head) {
  switch (result.outcome()) {
    case v1::ItemResult::LOGGED:
    case v1::ItemResult::DUPLICATE: {
      ASSIGN_OR_RETURN(
          CheckedItem item,
          CheckLogged(platform, action, EntryBody::kAction, result, head));
      for (const v1::Warning& warning : result.warnings()) {
        item.warnings.push_back(
            absl::StrCat(Printable(warning.field(), kWarningShownMax), ": ",
                         Printable(warning.description(), kWarningShownMax)));
      }
      return item;
    }
    case v1::ItemResult::CONFLICT:
      return CheckConflict(result);
    case v1::ItemResult::REFUSED:
      return CheckedItem{
          .outcome = AppendOutcome::kRefused,
          .index = 0,
          .leaf_hash = {},
          .error = ErrorFrom(ParseFailure(result.error())).message};
    default:
      return Fail(
          Code::kMalformed,
          absl::StrCat("unknown outcome ", static_cast<int>(result.outcome())));
  }
}

Result<CheckedItem> CheckSeal(std::string_view platform, std::string_view seal,
                              const v1::ItemResult& result,
                              const TreeHead& head) {
  if (result.outcome() != v1::ItemResult::LOGGED &&
      result.outcome() != v1::ItemResult::DUPLICATE) {
    return Fail(Code::kMalformed,
                "the batch was logged, and its seal was not answered for");
  }
  return CheckLogged(platform, seal, EntryBody::kSeal, result, head);
}

Result<TreeHead> HeadCheck::Check(const std::string& checkpoint) {
  if (checkpoint == last_note_ && !checkpoint.empty()) return last_;
  ASSIGN_OR_RETURN(TrustedCheckpoint trusted,
                   OpenCheckpoint(checkpoint, policy_));
  const TreeHead& tree = trusted.checkpoint.tree;
  if (tree.size < last_.size) {
    return Fail(Code::kConflict, absl::StrCat("the tree shrank from ",
                                              last_.size, " to ", tree.size));
  }
  if (tree.size == last_.size && !last_note_.empty() && tree != last_) {
    return Fail(Code::kConflict,
                absl::StrCat("two roots for the tree of size ", tree.size));
  }
  last_note_ = checkpoint;
  last_ = tree;
  return last_;
}

}  // namespace modlog
