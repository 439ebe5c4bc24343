#include "api/witnessing/witness_reply.h"

#include <fmt/format.h>

#include "verifier/core/bytes.h"
#include "verifier/core/checkpoint.h"

namespace modlog {
namespace {

constexpr size_t kQuotedMax = 80;

WitnessReply Refused(std::string why) {
  return {.kind = WitnessReply::Kind::kRefused, .why = std::move(why)};
}

// The start of a body, on one line, for a person.
std::string Quoted(std::string_view body) {
  std::string quoted;
  for (const char c : body.substr(0, kQuotedMax)) {
    if (c == '\n' && quoted.size() + 1 >= body.size()) break;
    quoted.push_back(c >= ' ' && c <= '~' ? c : '?');
  }
  return quoted;
}

WitnessReply ReadStatus(const HttpAnswer& answer) {
  const std::string_view meaning =
      answer.status == 404   ? " (it does not know this log)"
      : answer.status == 403 ? " (it has another key of this log)"
      : answer.status == 429 ? " (too many requests)"
                             : "";
  std::string why = fmt::format("answered {}{}", answer.status, meaning);
  if (!answer.body.empty()) why += fmt::format(": {}", Quoted(answer.body));
  WitnessReply reply = Refused(std::move(why));
  reply.retry_after_s = answer.retry_after_s.value_or(0);
  return reply;
}

// "409": the size, a newline. The content type differs among witnesses.
WitnessReply ReadSize(const HttpAnswer& answer) {
  std::string_view text = answer.body;
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto size = ParseDecimal(text);
  if (!size.has_value() || *size > kTreeSizeMax) return ReadStatus(answer);
  return {.kind = WitnessReply::Kind::kHasSize, .size = *size};
}

// Lines by other keys are ignored: a witness may sign with several, and with
// kinds of keys that are not known here.
WitnessReply ReadCosignatures(std::string_view body, std::string_view text,
                              const VerifierKey& key) {
  std::string note(text);
  note += '\n';
  note += body;
  const auto parsed = ParseNote(note);
  if (!parsed.has_value()) {
    return Refused("its answer has no signature lines: " +
                   parsed.error().message);
  }
  bool known = false;
  for (const NoteSignature& signature : parsed->signatures) {
    if (signature.name != key.name || signature.key_id != key.id) continue;
    known = true;
    uint64_t time_s = 0;
    if (!VerifySignature(text, signature, key, &time_s)) continue;
    return {.kind = WitnessReply::Kind::kCosigned,
            .signature = signature,
            .time_s = time_s};
  }
  return Refused(known ? "its cosignature does not verify"
                       : "its answer has no line by the key " +
                             FormatVerifierKey(key).substr(0, kQuotedMax));
}

}  // namespace

std::string FormatAddCheckpoint(uint64_t old_size, std::span<const Hash> proof,
                                std::string_view checkpoint) {
  std::string body = fmt::format("old {}\n", old_size);
  for (const Hash& hash : proof) {
    body += FormatBase64(hash);
    body += '\n';
  }
  body += '\n';
  body += checkpoint;
  return body;
}

WitnessReply ReadAddCheckpoint(const HttpAnswer& answer, uint64_t old_size,
                               std::string_view text, const VerifierKey& key) {
  switch (answer.status) {
    case 200:
      return ReadCosignatures(answer.body, text, key);
    case 409:
      return ReadSize(answer);
    case 422:
      // Our own judge has accepted the proof: it is the start that differs.
      if (old_size > 0) return {.kind = WitnessReply::Kind::kOtherHistory};
      return ReadStatus(answer);
    default:
      return ReadStatus(answer);
  }
}

}  // namespace modlog
