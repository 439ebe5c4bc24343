// Law: any text is a handle file or is refused; one that is read is written
// back as a file that reads the same; judging it under a policy ends with a
// verdict and never shows a control byte. Inputs up to 64 KiB; the limit is 4
// MiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/base/strict_json.h"
#include "verifier/receipt/handles.h"

namespace modlog {

MODLOG_FUZZER(handle_file) {
  if (size > 64 << 10) return -1;
  static const Policy policy = *ParsePolicy(
      "log small.example/log+0016c687+"
      "AW1E+Tn4KdQ1mLze3akN4B22n6pQyqM+jGwyikuQDU2s\nquorum none\n");
  const std::string_view text = AsText(Bytes(data, size));
  const HandlesReport report = JudgeHandles(text, policy);
  MODLOG_CHECK(report.trusted.has_value() || report.verdict != Verdict::kTrue,
               "true says of which log");
  MODLOG_CHECK(FormatHandles(report).find('\x1b') == std::string::npos,
               "no control byte reaches a terminal");
  const auto json = ParseStrictJson(text);
  if (!json) return 0;
  const auto file = HandleFileFrom(*json);
  if (!file) return 0;
  const auto again = HandleFileFrom(*ParseStrictJson(FormatHandleFile(*file)));
  MODLOG_CHECK(again && again->account == file->account &&
                   again->platform == file->platform &&
                   again->key_entry == file->key_entry &&
                   again->key_proof == file->key_proof &&
                   again->handles.size() == file->handles.size(),
               "what is written is read back");
  for (size_t i = 0; i < file->handles.size(); ++i) {
    MODLOG_CHECK(again->handles[i].number == file->handles[i].number &&
                     again->handles[i].proof == file->handles[i].proof,
                 "a proof is read back");
  }
  return 0;
}

}  // namespace modlog
