#ifndef MODLOG_VERIFIER_CORE_NOTE_KEY_H_
#define MODLOG_VERIFIER_CORE_NOTE_KEY_H_

// The public key of a signature line, of whichever algorithm. Thread-safe.

#include <variant>

#include "verifier/core/ed25519.h"
#include "verifier/core/mldsa44.h"

namespace modlog {

class NoteKey {
 public:
  NoteKey(Ed25519PublicKey key) : key_(std::move(key)) {}
  NoteKey(MlDsa44PublicKey key) : key_(std::move(key)) {}

  bool Verify(Bytes message, Bytes signature) const {
    return std::visit(
        [&](const auto& key) { return key.Verify(message, signature); }, key_);
  }
  Bytes raw() const {
    return std::visit([](const auto& key) -> Bytes { return key.raw(); }, key_);
  }
  bool is_ed25519() const {
    return std::holds_alternative<Ed25519PublicKey>(key_);
  }
  friend bool operator==(const NoteKey& a, const NoteKey& b) = default;

 private:
  std::variant<Ed25519PublicKey, MlDsa44PublicKey> key_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_NOTE_KEY_H_
