// Law: any text is an openings file or is refused; one that is read is written
// back as a file that reads the same, and every opening is of a part that may
// be disclosed. Inputs up to 64 KiB; the parser's own limit is 4 MiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/receipt/openings.h"
#include "verifier/receipt/openings_words.h"

namespace modlog {

MODLOG_FUZZER(openings) {
  if (size > 64 << 10) return -1;
  const auto read = ParseOpenings(AsText(Bytes(data, size)));
  if (!read) return 0;
  for (const Opening& opening : read->openings) {
    MODLOG_CHECK(MayBeDisclosed(opening.tag), "no other part is opened");
  }
  const auto again = ParseOpenings(FormatOpenings(*read));
  MODLOG_CHECK(again && again->commitments == read->commitments &&
                   again->openings.size() == read->openings.size(),
               "what is written is read back");
  for (size_t i = 0; i < read->openings.size(); ++i) {
    MODLOG_CHECK(again->openings[i].tag == read->openings[i].tag &&
                     again->openings[i].salt == read->openings[i].salt &&
                     again->openings[i].value == read->openings[i].value,
                 "an opening is read back");
  }
  const Hash record = CommitRecord(read->commitments);
  const auto holds = CheckOpenings(*read, AsText(record));
  MODLOG_CHECK(holds || holds.error().code == Code::kBadProof,
               "openings hold or do not");
  Lines lines;
  AddOpenings(*read, &lines);
  MODLOG_CHECK(lines.Take().find('\x1b') == std::string::npos,
               "no control byte reaches a terminal");
  return 0;
}

}  // namespace modlog
