// Law: any text is evidence or is refused; one that is read is written back as
// one that reads the same; judging it under a policy ends with a verdict and
// never shows a control byte. Inputs up to 64 KiB; the limit is 4 MiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/evidence/fork.h"

namespace modlog {

MODLOG_FUZZER(fork) {
  if (size > 64 << 10) return -1;
  static const Policy policy = *ParsePolicy(
      "log modlog.example/actions+a2206a41+"
      "AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\nquorum none\n");
  const std::string_view text = AsText(Bytes(data, size));
  const ForkReport report = JudgeFork(text, policy);
  MODLOG_CHECK((report.verdict == Verdict::kTrue) == report.reason.empty(),
               "what is not true has a reason");
  MODLOG_CHECK(report.verdict != Verdict::kTrue ||
                   report.other_root != report.smaller.root,
               "a fork is two roots for one size");
  MODLOG_CHECK(FormatFork(report).find('\x1b') == std::string::npos,
               "no control byte reaches a terminal");
  const auto read = ParseContradiction(text);
  if (!read) {
    MODLOG_CHECK(report.verdict == Verdict::kCannotTell,
                 "what is no evidence proves nothing either way");
    return 0;
  }
  const auto again = ParseContradiction(FormatContradiction(*read));
  MODLOG_CHECK(again && again->note_before == read->note_before &&
                   again->note_now == read->note_now &&
                   again->proof == read->proof && again->what == read->what &&
                   again->size_now == read->size_now,
               "what is written is read back");
  return 0;
}

}  // namespace modlog
