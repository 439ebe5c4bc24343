#ifndef MODLOG_LOG_SIGNER_H_
#define MODLOG_LOG_SIGNER_H_

// The only holder of the log's key. It signs a head only after the judge that
// outsiders use has found it consistent with the last one signed (I4), as a
// witness would: the lesson of logs that signed two histories.

#include <memory>
#include <string>

#include "log/log.h"
#include "verifier/core/note.h"

namespace modlog {

class Signer {
 public:
  explicit Signer(SignerKey key) : key_(std::move(key)) {}

  // Sign returns the signed head. `proof` leads from the last head signed, or
  // is empty for the first. kConflict, and no signature, if it does not.
  Result<std::shared_ptr<const SignedHead>> Sign(const TreeHead& head,
                                                 std::span<const Hash> proof);

  // Adopt takes a head that was durable at start as the first to sign: what
  // comes before it has been compared with the high-water mark.
  std::shared_ptr<const SignedHead> Adopt(const TreeHead& head);

  // The head of the empty tree, which every log has signed first.
  std::shared_ptr<const SignedHead> EmptyHead() const;

  const VerifierKey& verifier() const { return key_.verifier; }

 private:
  std::shared_ptr<const SignedHead> Issue(const TreeHead& head) const;

  SignerKey key_;
  TreeHead last_;
  bool adopted_ = false;
};

}  // namespace modlog

#endif  // MODLOG_LOG_SIGNER_H_
