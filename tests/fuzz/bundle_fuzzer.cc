// Law: a bundle that is read is written the same, holds one number of entries,
// and each of its prefixes is the bundle of its first entries. A byte says how
// many entries are expected. Inputs up to 64 KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/bundle.h"

namespace modlog {

MODLOG_FUZZER(bundle) {
  if (size > 64 << 10) return -1;
  FuzzInput input(data, size);
  const uint32_t count = input.Byte();
  const Bytes bundle = input.Rest();
  const auto entries = ParseBundle(bundle, count);
  if (!entries) return 0;
  MODLOG_CHECK(entries->size() == count, "as many entries as were asked for");
  MODLOG_CHECK(!ParseBundle(bundle, count + 1), "one number of entries");
  std::string again;
  for (uint32_t i = 0; i < count; ++i) {
    const auto prefix = BundlePrefix(bundle, i);
    MODLOG_CHECK(prefix && AsText(*prefix) == again, "a prefix is a bundle");
    MODLOG_CHECK(!ParseBundle(bundle, i), "one number of entries");
    AppendToBundle((*entries)[i], &again);
  }
  MODLOG_CHECK(again == AsText(bundle), "a bundle has one spelling");
  return 0;
}

}  // namespace modlog
