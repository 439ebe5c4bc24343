#include "verifier/witness/judgement.h"

#include <algorithm>

namespace modlog {
namespace {

bool IsSame(const NoteSignature& a, const NoteSignature& b) {
  return a.key_id == b.key_id && a.name == b.name && a.signature == b.signature;
}

// Of the line's known key: which one made it, or that none of them did.
struct LineVerdict {
  bool known = false;
  std::optional<size_t> by;
};

// Two keys may share a name and the 32-bit id; one that verifies is enough.
LineVerdict JudgeLine(std::string_view text, const NoteSignature& line,
                      std::span<const VerifierKey> keys) {
  LineVerdict verdict;
  for (size_t k = 0; k < keys.size() && !verdict.by; ++k) {
    if (line.key_id != keys[k].id || line.name != keys[k].name) continue;
    verdict.known = true;
    if (VerifySignature(text, line, keys[k])) verdict.by = k;
  }
  return verdict;
}

// A proof that leads to the signed root, but from another tree than the one
// that was cosigned, is the log's own word against itself. It shows only where
// the old size is no power of two: there the proof has the old root's nodes.
bool ProvesFork(const TreeHead& before, const TreeHead& tree,
                std::span<const Hash> proof) {
  if (tree.size == before.size) return tree.root != before.root;
  const auto roots = FollowGrowth(before.size, tree.size, proof);
  return roots && roots->newer == tree.root && roots->older != before.root;
}

}  // namespace

Result<std::vector<NoteSignature>> TrustedLines(
    const Note& note, std::span<const VerifierKey> keys) {
  std::vector<NoteSignature> trusted;
  std::vector<bool> signed_by(keys.size());
  for (const NoteSignature& line : note.signatures) {
    // A hundred copies of a line cost one verification.
    const auto same = [&](const auto& other) { return IsSame(line, other); };
    if (std::ranges::any_of(trusted, same)) continue;
    const LineVerdict verdict = JudgeLine(note.text, line, keys);
    if (verdict.known && !verdict.by) {
      return Fail(Code::kUntrusted, "signature by the trusted key of " +
                                        Quote(line.name) + " does not verify");
    }
    if (!verdict.by || signed_by[*verdict.by]) continue;
    signed_by[*verdict.by] = true;
    trusted.push_back(line);
  }
  if (trusted.empty()) {
    return Fail(Code::kUntrusted,
                "no signature by a key that is trusted for this origin");
  }
  return trusted;
}

Judgement Judge(const AddCheckpointRequest& request,
                const std::optional<TreeHead>& latest) {
  const TreeHead& tree = request.checkpoint.tree;
  if (request.old_size > tree.size) return Judgement::kOldBeyondNew;
  const TreeHead before = latest.value_or(TreeHead{0, HashEmpty()});
  if (request.old_size != before.size) return Judgement::kOtherOld;
  if (tree.size == 0 && tree.root != HashEmpty()) {
    return Judgement::kBadEmptyTree;
  }
  if (before.size == 0) {
    return request.proof.empty() ? Judgement::kCosign
                                 : Judgement::kProofFromZero;
  }
  if (CheckConsistency(before, tree, request.proof)) return Judgement::kCosign;
  return ProvesFork(before, tree, request.proof) ? Judgement::kFork
                                                 : Judgement::kInconsistent;
}

}  // namespace modlog
