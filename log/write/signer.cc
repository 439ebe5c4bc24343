#include "log/write/signer.h"

#include "verifier/core/checkpoint.h"

namespace modlog {

Result<std::shared_ptr<const SignedHead>> Signer::Sign(
    const TreeHead& head, std::span<const Hash> proof) {
  MODLOG_CHECK(adopted_, "a signer starts from an adopted head");
  MODLOG_CHECK(head.size <= kTreeSizeMax, "a tree size fits its checkpoint");
  // From the empty tree nothing can be proved and anything may follow.
  if (last_.size > 0) {
    if (auto consistent = CheckConsistency(last_, head, proof); !consistent) {
      return Fail(Code::kConflict,
                  "refusing to sign size " + std::to_string(head.size) +
                      " after size " + std::to_string(last_.size) + ": " +
                      consistent.error().message);
    }
  }
  last_ = head;
  return Issue(head);
}

Result<std::shared_ptr<const SignedHead>> Signer::Adopt(const TreeHead& head) {
  MODLOG_CHECK(!adopted_, "a signer adopts one head");
  adopted_ = true;
  last_ = head;
  return Issue(head);
}

Result<std::shared_ptr<const SignedHead>> Signer::Issue(
    const TreeHead& head) const {
  Note note{FormatCheckpoint({key_.verifier.name, head}), {}};
  auto signature = key_.sign(AsBytes(note.text));
  if (!signature) {
    return Fail(Code::kUnavailable,
                "size " + std::to_string(head.size) +
                    " could not be signed: " + signature.error().message);
  }
  note.signatures.push_back(
      {key_.verifier.name, key_.verifier.id, *std::move(signature)});
  if (key_.check &&
      !VerifySignature(note.text, note.signatures.front(), key_.verifier)) {
    return Fail(Code::kCorrupt,
                "what signs for the log returned a wrong signature of size " +
                    std::to_string(head.size) + "; it was not given out");
  }
  auto issued = std::make_shared<SignedHead>();
  issued->tree = head;
  if (second_) note.signatures.push_back(SignTree(note.text, *second_));
  issued->checkpoint = FormatNote(note);
  return issued;
}

}  // namespace modlog
