#include "verifier/source/trust.h"

#include <algorithm>
#include <utility>

#include "verifier/base/damage.h"
#include "verifier/base/words.h"
#include "verifier/source/http_address.h"

namespace modlog {
namespace {

// A line that names a log's key, but is not that key's signature of the text.
bool IsFalselyBy(const NoteSignature& line, std::string_view text,
                 const VerifierKey& key) {
  return line.name == key.name && line.key_id == key.id &&
         CanVerify(text, key) && !VerifySignature(text, line, key);
}

// One spelling of an address; what is none stays as it is but for slashes at
// its end.
std::string Spelled(std::string_view address) {
  while (address.ends_with('/')) address.remove_suffix(1);
  const auto parsed = ParseHttpAddress(std::string(address));
  if (!parsed) return std::string(address);
  const std::string& name = parsed->name;
  const size_t path =
      std::min(name.find('/', name.find("://") + 3), name.size());
  std::string server = name.substr(0, path);
  for (char& c : server) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>("http:", ":80"),
        std::pair<std::string_view, std::string_view>("https:", ":443")}) {
    if (!server.starts_with(scheme) || !server.ends_with(port)) continue;
    server.resize(server.size() - port.size());
  }
  return server + name.substr(path);
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
  return std::unexpected(WithDamageWords(
      Sharpened(std::move(opened).error(), note, policy), note));
}

Result<void> CheckLogOfAddress(std::string_view address,
                               std::string_view origin, const Policy& policy) {
  const std::string here = Spelled(address);
  std::string_view want;
  for (const PolicyLog& log : policy.logs) {
    if (log.url.empty() || Spelled(log.url) != here) continue;
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
