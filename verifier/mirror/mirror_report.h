#ifndef MODLOG_VERIFIER_MIRROR_MIRROR_REPORT_H_
#define MODLOG_VERIFIER_MIRROR_MIRROR_REPORT_H_

// What a pass of a mirror came to, in words and for programs. Pure functions,
// thread-safe.

#include <string>

#include "verifier/mirror/mirror.h"

namespace modlog {

// FormatMirror is for people; FormatMirrorLine, one line, for who follows a
// log; FormatMirrorJson one JSON object, on one line if asked for.
std::string FormatMirror(const MirrorReport& report);
std::string FormatMirrorLine(const MirrorReport& report);
std::string FormatMirrorJson(const MirrorReport& report, bool one_line);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_MIRROR_MIRROR_REPORT_H_
