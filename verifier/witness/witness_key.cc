#include "verifier/witness/witness_key.h"

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kKeyFileSizeMax = 4'096;

}  // namespace

Result<std::optional<SignerKey>> LoadWitnessKey(
    const std::string& path, const std::optional<std::string>& name) {
  ASSIGN_OR_RETURN(const auto text, ReadSecretFile(path, kKeyFileSizeMax));
  if (!text) return std::nullopt;
  auto key = ParseSignerKey(text->substr(0, text->find('\n')));
  if (!key) return Prefixed(path, key.error());
  if (key->verifier.type != SignatureType::kEd25519Cosignature) {
    return Fail(Code::kUntrusted, path + ": want a key of type 4");
  }
  if (name && *name != key->verifier.name) {
    return Fail(Code::kConflict,
                "name is " + Quote(*name) + ", but the key in " + path +
                    " is named " + Quote(key->verifier.name) +
                    ": leave --name out to go on as that witness, or take "
                    "another --data-dir for a new one");
  }
  return std::optional(std::move(*key));
}

Result<SignerKey> MakeWitnessKey(const std::string& path,
                                 const std::string& name) {
  auto key = MakeSignerKey(name, SignatureType::kEd25519Cosignature,
                           Ed25519PrivateKey::Generate());
  if (!key) return Prefixed("--name", key.error());
  RETURN_IF_ERROR(WriteFileDurably(path, FormatSignerKey(*key) + "\n", 0600));
  return key;
}

}  // namespace modlog
