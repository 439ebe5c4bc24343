// Law: a checkpoint that is read is written the same, and its size can be read
// by others. Inputs up to 4 KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/checkpoint.h"

namespace modlog {

MODLOG_FUZZER(checkpoint) {
  if (size > 4 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  const auto checkpoint = ParseCheckpoint(input);
  if (!checkpoint) return 0;
  MODLOG_CHECK(FormatCheckpoint(*checkpoint) == input,
               "a checkpoint has one spelling");
  MODLOG_CHECK(checkpoint->tree.size <= kTreeSizeMax, "sizes are below 2^63");
  MODLOG_CHECK(
      checkpoint->tree.size > 0 || checkpoint->tree.root == HashEmpty(),
      "the empty tree has one root");
  return 0;
}

}  // namespace modlog
