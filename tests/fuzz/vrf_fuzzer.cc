// Law: no bytes make a proof of an input that it was not made for, and what is
// read as a key is a key. Inputs up to 4 KiB: a key, a proof, what is proved.

#include <string>

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/vrf.h"

namespace modlog {

MODLOG_FUZZER(vrf) {
  constexpr size_t kFront = VrfPublicKey::kSize + kVrfProofSize;
  if (size < kFront || size > 4 << 10) return -1;
  const Bytes input(data, size);
  const auto key = VrfPublicKey::From(input.first(VrfPublicKey::kSize));
  if (!key) return 0;
  const Bytes proof = input.subspan(VrfPublicKey::kSize, kVrfProofSize);
  const Bytes alpha = input.subspan(kFront);
  const auto output = key->Verify(alpha, proof);
  if (!output) return 0;
  MODLOG_CHECK(VrfProofToHash(proof).value() == *output,
               "a proof has one output");
  // It holds, so it is one that the corpus had: no other input may have it.
  std::string other(AsText(alpha));
  other.push_back('x');
  MODLOG_CHECK(!key->Verify(AsBytes(other), proof), "a proof has one input");
  std::string spoiled(AsText(proof));
  spoiled.back() = static_cast<char>(spoiled.back() ^ 1);
  MODLOG_CHECK(!key->Verify(alpha, AsBytes(spoiled)), "a proof has one form");
  return 0;
}

}  // namespace modlog
