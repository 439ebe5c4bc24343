#ifndef MODLOG_VERIFIER_CORE_NOTE_KEY_H_
#define MODLOG_VERIFIER_CORE_NOTE_KEY_H_

// The public key of a signature line, of whichever algorithm. Thread-safe.

#include <string>
#include <utility>
#include <variant>

#include "verifier/core/ed25519.h"
#include "verifier/core/mldsa44.h"

namespace modlog {

// UncheckableKey is a key whose algorithm this machine does not have, or this
// program does not know. It says who signs, and verifies nothing.
class UncheckableKey {
 public:
  explicit UncheckableKey(std::string raw) : raw_(std::move(raw)) {}
  bool Verify(Bytes /*message*/, Bytes /*signature*/) const { return false; }
  Bytes raw() const { return AsBytes(raw_); }
  friend bool operator==(const UncheckableKey&,
                         const UncheckableKey&) = default;

 private:
  std::string raw_;
};

class NoteKey {
 public:
  NoteKey(Ed25519PublicKey key) : key_(std::move(key)) {}
  NoteKey(MlDsa44PublicKey key) : key_(std::move(key)) {}
  NoteKey(UncheckableKey key) : key_(std::move(key)) {}

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
  // Whether Verify can tell. Where it cannot, a line by this key counts as none
  // at all: it neither signs nor fails.
  bool can_check() const {
    return !std::holds_alternative<UncheckableKey>(key_);
  }
  friend bool operator==(const NoteKey& a, const NoteKey& b) = default;

 private:
  std::variant<Ed25519PublicKey, MlDsa44PublicKey, UncheckableKey> key_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_NOTE_KEY_H_
