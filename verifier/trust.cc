#include "verifier/trust.h"

#include "verifier/words.h"

namespace modlog {
namespace {

// A line that names a log's key, but is not that key's signature of the text.
bool IsFalselyBy(const NoteSignature& line, std::string_view text,
                 const VerifierKey& key) {
  return line.name == key.name && line.key_id == key.id &&
         !VerifySignature(text, line, key);
}

std::string_view AddressWithoutSlashes(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

}  // namespace

Error Sharpened(Error error, std::string_view note, const Policy& policy) {
  if (error.code != Code::kNotFound) return error;
  const auto parsed = ParseNote(note);
  if (!parsed) return error;
  for (const PolicyLog& log : policy.logs) {
    for (const NoteSignature& line : parsed->signatures) {
      if (!IsFalselyBy(line, parsed->text, log.key)) continue;
      return {Code::kUntrusted, "signature by the known key of " +
                                    Quote(log.key.name) + " does not verify (" +
                                    error.message + ")"};
    }
  }
  return error;
}

Result<TrustedCheckpoint> OpenSharply(std::string_view note,
                                      const Policy& policy) {
  auto opened = OpenCheckpoint(note, policy);
  if (opened) return opened;
  return std::unexpected(Sharpened(std::move(opened).error(), note, policy));
}

Result<void> CheckLogOfAddress(std::string_view address,
                               std::string_view origin, const Policy& policy) {
  std::string_view want;
  for (const PolicyLog& log : policy.logs) {
    if (AddressWithoutSlashes(log.url) != AddressWithoutSlashes(address)) {
      continue;
    }
    if (log.key.name == origin) return {};
    want = log.key.name;
  }
  if (want.empty()) return {};
  return Fail(Code::kNotFound,
              "is of the log " + Quoted(origin) +
                  ", but the policy says that at this address is " +
                  Quoted(want));
}

}  // namespace modlog
