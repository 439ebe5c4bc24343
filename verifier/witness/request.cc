#include "verifier/witness/request.h"

#include <optional>

namespace modlog {
namespace {

constexpr std::string_view kOldStart = "old ";

std::unexpected<Error> Bad(const std::string& what) {
  return Fail(Code::kMalformed, "add-checkpoint: " + what);
}

// TakeLine takes a line off the front, without its newline; nothing where there
// is no newline.
std::optional<std::string_view> TakeLine(std::string_view* rest) {
  const size_t end = rest->find('\n');
  if (end == rest->npos) return std::nullopt;
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return line;
}

Result<uint64_t> ParseOld(std::string_view* rest) {
  const auto line = TakeLine(rest);
  if (!line || !line->starts_with(kOldStart)) {
    return Bad("want a first line \"old <size>\"");
  }
  const auto size = ParseDecimal(line->substr(kOldStart.size()));
  if (!size) return Bad("old size is not a decimal: " + Quote(*line));
  return *size;
}

Result<Hash> ParseHash(std::string_view line) {
  const auto raw = ParseBase64(line);
  const auto hash = raw ? HashFromBytes(AsBytes(*raw)) : std::nullopt;
  if (!hash) return Bad("proof line is not base64 of 32 bytes: " + Quote(line));
  return *hash;
}

// ParseProof reads hashes up to and with the blank line.
Result<std::vector<Hash>> ParseProof(std::string_view* rest) {
  std::vector<Hash> proof;
  while (true) {
    const auto line = TakeLine(rest);
    if (!line) return Bad("no blank line before the checkpoint");
    if (line->empty()) return proof;
    if (proof.size() == kProofLinesMax) {
      return Fail(Code::kTooLarge, "add-checkpoint: more than " +
                                       std::to_string(kProofLinesMax) +
                                       " proof lines");
    }
    ASSIGN_OR_RETURN(proof.emplace_back(), ParseHash(*line));
  }
}

// A note that nobody signed is no note; here it is one without signatures.
Result<Note> ParsePerhapsUnsigned(std::string_view text) {
  const size_t blank = text.rfind("\n\n");
  if (blank == text.npos) return Note{std::string(text), {}};
  if (blank + 2 == text.size()) {
    return Note{std::string(text.substr(0, blank + 1)), {}};
  }
  return ParseNote(text);
}

}  // namespace

Result<AddCheckpointRequest> ParseAddCheckpoint(std::string_view body) {
  if (body.size() > kAddCheckpointSizeMax) {
    return Fail(Code::kTooLarge,
                "add-checkpoint: " + std::to_string(body.size()) +
                    " bytes, want at most " +
                    std::to_string(kAddCheckpointSizeMax));
  }
  AddCheckpointRequest request;
  ASSIGN_OR_RETURN(request.old_size, ParseOld(&body));
  ASSIGN_OR_RETURN(request.proof, ParseProof(&body));
  ASSIGN_OR_RETURN(request.note, ParsePerhapsUnsigned(body));
  ASSIGN_OR_RETURN(request.checkpoint, ParseAnyCheckpoint(request.note.text));
  return request;
}

std::string FormatAddCheckpoint(const AddCheckpointRequest& request) {
  std::string body =
      std::string(kOldStart) + std::to_string(request.old_size) + "\n";
  for (const Hash& hash : request.proof) body += FormatBase64(hash) + "\n";
  return body + "\n" + FormatNote(request.note);
}

}  // namespace modlog
