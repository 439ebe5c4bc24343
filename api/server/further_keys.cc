#include "api/server/further_keys.h"

#include <string>
#include <string_view>
#include <utility>

#include "verifier/base/durable_file.h"

namespace modlog {
namespace {

constexpr size_t kFurtherKeyFileSizeMax = 4'096;

// What differs from one kind of key to another.
template <typename Key>
struct KeyKind {
  SignatureType type;
  std::string_view option;
  std::string_view meta;  // under which the store has its vkey
  Result<Key> (*make)(const std::string& name);
  Result<Key> (*parse)(std::string_view text);
  std::string (*format)(const Key& key);
};

constexpr KeyKind<SignerKey> kCoseKind = {
    .type = SignatureType::kEd25519,
    .option = "cose-key",
    .meta = "cose_vkey",
    .make =
        [](const std::string& name) {
          return MakeSignerKey(name, SignatureType::kEd25519,
                               Ed25519PrivateKey::Generate());
        },
    .parse = ParseSignerKey,
    .format = FormatSignerKey};

constexpr KeyKind<MlDsaSignerKey> kMlDsaKind = {
    .type = SignatureType::kMlDsa44,
    .option = "mldsa-key",
    .meta = "mldsa_vkey",
    .make = [](const std::string& name) -> Result<MlDsaSignerKey> {
      ASSIGN_OR_RETURN(MlDsa44PrivateKey secret, MlDsa44PrivateKey::Generate());
      return MakeMlDsaSignerKey(name, std::move(secret));
    },
    .parse = ParseMlDsaSignerKey,
    .format = FormatMlDsaSignerKey};

// The vkey that the store knows; empty where it knows none.
Result<std::string> ReadKnown(Store& store, std::string_view meta) {
  auto known = store.ReadMeta(meta);
  if (!known && known.error().code == Code::kNotFound) return std::string();
  return known;
}

template <typename Key>
Result<Key> ReadOrMake(const KeyKind<Key>& kind, const std::string& path,
                       const VerifierKey& log, const std::string& known) {
  ASSIGN_OR_RETURN(const auto text,
                   ReadSecretFile(path, kFurtherKeyFileSizeMax));
  if (text) {
    auto key = kind.parse(text->substr(0, text->find('\n')));
    if (!key) return Prefixed(path, key.error());
    return key;
  }
  if (!known.empty()) {
    return Fail(Code::kNotFound,
                path +
                    " is missing, and this log has had such a key: restore "
                    "the file, or leave the option out; a new key is never "
                    "made in the place of one");
  }
  ASSIGN_OR_RETURN(Key key, kind.make(log.name));
  RETURN_IF_ERROR(WriteNewFileDurably(path, kind.format(key) + "\n", 0600));
  return key;
}

Result<void> CheckFits(const VerifierKey& key, SignatureType type,
                       const VerifierKey& log, const std::string& known) {
  if (key.type != type) {
    return Fail(Code::kUntrusted,
                "want a key of type " + std::to_string(static_cast<int>(type)));
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
  if (known.empty() || known == FormatVerifierKey(key)) return {};
  return Fail(Code::kConflict,
              "this is another key than the one that this log has had: bring "
              "that one back, or leave the option out");
}

template <typename Key>
Result<std::optional<Key>> OpenOne(const KeyKind<Key>& kind,
                                   const std::optional<std::string>& path,
                                   const VerifierKey& log, Store* store) {
  if (!path) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string known, ReadKnown(*store, kind.meta));
  auto key = ReadOrMake(kind, *path, log, known);
  if (!key) return Prefixed(kind.option, key.error());
  const auto fits = CheckFits(key->verifier, kind.type, log, known);
  if (!fits) {
    return Prefixed(kind.option, Prefixed(*path, fits.error()).error());
  }
  if (known.empty()) {
    RETURN_IF_ERROR(
        store->WriteMeta(kind.meta, FormatVerifierKey(key->verifier)));
  }
  return std::optional<Key>(*std::move(key));
}

}  // namespace

Result<FurtherKeys> OpenFurtherKeys(const Config& config,
                                    const VerifierKey& log, Store* store) {
  FurtherKeys keys;
  ASSIGN_OR_RETURN(keys.cose, OpenOne(kCoseKind, config.cose_key, log, store));
  ASSIGN_OR_RETURN(keys.mldsa,
                   OpenOne(kMlDsaKind, config.mldsa_key, log, store));
  return keys;
}

}  // namespace modlog
