#ifndef MODLOG_VERIFIER_CORE_KEY_H_
#define MODLOG_VERIFIER_CORE_KEY_H_

// The keys of notes, public and private, of whichever algorithm, and their text
// forms: https://c2sp.org/signed-note, "Verifier keys" and "Signer keys". Pure
// functions and values, thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "verifier/core/ed25519.h"
#include "verifier/core/mldsa44.h"

namespace modlog {

inline constexpr size_t kKeyNameSizeMax = 255;
inline constexpr size_t kKeyIdSize = 4;

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

enum class SignatureType : uint8_t {
  kEd25519 = 0x01,             // over the text
  kEd25519Cosignature = 0x04,  // c2sp.org/tlog-cosignature, timestamped
  kMlDsa44 = 0x06,             // the same, over a tree: by witness or log
};

// VerifierKey is what a vkey says: <name>+<8 hex of key id>+<base64 of type
// byte and public key>.
struct VerifierKey {
  std::string name;
  uint32_t id;
  SignatureType type;
  NoteKey key;
};

// ParseVerifierKey: kMalformed if it does not parse or the id does not match,
// kUntrusted for a weak key or a type that is not supported; 0x06 is where
// libcrypto has ML-DSA-44 (HasMlDsa44).
Result<VerifierKey> ParseVerifierKey(std::string_view vkey);
// ParseAnyVerifierKey is for lists of whom to trust, which may name keys that
// this machine, or this version, cannot check: of type 0x06 where libcrypto is
// too old, and of unknown types. Such a key is not can_check().
Result<VerifierKey> ParseAnyVerifierKey(std::string_view vkey);
std::string FormatVerifierKey(const VerifierKey& key);

// IsKeyName: 1..255 bytes of UTF-8 without white space, control characters and
// '+'.
bool IsKeyName(std::string_view name);
// CheckKeyName: kMalformed where it is none.
Result<void> CheckKeyName(std::string_view name);

// MakeVerifierKey computes the id. kMalformed for an unusable name.
// REQUIRES: a key of the type's algorithm.
Result<VerifierKey> MakeVerifierKey(std::string_view name, SignatureType type,
                                    const NoteKey& key);

// SignerKey is a verifier key and its private half. The text form is Go's
// convention, "PRIVATE+KEY+<name>+<id>+<base64 of type byte and seed>".
struct SignerKey {
  VerifierKey verifier;
  Ed25519PrivateKey key;
};
Result<SignerKey> MakeSignerKey(std::string_view name, SignatureType type,
                                Ed25519PrivateKey key);
Result<SignerKey> ParseSignerKey(std::string_view text);
std::string FormatSignerKey(const SignerKey& key);

// MlDsaSignerKey is the same of a key of type 0x06. Its text has the seed.
struct MlDsaSignerKey {
  VerifierKey verifier;
  MlDsa44PrivateKey key;
};
Result<MlDsaSignerKey> MakeMlDsaSignerKey(std::string_view name,
                                          MlDsa44PrivateKey key);
Result<MlDsaSignerKey> ParseMlDsaSignerKey(std::string_view text);
std::string FormatMlDsaSignerKey(const MlDsaSignerKey& key);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_KEY_H_
