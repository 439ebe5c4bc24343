#include "api/client/seal_key.h"

#include "absl/strings/str_cat.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/entry.h"
#include "verifier/core/seal.h"

namespace modlog {
namespace {

constexpr uint32_t kTaxonomy = 202'507;

v1::Action KeyAction(v1::KeyOp op, v1::KeyUse use, uint32_t number,
                     std::string puid) {
  v1::Action action;
  action.set_kind(v1::KIND_PLATFORM_KEY);
  action.set_puid(std::move(puid));
  action.set_taxonomy(kTaxonomy);
  v1::KeyEvent* event = action.mutable_key_event();
  event->set_op(op);
  event->set_use(use);
  event->set_number(number);
  return action;
}

}  // namespace

Result<SignerKey> MakeSealKey(const std::string& platform,
                              const std::string& path) {
  if (!IsPlatformName(platform)) {
    return Fail(Code::kMalformed,
                "a platform must match ^[a-z0-9][a-z0-9.-]{0,63}$");
  }
  ASSIGN_OR_RETURN(SignerKey key,
                   MakeSignerKey(platform, SignatureType::kEd25519,
                                 Ed25519PrivateKey::Generate()));
  RETURN_IF_ERROR(WriteNewFileDurably(
      path, absl::StrCat(FormatSignerKey(key), "\n"), 0600));
  return key;
}

Result<SignerKey> ReadSealKey(const std::string& path) {
  ASSIGN_OR_RETURN(const auto text, ReadSecretFile(path, kSealKeyFileSizeMax));
  if (!text.has_value()) {
    return Fail(Code::kNotFound,
                absl::StrCat("there is no ", path,
                             " (modlog platform keygen makes one)"));
  }
  std::string_view line = *text;
  if (line.ends_with('\n')) line.remove_suffix(1);
  auto key = ParseSignerKey(line);
  if (!key) return Prefixed(path, key.error());
  if (key->verifier.type != SignatureType::kEd25519 ||
      !IsPlatformName(key->verifier.name)) {
    return Fail(Code::kMalformed,
                absl::StrCat(path, " is no platform's key for seals"));
  }
  return key;
}

std::string ProveSealKey(const SignerKey& key, const std::string& origin,
                         uint32_t number) {
  return key.key.Sign(AsBytes(KeyProofText(origin, key.verifier.name, number)));
}

v1::Action RegistrationOf(const SignerKey& key, const std::string& origin,
                          uint32_t number) {
  v1::Action action = KeyAction(v1::KEY_OP_REGISTER, v1::KEY_USE_SEAL, number,
                                absl::StrCat("seal-key-", number));
  action.mutable_key_event()->set_public_key(
      std::string(AsText(key.verifier.key.raw())));
  action.mutable_key_event()->set_proof(ProveSealKey(key, origin, number));
  return action;
}

v1::Action RevocationOf(v1::KeyUse use, uint32_t number) {
  const char* const name = use == v1::KEY_USE_VRF ? "handle" : "seal";
  return KeyAction(v1::KEY_OP_REVOKE, use, number,
                   absl::StrCat("revoke-", name, "-key-", number));
}

}  // namespace modlog
