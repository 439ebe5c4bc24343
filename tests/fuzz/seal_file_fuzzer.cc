// Law: any text is a seal file or is refused; one that is read is written back
// as a file that reads the same; of the entry that it is held against it says
// that it covers it, or why not. Inputs up to 64 KiB, the parser's own limit.

#include "tests/fuzz/fuzzer.h"
#include "verifier/base/strict_json.h"
#include "verifier/receipt/seal_file.h"

namespace modlog {

MODLOG_FUZZER(seal_file) {
  const std::string_view text = AsText(Bytes(data, size));
  // The seal alone, which is the parser of most of it.
  if (const auto seal = DecodeSeal(text)) {
    MODLOG_CHECK(EncodeSeal(*seal) == text, "one seal has one encoding");
  }
  if (size > kSealFileSizeMax) return -1;
  const auto json = ParseStrictJson(text);
  if (!json) return 0;
  const auto file = SealFileFrom(*json);
  if (!file) return 0;
  const auto again = SealFileFrom(*ParseStrictJson(FormatSealFile(*file)));
  MODLOG_CHECK(again && *again == *file, "what is written is read back");
  const auto covers =
      CheckSealFile(*file, {"log.example", "shop", 3, "an action"});
  MODLOG_CHECK(!covers || covers->count >= 1, "a seal covers something");
  return 0;
}

}  // namespace modlog
