// Law: any text gets a verdict of one line, whichever proof it claims to be.
// Inputs up to 64 KiB; the parser's own limit is a line of 1 MiB.

#include <string>

#include "tests/fuzz/fuzzer.h"
#include "verifier/commands/bare_proof.h"

namespace modlog {

MODLOG_FUZZER(bare_proof) {
  if (size > 64 << 10) return -1;
  const std::string_view input = AsText(Bytes(data, size));
  for (const BareProofKind kind :
       {BareProofKind::kInclusion, BareProofKind::kConsistency}) {
    const std::string line = FormatBareVerdict(JudgeBareProof(kind, input));
    MODLOG_CHECK(line.starts_with("true") || line.starts_with("false: ") ||
                     line.starts_with("error: "),
                 "a verdict is one of three");
    const size_t end = line.find('\n');
    MODLOG_CHECK(end == std::string::npos || end + 1 == line.size(),
                 "a verdict is one line");
  }
  return 0;
}

}  // namespace modlog
