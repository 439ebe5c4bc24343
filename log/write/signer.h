#ifndef MODLOG_LOG_WRITE_SIGNER_H_
#define MODLOG_LOG_WRITE_SIGNER_H_

// The only holder of the log's key. It signs a head only after the judge that
// outsiders use has found it consistent with the last one signed (I4), as a
// witness would: the lesson of logs that signed two histories.
//
// A key may be in a token that fails or lies: a signature that does not verify
// never leaves. kUnavailable where there is no signature, kCorrupt where it is
// a wrong one. What was to be signed is durable by then, so the next start
// signs it.

#include <memory>
#include <optional>
#include <string>

#include "log/write/signed_head.h"
#include "log/write/signing_key.h"
#include "verifier/core/note.h"

namespace modlog {

class Signer {
 public:
  Signer(SigningKey key, std::optional<MlDsaSignerKey> second)
      : key_(std::move(key)), second_(std::move(second)) {}

  // Sign returns the signed head. `proof` leads from the last head signed, or
  // is empty for the first. kConflict, and no signature, if it does not.
  Result<std::shared_ptr<const SignedHead>> Sign(const TreeHead& head,
                                                 std::span<const Hash> proof);

  // Adopt takes the head at the high-water mark as the first to sign: it was
  // signed before, and is the empty tree's of a new log.
  Result<std::shared_ptr<const SignedHead>> Adopt(const TreeHead& head);

  const VerifierKey& verifier() const { return key_.verifier; }

 private:
  Result<std::shared_ptr<const SignedHead>> Issue(const TreeHead& head) const;

  SigningKey key_;
  std::optional<MlDsaSignerKey> second_;
  TreeHead last_;
  bool adopted_ = false;
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_SIGNER_H_
