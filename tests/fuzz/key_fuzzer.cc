// Law: a key, either half, that is read is written the same. Inputs up to 4
// KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/note.h"

namespace modlog {

MODLOG_FUZZER(key) {
  if (size > 4 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  if (const auto key = ParseVerifierKey(input)) {
    MODLOG_CHECK(FormatVerifierKey(*key) == input, "a vkey has one spelling");
    MODLOG_CHECK(Ed25519PublicKey::From(key->key.raw()).has_value(),
                 "no weak key is read");
  }
  if (const auto key = ParseSignerKey(input)) {
    MODLOG_CHECK(FormatSignerKey(*key) == input, "a key has one spelling");
  }
  return 0;
}

}  // namespace modlog
