#include "api/server/mldsa_key.h"

#include <utility>

#include "verifier/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kMlDsaKeyFileSizeMax = 4'096;

Result<MlDsaSignerKey> MakeMlDsaKey(const std::string& path,
                                    const std::string& origin) {
  ASSIGN_OR_RETURN(MlDsa44PrivateKey secret, MlDsa44PrivateKey::Generate());
  ASSIGN_OR_RETURN(MlDsaSignerKey key,
                   MakeMlDsaSignerKey(origin, std::move(secret)));
  RETURN_IF_ERROR(
      WriteNewFileDurably(path, FormatMlDsaSignerKey(key) + "\n", 0600));
  return key;
}

Result<MlDsaSignerKey> LoadOrMake(const std::string& path,
                                  const std::string& origin) {
  ASSIGN_OR_RETURN(const auto text, ReadSecretFile(path, kMlDsaKeyFileSizeMax));
  if (!text.has_value()) return MakeMlDsaKey(path, origin);
  auto key = ParseMlDsaSignerKey(text->substr(0, text->find('\n')));
  if (!key.has_value()) return Prefixed(path, key.error());
  if (key->verifier.name != origin) {
    return Fail(Code::kConflict, path + ": the key is named " +
                                     Quote(key->verifier.name) +
                                     ", and the log " + Quote(origin) +
                                     ": name a file of its own");
  }
  return key;
}

}  // namespace

Result<MlDsaSignerKey> LoadOrMakeMlDsaKey(const std::string& path,
                                          const std::string& origin) {
  auto key = LoadOrMake(path, origin);
  if (key.has_value()) return key;
  return Prefixed("mldsa-key", key.error());
}

}  // namespace modlog
