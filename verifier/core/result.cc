#include "verifier/core/result.h"

#include <cstdio>
#include <cstdlib>

namespace modlog {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kMalformed:
      return "malformed";
    case Code::kTooLarge:
      return "too large";
    case Code::kUntrusted:
      return "untrusted";
    case Code::kForbidden:
      return "forbidden";
    case Code::kBadProof:
      return "bad proof";
    case Code::kConflict:
      return "conflict";
    case Code::kAlreadyExists:
      return "already exists";
    case Code::kNotFound:
      return "not found";
    case Code::kOutOfRange:
      return "out of range";
    case Code::kExhausted:
      return "exhausted";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kOutcomeUnknown:
      return "outcome unknown";
    case Code::kClock:
      return "clock";
    case Code::kCorrupt:
      return "corrupt";
  }
  CheckFailed(__FILE__, __LINE__, "code", "a Code has a name");
}

void CheckFailed(const char* file, int line, const char* condition,
                 const char* sentence) {
  // Nothing can be done about a standard error that is closed.
  static_cast<void>(std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file,
                                 line, sentence, condition));
  std::abort();
}

}  // namespace modlog
