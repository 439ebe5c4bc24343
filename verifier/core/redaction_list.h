#ifndef MODLOG_VERIFIER_CORE_REDACTION_LIST_H_
#define MODLOG_VERIFIER_CORE_REDACTION_LIST_H_

// The list of what a log has redacted, for whoever keeps a copy of it:
//
//   <entry> <redaction> <leaf hash, base64>\n
//
// one line an entry whose bytes were taken out, ascending by entry, numbers in
// decimal; `redaction` is the later LEAF_REDACTED entry that says so. A line is
// worth what that entry says. docs/formats.md, "Redactions over HTTP".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

inline constexpr char kRedactionsPath[] = "redactions";
// How many entries of a log may be redacted: a list is read as a whole.
inline constexpr size_t kRedactionsMax = 65'536;
inline constexpr size_t kRedactionLineMax = 20 + 1 + 20 + 1 + 44 + 1;
inline constexpr size_t kRedactionListMax = kRedactionsMax * kRedactionLineMax;

struct RedactionLine {
  uint64_t entry = 0;
  uint64_t redaction = 0;  // > entry
  Hash leaf_hash = {};
  friend bool operator==(const RedactionLine&, const RedactionLine&) = default;
};

std::string FormatRedactionList(const std::vector<RedactionLine>& lines);

// ParseRedactionList reads exactly what FormatRedactionList writes. kMalformed
// names the line; kTooLarge past kRedactionsMax.
Result<std::vector<RedactionLine>> ParseRedactionList(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_REDACTION_LIST_H_
