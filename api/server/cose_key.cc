#include "api/server/cose_key.h"

#include <utility>

#include "verifier/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kCoseKeyFileSizeMax = 4'096;

Result<SignerKey> MakeCoseKey(const std::string& path, const VerifierKey& log) {
  auto key = MakeSignerKey(log.name, SignatureType::kEd25519,
                           Ed25519PrivateKey::Generate());
  if (!key.has_value()) return Prefixed(path, key.error());
  RETURN_IF_ERROR(
      WriteNewFileDurably(path, FormatSignerKey(*key) + "\n", 0600));
  return key;
}

Result<void> CheckKey(const VerifierKey& key, const VerifierKey& log) {
  if (key.type != SignatureType::kEd25519) {
    return Fail(Code::kUntrusted, "want a key of type 1");
  }
  if (key.name != log.name) {
    return Fail(Code::kConflict, "the key is named " + Quote(key.name) +
                                     ", and the log " + Quote(log.name) +
                                     ": name a file of its own");
  }
  if (key.key == log.key) {
    return Fail(Code::kConflict,
                "this is the log's own key: name another file, and a key is "
                "made there");
  }
  return {};
}

}  // namespace

Result<SignerKey> LoadOrMakeCoseKey(const std::string& path,
                                    const VerifierKey& log) {
  ASSIGN_OR_RETURN(const auto text, ReadSecretFile(path, kCoseKeyFileSizeMax));
  if (!text.has_value()) return MakeCoseKey(path, log);
  auto key = ParseSignerKey(text->substr(0, text->find('\n')));
  if (!key.has_value()) return Prefixed(path, key.error());
  if (const auto fit = CheckKey(key->verifier, log); !fit.has_value()) {
    return Prefixed(path, fit.error());
  }
  return key;
}

}  // namespace modlog
