#include "verifier/core/key.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "verifier/core/sha256.h"

namespace modlog {
namespace {

constexpr std::string_view kSignerKeyStart = "PRIVATE+KEY+";

// HasWhiteSpace looks for the characters that Unicode calls White_Space and
// that are not control characters below 0x20, in their UTF-8 form.
bool HasWhiteSpace(std::string_view name) {
  constexpr std::string_view kSpaces[] = {
      " ",
      "\xc2\x85",      // U+0085
      "\xc2\xa0",      // U+00A0
      "\xe1\x9a\x80",  // U+1680
      "\xe2\x80\xa8",  // U+2028
      "\xe2\x80\xa9",  // U+2029
      "\xe2\x80\xaf",  // U+202F
      "\xe2\x81\x9f",  // U+205F
      "\xe3\x80\x80",  // U+3000
  };
  for (const std::string_view space : kSpaces) {
    if (name.find(space) != name.npos) return true;
  }
  for (size_t i = 0; i + 2 < name.size(); ++i) {  // U+2000..U+200A
    const auto last = static_cast<uint8_t>(name[i + 2]);
    if (name.substr(i, 2) == "\xe2\x80" && last >= 0x80 && last <= 0x8a) {
      return true;
    }
  }
  return false;
}

bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20; }

uint32_t KeyId(std::string_view name, SignatureType type, const NoteKey& key) {
  const uint8_t type_byte = static_cast<uint8_t>(type);
  const Hash hash =
      Sha256({AsBytes(name), AsBytes("\n"), Bytes(&type_byte, 1), key.raw()});
  return static_cast<uint32_t>(BigEndian(AsText(hash).substr(0, kKeyIdSize)));
}

std::string FormatKeyId(uint32_t id) {
  std::string bytes;
  AppendBigEndian(id, kKeyIdSize, &bytes);
  return FormatHex(AsBytes(bytes));
}

// The parts that the text forms of both halves of a key have.
struct KeyParts {
  std::string_view name;
  std::string_view id;  // as written
  SignatureType type;
  std::string key;  // after the type byte
};

bool IsKnownType(SignatureType type) {
  switch (type) {
    case SignatureType::kEd25519:
    case SignatureType::kEd25519Cosignature:
    case SignatureType::kMlDsa44:
      return true;
  }
  return false;
}

Result<void> WantKnownType(const KeyParts& parts) {
  if (IsKnownType(parts.type)) return {};
  const auto type = static_cast<uint8_t>(parts.type);
  return Fail(Code::kUntrusted, "key of " + Quote(parts.name) +
                                    " has signature type 0x" +
                                    FormatHex(Bytes(&type, 1)) +
                                    "; only 0x01, 0x04 and 0x06 are supported");
}

// SplitKey reads <name>+<id>+<base64>. The base64 may contain '+'. No message
// quotes more than the name: the rest may be secret.
Result<KeyParts> SplitKey(std::string_view text) {
  const size_t first = text.find('+');
  const size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos) {
    return Fail(Code::kMalformed, "key is not of the form name+id+base64");
  }
  const std::string_view name = text.substr(0, first);
  RETURN_IF_ERROR(CheckKeyName(name));
  const auto blob = ParseBase64(text.substr(second + 1));
  if (!blob || blob->empty()) {
    return Fail(Code::kMalformed, "key of " + Quote(name) +
                                      " does not end in base64 of a type byte "
                                      "and a key");
  }
  return KeyParts{name, text.substr(first + 1, second - first - 1),
                  SignatureType{static_cast<uint8_t>(blob->front())},
                  blob->substr(1)};
}

Result<void> CheckKeyId(const KeyParts& parts, uint32_t id) {
  const std::string want = FormatKeyId(id);
  if (parts.id == want) return {};
  return Fail(Code::kMalformed, "key of " + Quote(parts.name) + " has id " +
                                    Quote(parts.id) + ", want " + want);
}

std::string FormatKey(const VerifierKey& key, std::string_view half) {
  const std::string blob =
      std::string(1, static_cast<char>(key.type)) + std::string(half);
  return key.name + "+" + FormatKeyId(key.id) + "+" +
         FormatBase64(AsBytes(blob));
}

}  // namespace

bool IsKeyName(std::string_view name) {
  return !name.empty() && name.size() <= kKeyNameSizeMax && IsUtf8(name) &&
         name.find('+') == name.npos && !HasWhiteSpace(name) &&
         std::ranges::none_of(name, IsControl);
}

Result<void> CheckKeyName(std::string_view name) {
  if (IsKeyName(name)) return {};
  return Fail(Code::kMalformed,
              "key name of " + std::to_string(name.size()) +
                  " bytes, want 1..255 of UTF-8 without white space or '+': " +
                  Quote(name));
}

Result<VerifierKey> MakeVerifierKey(std::string_view name, SignatureType type,
                                    const NoteKey& key) {
  MODLOG_CHECK(!key.can_check() ||
                   (IsKnownType(type) &&
                    key.is_ed25519() == (type != SignatureType::kMlDsa44)),
               "a key is of its type's algorithm");
  RETURN_IF_ERROR(CheckKeyName(name));
  return VerifierKey{std::string(name), KeyId(name, type, key), type, key};
}

namespace {

Result<NoteKey> ParseNoteKey(SignatureType type, Bytes raw) {
  if (type == SignatureType::kMlDsa44) return MlDsa44PublicKey::From(raw);
  return Ed25519PublicKey::From(raw);
}

Result<VerifierKey> KeyOf(const KeyParts& parts, const Result<NoteKey>& key) {
  if (!key) return Prefixed("key of " + Quote(parts.name), key.error());
  ASSIGN_OR_RETURN(VerifierKey made,
                   MakeVerifierKey(parts.name, parts.type, *key));
  RETURN_IF_ERROR(CheckKeyId(parts, made.id));
  return made;
}

}  // namespace

Result<VerifierKey> ParseVerifierKey(std::string_view vkey) {
  ASSIGN_OR_RETURN(const KeyParts parts, SplitKey(vkey));
  RETURN_IF_ERROR(WantKnownType(parts));
  return KeyOf(parts, ParseNoteKey(parts.type, AsBytes(parts.key)));
}

Result<VerifierKey> ParseAnyVerifierKey(std::string_view vkey) {
  ASSIGN_OR_RETURN(const KeyParts parts, SplitKey(vkey));
  const bool lacking = parts.type == SignatureType::kMlDsa44 &&
                       parts.key.size() == MlDsa44PublicKey::kSize &&
                       !HasMlDsa44();
  if (!lacking && IsKnownType(parts.type)) return ParseVerifierKey(vkey);
  return KeyOf(parts, NoteKey(UncheckableKey(parts.key)));
}

std::string FormatVerifierKey(const VerifierKey& key) {
  return FormatKey(key, AsText(key.key.raw()));
}

namespace {

// SplitSignerKey reads the secret half; the type is one of what is signed by
// the algorithm.
Result<KeyParts> SplitSignerKey(std::string_view text, bool mldsa) {
  if (!text.starts_with(kSignerKeyStart)) {
    return Fail(Code::kMalformed, "signer key does not begin with " +
                                      std::string(kSignerKeyStart));
  }
  ASSIGN_OR_RETURN(KeyParts parts,
                   SplitKey(text.substr(kSignerKeyStart.size())));
  RETURN_IF_ERROR(WantKnownType(parts));
  if ((parts.type == SignatureType::kMlDsa44) == mldsa) return parts;
  return Fail(Code::kUntrusted, "key of " + Quote(parts.name) +
                                    (mldsa ? " is not of type 0x06"
                                           : " is of type 0x06, which is for "
                                             "a second signature"));
}

}  // namespace

Result<SignerKey> MakeSignerKey(std::string_view name, SignatureType type,
                                Ed25519PrivateKey key) {
  ASSIGN_OR_RETURN(VerifierKey verifier,
                   MakeVerifierKey(name, type, key.PublicKey()));
  return SignerKey{std::move(verifier), std::move(key)};
}

Result<SignerKey> ParseSignerKey(std::string_view text) {
  ASSIGN_OR_RETURN(const KeyParts parts, SplitSignerKey(text, false));
  auto key = Ed25519PrivateKey::FromSeed(AsBytes(parts.key));
  if (!key) return Prefixed("key of " + Quote(parts.name), key.error());
  ASSIGN_OR_RETURN(SignerKey made,
                   MakeSignerKey(parts.name, parts.type, std::move(*key)));
  RETURN_IF_ERROR(CheckKeyId(parts, made.verifier.id));
  return made;
}

std::string FormatSignerKey(const SignerKey& key) {
  return std::string(kSignerKeyStart) + FormatKey(key.verifier, key.key.Seed());
}

Result<MlDsaSignerKey> MakeMlDsaSignerKey(std::string_view name,
                                          MlDsa44PrivateKey key) {
  ASSIGN_OR_RETURN(
      VerifierKey verifier,
      MakeVerifierKey(name, SignatureType::kMlDsa44, key.PublicKey()));
  return MlDsaSignerKey{std::move(verifier), std::move(key)};
}

Result<MlDsaSignerKey> ParseMlDsaSignerKey(std::string_view text) {
  ASSIGN_OR_RETURN(const KeyParts parts, SplitSignerKey(text, true));
  auto key = MlDsa44PrivateKey::FromSeed(AsBytes(parts.key));
  if (!key) return Prefixed("key of " + Quote(parts.name), key.error());
  ASSIGN_OR_RETURN(MlDsaSignerKey made,
                   MakeMlDsaSignerKey(parts.name, std::move(*key)));
  RETURN_IF_ERROR(CheckKeyId(parts, made.verifier.id));
  return made;
}

std::string FormatMlDsaSignerKey(const MlDsaSignerKey& key) {
  return std::string(kSignerKeyStart) + FormatKey(key.verifier, key.key.Seed());
}

}  // namespace modlog
