// Law: a note that is read is written the same; none is believed but what the
// known keys signed. Inputs up to 64 KiB.

#include "tests/fuzz/fuzzer.h"
#include "tests/verifier/samples.h"
#include "verifier/core/note.h"

namespace modlog {
namespace {

const std::vector<VerifierKey>& SampleKeys() {
  static const std::vector<VerifierKey> keys = {
      ParseVerifierKey(kSampleLogKey).value(),
      ParseVerifierKey(kSampleWitnessKey).value()};
  return keys;
}

void CheckNote(std::string_view input) {
  const auto note = ParseNote(input);
  const auto opened = OpenNote(input, SampleKeys());
  if (!note) {
    MODLOG_CHECK(!opened, "what does not parse is not believed");
    return;
  }
  MODLOG_CHECK(FormatNote(*note) == input, "a note has one spelling");
  MODLOG_CHECK(!note->signatures.empty() &&
                   note->signatures.size() <= kNoteSignaturesMax,
               "a note has 1..100 signatures");
  if (!opened) return;
  MODLOG_CHECK(opened->note.text == kSampleText, "nothing else was signed");
  MODLOG_CHECK(opened->verified.size() <= SampleKeys().size(),
               "a key counts once");
}

}  // namespace

MODLOG_FUZZER(note) {
  if (size > 64 << 10) return -1;
  CheckNote(AsText(Bytes(data, size)));
  return 0;
}

}  // namespace modlog
