#include "verifier/core/redaction_list.h"

#include "verifier/core/bytes.h"

namespace modlog {

namespace {

Result<RedactionLine> ParseLine(std::string_view line) {
  const auto cut = [&line] {
    const size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    line.remove_prefix(blank == line.npos ? line.size() : blank + 1);
    return word;
  };
  RedactionLine parsed;
  ASSIGN_OR_RETURN(parsed.entry, ParseDecimal(cut()));
  ASSIGN_OR_RETURN(parsed.redaction, ParseDecimal(cut()));
  ASSIGN_OR_RETURN(const std::string bytes, ParseBase64(line));
  const auto hash = HashFromBytes(AsBytes(bytes));
  if (!hash) return Fail(Code::kMalformed, "the leaf hash has not 32 bytes");
  parsed.leaf_hash = *hash;
  if (parsed.redaction > parsed.entry) return parsed;
  return Fail(Code::kMalformed, "an entry is redacted by a later one only");
}

}  // namespace

std::string FormatRedactionList(const std::vector<RedactionLine>& lines) {
  std::string text;
  for (const RedactionLine& line : lines) {
    text += std::to_string(line.entry) + " " + std::to_string(line.redaction) +
            " " + FormatBase64(line.leaf_hash) + "\n";
  }
  return text;
}

Result<std::vector<RedactionLine>> ParseRedactionList(std::string_view text) {
  std::vector<RedactionLine> lines;
  const auto refuse = [&](Code code, const std::string& why) {
    return Fail(code, "line " + std::to_string(lines.size() + 1) + ": " + why);
  };
  while (!text.empty()) {
    if (lines.size() == kRedactionsMax) {
      return refuse(Code::kTooLarge,
                    "limit " + std::to_string(kRedactionsMax) + " lines");
    }
    const size_t end = text.find('\n');
    if (end == text.npos) return refuse(Code::kMalformed, "has no end");
    const auto line = ParseLine(text.substr(0, end));
    if (!line) return refuse(line.error().code, line.error().message);
    if (!lines.empty() && line->entry <= lines.back().entry) {
      return refuse(Code::kMalformed, "entries must ascend");
    }
    lines.push_back(*line);
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace modlog
