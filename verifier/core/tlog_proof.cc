#include "verifier/core/tlog_proof.h"

#include <utility>

namespace modlog {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kAnyVersion = "c2sp.org/tlog-proof@";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
// Above it stand, at most, the header, the extra in base64 and the path.
constexpr size_t kProofSizeMax = kNoteSizeMax + 2 * kProofExtraSizeMax;

std::unexpected<Error> BadProofFile(const std::string& what) {
  return Fail(Code::kMalformed, "proof file: " + what);
}

std::unexpected<Error> Large(const std::string& what, size_t max) {
  return Fail(Code::kTooLarge,
              "proof file: " + what + ", want at most " + std::to_string(max));
}

// TakeLine takes a line that begins with `start` off the front of `rest`, and
// returns what follows it; nothing if there is no such line.
std::optional<std::string_view> TakeLine(std::string_view start,
                                         std::string_view* rest) {
  const size_t end = rest->find('\n');
  if (!rest->starts_with(start) || end == rest->npos) return std::nullopt;
  const std::string_view value = rest->substr(0, end).substr(start.size());
  rest->remove_prefix(end + 1);
  return value;
}

Result<std::optional<std::string>> TakeExtra(std::string_view* rest) {
  const std::optional<std::string_view> line = TakeLine(kExtra, rest);
  if (!line) return std::nullopt;
  auto extra = ParseBase64(*line);
  if (!extra) return Prefixed("proof file: extra", std::move(extra).error());
  if (extra->empty()) return BadProofFile("extra is empty; leave the line out");
  if (extra->size() > kProofExtraSizeMax) {
    return Large("extra of " + std::to_string(extra->size()) + " bytes",
                 kProofExtraSizeMax);
  }
  return std::move(*extra);
}

// TakePath reads hashes up to and with the blank line.
Result<std::vector<Hash>> TakePath(std::string_view* rest) {
  std::vector<Hash> path;
  for (;;) {
    const std::optional<std::string_view> line = TakeLine("", rest);
    if (!line) return BadProofFile("no blank line before the checkpoint");
    if (line->empty()) return path;
    if (path.size() == kProofPathMax)
      return Large("more hashes", kProofPathMax);
    const Result<std::string> raw = ParseBase64(*line);
    const std::optional<Hash> hash =
        raw ? HashFromBytes(AsBytes(*raw)) : std::nullopt;
    if (!hash) {
      return BadProofFile("hash " + std::to_string(path.size()) +
                          " is not base64 of 32 bytes: " + Quote(*line));
    }
    path.push_back(*hash);
  }
}

Result<Checkpoint> ReadCheckpoint(std::string_view note) {
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  return ParseExtensibleCheckpoint(parsed.text);
}

}  // namespace

// Foreign text: the number of hashes is limited before any is kept.
Result<TlogProof> ParseTlogProof(std::string_view text) {
  if (text.size() > kProofSizeMax) {
    return Large(std::to_string(text.size()) + " bytes", kProofSizeMax);
  }
  std::string_view rest = text;
  if (!rest.starts_with(kHeader)) {
    return BadProofFile(
        text.starts_with(kAnyVersion)
            ? "is of another version than c2sp.org/tlog-proof@v1: a newer "
              "version of this program may read it"
            : "does not begin with c2sp.org/tlog-proof@v1");
  }
  rest.remove_prefix(kHeader.size());
  TlogProof proof;
  ASSIGN_OR_RETURN(proof.extra, TakeExtra(&rest));
  const std::optional<std::string_view> index = TakeLine(kIndex, &rest);
  if (!index) return BadProofFile("no index line");
  const auto number = ParseDecimal(*index);
  if (!number) return Prefixed("proof file: index", number.error());
  proof.index = *number;
  ASSIGN_OR_RETURN(proof.path, TakePath(&rest));
  if (auto read = ReadCheckpoint(rest); !read) {
    return Prefixed("proof file", std::move(read).error());
  }
  proof.checkpoint = rest;
  return proof;
}

std::string FormatTlogProof(const TlogProof& proof) {
  MODLOG_CHECK(proof.path.size() <= kProofPathMax, "a path has 0..64 hashes");
  std::string out(kHeader);
  if (proof.extra) {
    MODLOG_CHECK(
        !proof.extra->empty() && proof.extra->size() <= kProofExtraSizeMax,
        "extra data has 1..48,000 bytes");
    out += std::string(kExtra) + FormatBase64(AsBytes(*proof.extra)) + "\n";
  }
  out += std::string(kIndex) + std::to_string(proof.index) + "\n";
  for (const Hash& hash : proof.path) out += FormatBase64(hash) + "\n";
  return out + "\n" + proof.checkpoint;
}

Result<TrustedCheckpoint> CheckTlogProof(const TlogProof& proof,
                                         const Hash& leaf_hash,
                                         const Policy& policy) {
  ASSIGN_OR_RETURN(TrustedCheckpoint trusted,
                   OpenCheckpoint(proof.checkpoint, policy));
  RETURN_IF_ERROR(CheckInclusion(proof.index, leaf_hash, proof.path,
                                 trusted.checkpoint.tree));
  return trusted;
}

}  // namespace modlog
