#include "api/server/signing.h"

#include <memory>

#include "api/keys/key_file.h"
#include "api/keys/token_key.h"

namespace modlog {
namespace {

Result<SigningKey> FromToken(const std::string& uri,
                             const std::optional<std::string>& origin) {
  if (!origin.has_value()) {
    return Fail(Code::kMalformed,
                "key: one in a token has no name of its own: say --origin");
  }
  auto opened = OpenTokenKey(uri);
  if (!opened) return Prefixed("key", opened.error());
  ASSIGN_OR_RETURN(VerifierKey verifier,
                   MakeVerifierKey(*origin, SignatureType::kEd25519,
                                   (*opened)->public_key()));
  const std::shared_ptr<TokenKey> key = *std::move(opened);
  return SigningKey(std::move(verifier),
                    [key](Bytes message) { return key->Sign(message); });
}

Result<SigningKey> FromFile(const std::string& path,
                            const std::optional<std::string>& origin) {
  ASSIGN_OR_RETURN(auto key, ReadLogKey(path));
  if (!key) {
    return Fail(Code::kNotFound, "key: there is no " + path +
                                     ": restore it, or for a new log make it "
                                     "with modlog keygen");
  }
  RETURN_IF_ERROR(CheckIsNamed(*key, origin, path));
  return SigningKey(*std::move(key));
}

}  // namespace

Result<SigningKey> OpenSigningKey(const Config& config,
                                  const DataDir& directory) {
  if (config.key.has_value()) {
    return IsTokenUri(*config.key) ? FromToken(*config.key, config.origin)
                                   : FromFile(*config.key, config.origin);
  }
  ASSIGN_OR_RETURN(SignerKey key,
                   directory.LoadOrMakeKey(config.origin, kDefaultOrigin));
  return SigningKey(std::move(key));
}

}  // namespace modlog
