// Law: an entry that is read is written the same. Inputs up to 8 KiB, beyond
// the limit of a leaf.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/entry.h"
#include "verifier/core/seal.h"

namespace modlog {

MODLOG_FUZZER(entry) {
  if (size > 8 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  const auto entry = DecodeEntry(input);
  if (!entry) return 0;
  MODLOG_CHECK(input.size() <= kLeafSizeMax, "a leaf has a limit");
  const std::string header =
      EncodeEntryHeader(entry->logged_at_ms, entry->platform);
  MODLOG_CHECK(header == entry->header, "a header has one spelling");
  std::string leaf;
  if (entry->is_seal()) {
    AppendLeaf(header, entry->seal, &leaf, EntryBody::kSeal);
    const auto seal = DecodeSeal(entry->seal);
    MODLOG_CHECK(seal.has_value(), "an entry holds no seal that is none");
    MODLOG_CHECK(EncodeSeal(*seal) == entry->seal, "a seal has one spelling");
  } else {
    AppendLeaf(header, entry->action, &leaf);
  }
  MODLOG_CHECK(leaf == input, "an entry has one spelling");
  return 0;
}

}  // namespace modlog
