// Law: a list of redactions that is read is written the same. Inputs up to 1
// KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/redaction_list.h"

namespace modlog {

MODLOG_FUZZER(redaction_list) {
  if (size > 1 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  const auto lines = ParseRedactionList(input);
  if (!lines) {
    MODLOG_CHECK(lines.error().message.starts_with("line "), "names the line");
    return 0;
  }
  uint64_t next = 0;
  for (const RedactionLine& line : *lines) {
    MODLOG_CHECK(line.entry >= next && line.redaction > line.entry,
                 "entries ascend, and are redacted by later ones");
    next = line.entry + 1;
  }
  MODLOG_CHECK(FormatRedactionList(*lines) == input, "a list has one spelling");
  return 0;
}

}  // namespace modlog
