#include "verifier/core/checkpoint.h"

#include <algorithm>

namespace modlog {
namespace {

// TakeLine takes a line off the front of `rest`, without its newline. A last
// line that lacks one counts as empty, which no line of a checkpoint may be.
std::string_view TakeLine(std::string_view* rest) {
  const size_t end = rest->find('\n');
  if (end == rest->npos) {
    *rest = {};
    return {};
  }
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return line;
}

bool IsOrigin(std::string_view origin) {
  const auto control = [](char c) { return static_cast<uint8_t>(c) < 0x20; };
  return !origin.empty() && origin.size() <= kOriginSizeMax && IsUtf8(origin) &&
         std::ranges::none_of(origin, control);
}

std::unexpected<Error> BadCheckpoint(const std::string& what) {
  return Fail(Code::kMalformed, "checkpoint: " + what);
}

Result<Hash> ParseRoot(std::string_view line) {
  const Result<std::string> raw = ParseBase64(line);
  const std::optional<Hash> root =
      raw ? HashFromBytes(AsBytes(*raw)) : std::nullopt;
  if (!root) {
    return BadCheckpoint("root is not base64 of 32 bytes: " + Quote(line));
  }
  return *root;
}

// ParseHead reads the three lines and leaves what follows them in `rest`.
Result<Checkpoint> ParseHead(std::string_view* rest) {
  const std::string_view origin = TakeLine(rest);
  if (!IsOrigin(origin)) {
    return BadCheckpoint(
        "origin of " + std::to_string(origin.size()) +
        " bytes, want 1..255 of UTF-8 without control characters");
  }
  const std::string_view size_line = TakeLine(rest);
  const Result<uint64_t> size = ParseDecimal(size_line);
  if (!size || *size > kTreeSizeMax) {
    return BadCheckpoint("size is not a decimal below 2^63: " +
                         Quote(size_line));
  }
  const std::string_view root_line = TakeLine(rest);
  ASSIGN_OR_RETURN(const Hash root, ParseRoot(root_line));
  return Checkpoint{std::string(origin), {*size, root}};
}

Result<Checkpoint> WithEmptyRoot(Checkpoint checkpoint) {
  if (checkpoint.tree.size == 0 && checkpoint.tree.root != HashEmpty()) {
    return BadCheckpoint("size 0 with a root that is not the empty tree's");
  }
  return checkpoint;
}

}  // namespace

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  std::string_view rest = text;
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseHead(&rest));
  if (!rest.empty()) {
    return BadCheckpoint("want exactly three lines, without extensions");
  }
  return WithEmptyRoot(std::move(checkpoint));
}

Result<Checkpoint> ParseExtensibleCheckpoint(std::string_view text) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseAnyCheckpoint(text));
  return WithEmptyRoot(std::move(checkpoint));
}

Result<Checkpoint> ParseAnyCheckpoint(std::string_view text) {
  std::string_view rest = text;
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseHead(&rest));
  while (!rest.empty()) {
    if (TakeLine(&rest).empty()) {
      return BadCheckpoint("an extension line is empty");
    }
  }
  return checkpoint;
}

std::string FormatCheckpoint(const Checkpoint& checkpoint) {
  MODLOG_CHECK(IsOrigin(checkpoint.origin), "an origin has 1..255 bytes");
  MODLOG_CHECK(checkpoint.tree.size <= kTreeSizeMax, "a size is below 2^63");
  return checkpoint.origin + "\n" + std::to_string(checkpoint.tree.size) +
         "\n" + FormatBase64(checkpoint.tree.root) + "\n";
}

}  // namespace modlog
