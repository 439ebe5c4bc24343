#ifndef MODLOG_TESTS_VERIFIER_KEYS_H_
#define MODLOG_TESTS_VERIFIER_KEYS_H_

// Keys for tests: made from one byte, always the same.

#include <string>
#include <string_view>

#include "verifier/core/note.h"

namespace modlog {

inline SignerKey TestKey(std::string_view name, SignatureType type,
                         uint8_t seed) {
  const std::string bytes(Ed25519PrivateKey::kSeedSize,
                          static_cast<char>(seed));
  return MakeSignerKey(name, type,
                       Ed25519PrivateKey::FromSeed(AsBytes(bytes)).value())
      .value();
}
inline SignerKey LogKey(std::string_view origin, uint8_t seed = 1) {
  return TestKey(origin, SignatureType::kEd25519, seed);
}
inline SignerKey WitnessKey(std::string_view name, uint8_t seed) {
  return TestKey(name, SignatureType::kEd25519Cosignature, seed);
}

// CodeOf says in words what became of a result: "accepted", or its code.
template <typename T>
std::string CodeOf(const Result<T>& result) {
  return result ? "accepted" : std::string(CodeName(result.error().code));
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_KEYS_H_
