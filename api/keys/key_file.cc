#include "api/keys/key_file.h"

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kKeyFileSizeMax = 4'096;

}  // namespace

Result<void> CheckOrigin(const std::string& origin) {
  if (!IsKeyName(origin)) {
    return Fail(Code::kMalformed,
                "origin: want 1.." + std::to_string(kKeyNameSizeMax) +
                    " bytes of UTF-8 without white space or '+'");
  }
  if (origin.find("://") != std::string::npos) {
    return Fail(Code::kMalformed,
                "origin: want a URL without its scheme, such as "
                "log.example.org/moderation");
  }
  return {};
}

Result<std::optional<SignerKey>> ReadLogKey(const std::string& path) {
  ASSIGN_OR_RETURN(const auto text, ReadSecretFile(path, kKeyFileSizeMax));
  if (!text) return std::nullopt;
  auto key = ParseSignerKey(text->substr(0, text->find('\n')));
  if (!key) return Prefixed(path, key.error());
  if (key->verifier.type != SignatureType::kEd25519) {
    return Fail(Code::kUntrusted, path + ": want a key of type 1");
  }
  return std::optional(*std::move(key));
}

Result<void> CheckIsNamed(const SignerKey& key,
                          const std::optional<std::string>& origin,
                          const std::string& path) {
  if (!origin.has_value() || *origin == key.verifier.name) return {};
  return Fail(Code::kConflict,
              "origin is \"" + origin->substr(0, kKeyNameSizeMax) +
                  "\", but the key in " + path + " is named \"" +
                  key.verifier.name +
                  "\": leave --origin out to go on with that log, or take "
                  "another --data-dir for a new one");
}

Result<SignerKey> MakeLogKey(const std::string& origin,
                             const std::string& path) {
  RETURN_IF_ERROR(CheckOrigin(origin));
  ASSIGN_OR_RETURN(SignerKey key, MakeSignerKey(origin, SignatureType::kEd25519,
                                                Ed25519PrivateKey::Generate()));
  RETURN_IF_ERROR(WriteNewFileDurably(path, FormatSignerKey(key) + "\n", 0600));
  return key;
}

}  // namespace modlog
