#include "verifier/core/note.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <optional>

#include "verifier/core/checkpoint.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // em dash, blank
constexpr std::string_view kSignerKeyStart = "PRIVATE+KEY+";
constexpr size_t kKeyIdSize = 4;
constexpr size_t kTimeSize = 8;
constexpr uint64_t kTimeMax = std::numeric_limits<int64_t>::max();

// --- names and texts ---

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

bool IsText(std::string_view text) {
  const auto bad = [](char c) { return IsControl(c) && c != '\n'; };
  return text.ends_with('\n') && IsUtf8(text) &&
         std::ranges::none_of(text, bad);
}

std::unexpected<Error> BadName(std::string_view name) {
  return Fail(Code::kMalformed,
              "key name of " + std::to_string(name.size()) +
                  " bytes, want 1..255 of UTF-8 without white space or '+': " +
                  Quote(name));
}

// --- keys ---

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
  if (!IsKeyName(name)) return BadName(name);
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

// --- notes ---

std::unexpected<Error> BadNote(const std::string& what) {
  return Fail(Code::kMalformed, "note: " + what);
}

Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  const size_t blank = line.find(' ', kSignatureStart.size());
  if (!line.starts_with(kSignatureStart) || blank == line.npos) {
    return BadNote("not a signature line: " + Quote(line));
  }
  const std::string_view name =
      line.substr(kSignatureStart.size(), blank - kSignatureStart.size());
  if (!IsKeyName(name)) return BadName(name);
  const auto blob = ParseBase64(line.substr(blank + 1));
  if (!blob || blob->size() <= kKeyIdSize) {
    return BadNote("signature of " + Quote(name) +
                   " is not base64 of a key id and a signature");
  }
  const auto id = static_cast<uint32_t>(BigEndian(blob->substr(0, kKeyIdSize)));
  return NoteSignature{std::string(name), id, blob->substr(kKeyIdSize)};
}

// What a cosignature signs, c2sp.org/tlog-cosignature.
std::string CosignedMessage(std::string_view text, uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" +
         std::string(text);
}

bool VerifyCosignature(std::string_view text, std::string_view signature,
                       const NoteKey& key, uint64_t* time_s) {
  if (signature.size() <= kTimeSize) return false;
  const uint64_t time = BigEndian(signature.substr(0, kTimeSize));
  if (time == 0 || time > kTimeMax) return false;
  if (time_s != nullptr) *time_s = time;
  return key.Verify(AsBytes(CosignedMessage(text, time)),
                    AsBytes(signature.substr(kTimeSize)));
}

// What type 0x06 signs of a tree from its first leaf on: the same page.
std::string TreeMessage(std::string_view cosigner, uint64_t time_s,
                        const Checkpoint& checkpoint) {
  std::string message("subtree/v1\n\0", 12);
  AppendBigEndian(cosigner.size(), 1, &message);
  message += cosigner;
  AppendBigEndian(time_s, kTimeSize, &message);
  AppendBigEndian(checkpoint.origin.size(), 1, &message);
  message += checkpoint.origin;
  AppendBigEndian(0, 8, &message);
  AppendBigEndian(checkpoint.tree.size, 8, &message);
  message += AsText(checkpoint.tree.root);
  return message;
}

// A witness says when it looked; a log need not.
bool VerifyTree(std::string_view text, std::string_view signature,
                const VerifierKey& key, uint64_t* time_s) {
  const auto checkpoint = ParseCheckpoint(text);
  if (!checkpoint || signature.size() <= kTimeSize) return false;
  const uint64_t time = BigEndian(signature.substr(0, kTimeSize));
  const bool by_log = key.name == checkpoint->origin;
  if ((time == 0 && !by_log) || time > kTimeMax) return false;
  if (time_s != nullptr) *time_s = time;
  return key.key.Verify(AsBytes(TreeMessage(key.name, time, *checkpoint)),
                        AsBytes(signature.substr(kTimeSize)));
}

bool IsBy(const NoteSignature& signature, const VerifierKey& key) {
  return signature.key_id == key.id && signature.name == key.name;
}

// KeyVerdict is what the known keys say of one line.
enum class KeyVerdict { kUnknown, kRepeated, kVerified, kFailed };

KeyVerdict JudgeLine(const Note& note, size_t line,
                     std::span<const VerifierKey> keys,
                     std::vector<OpenedSignature>* verified) {
  const NoteSignature& signature = note.signatures[line];
  KeyVerdict verdict = KeyVerdict::kUnknown;
  // Two keys can share a name and the 32-bit id; it is enough that one of them
  // made the line.
  for (size_t k = 0; k < keys.size(); ++k) {
    if (!IsBy(signature, keys[k]) || !CanVerify(note.text, keys[k])) continue;
    const auto same_key = [k](const OpenedSignature& o) { return o.key == k; };
    if (std::ranges::any_of(*verified, same_key)) return KeyVerdict::kRepeated;
    uint64_t time_s = 0;
    if (VerifySignature(note.text, signature, keys[k], &time_s)) {
      verified->push_back({k, line, time_s});
      return KeyVerdict::kVerified;
    }
    verdict = KeyVerdict::kFailed;
  }
  return verdict;
}

}  // namespace

bool IsKeyName(std::string_view name) {
  return !name.empty() && name.size() <= kKeyNameSizeMax && IsUtf8(name) &&
         name.find('+') == name.npos && !HasWhiteSpace(name) &&
         std::ranges::none_of(name, IsControl);
}

Result<VerifierKey> MakeVerifierKey(std::string_view name, SignatureType type,
                                    const NoteKey& key) {
  MODLOG_CHECK(!key.can_check() ||
                   (IsKnownType(type) &&
                    key.is_ed25519() == (type != SignatureType::kMlDsa44)),
               "a key is of its type's algorithm");
  if (!IsKeyName(name)) return BadName(name);
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

Result<Note> ParseNote(std::string_view note) {
  if (note.size() > kNoteSizeMax) {
    return Fail(Code::kTooLarge, "note of " + std::to_string(note.size()) +
                                     " bytes, want at most " +
                                     std::to_string(kNoteSizeMax));
  }
  if (!IsText(note)) return BadNote("not lines of UTF-8 text");
  const size_t split = note.rfind("\n\n");
  if (split == note.npos) return BadNote("no blank line before the signatures");
  Note parsed;
  parsed.text = note.substr(0, split + 1);
  std::string_view rest = note.substr(split + 2);
  if (rest.empty()) return BadNote("no signature lines");
  while (!rest.empty()) {
    if (parsed.signatures.size() == kNoteSignaturesMax) {
      return Fail(Code::kTooLarge, "note with more than " +
                                       std::to_string(kNoteSignaturesMax) +
                                       " signature lines");
    }
    const size_t end = rest.find('\n');
    ASSIGN_OR_RETURN(NoteSignature signature,
                     ParseSignatureLine(rest.substr(0, end)));
    parsed.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return parsed;
}

std::string FormatSignatureLine(const NoteSignature& signature) {
  std::string blob;
  AppendBigEndian(signature.key_id, kKeyIdSize, &blob);
  blob += signature.signature;
  return std::string(kSignatureStart) + signature.name + " " +
         FormatBase64(AsBytes(blob)) + "\n";
}

std::string FormatNote(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    out += FormatSignatureLine(signature);
  }
  return out;
}

bool CanVerify(std::string_view text, const VerifierKey& key) {
  if (!key.key.can_check()) return false;
  return key.type != SignatureType::kMlDsa44 ||
         !ParseExtensibleCheckpoint(text) || ParseCheckpoint(text);
}

bool HasLineBy(const Note& note, const VerifierKey& key) {
  return std::ranges::any_of(note.signatures,
                             [&](const auto& line) { return IsBy(line, key); });
}

bool VerifySignature(std::string_view text, const NoteSignature& signature,
                     const VerifierKey& key, uint64_t* time_s) {
  if (!IsBy(signature, key)) return false;
  if (key.type == SignatureType::kEd25519Cosignature) {
    return VerifyCosignature(text, signature.signature, key.key, time_s);
  }
  if (key.type == SignatureType::kMlDsa44) {
    return VerifyTree(text, signature.signature, key, time_s);
  }
  if (time_s != nullptr) *time_s = 0;
  return key.key.Verify(AsBytes(text), AsBytes(signature.signature));
}

Result<OpenedNote> OpenNote(std::string_view note,
                            std::span<const VerifierKey> keys) {
  OpenedNote opened;
  ASSIGN_OR_RETURN(opened.note, ParseNote(note));
  for (size_t i = 0; i < opened.note.signatures.size(); ++i) {
    if (JudgeLine(opened.note, i, keys, &opened.verified) ==
        KeyVerdict::kFailed) {
      return Fail(Code::kUntrusted, "signature by the known key of " +
                                        Quote(opened.note.signatures[i].name) +
                                        " does not verify");
    }
  }
  if (opened.verified.empty()) {
    return Fail(Code::kUntrusted, "note carries no signature by a known key");
  }
  return opened;
}

std::string SignNote(std::string_view text, std::span<const SignerKey> keys) {
  MODLOG_CHECK(IsText(text), "a note's text is lines of UTF-8");
  MODLOG_CHECK(!keys.empty() && keys.size() <= kNoteSignaturesMax,
               "a note has 1..100 signatures");
  Note note{std::string(text), {}};
  for (const SignerKey& key : keys) {
    MODLOG_CHECK(key.verifier.type == SignatureType::kEd25519,
                 "a note's text is signed by a plain key");
    note.signatures.push_back(
        {key.verifier.name, key.verifier.id, key.key.Sign(AsBytes(text))});
  }
  return FormatNote(note);
}

NoteSignature Cosign(std::string_view text, const SignerKey& key,
                     uint64_t time_s) {
  MODLOG_CHECK(key.verifier.type == SignatureType::kEd25519Cosignature,
               "a cosignature is made by a cosigner's key");
  MODLOG_CHECK(time_s > 0 && time_s <= kTimeMax, "a time is 1..2^63-1 seconds");
  std::string signature;
  AppendBigEndian(time_s, kTimeSize, &signature);
  signature += key.key.Sign(AsBytes(CosignedMessage(text, time_s)));
  return {key.verifier.name, key.verifier.id, std::move(signature)};
}

NoteSignature SignTree(std::string_view text, const MlDsaSignerKey& key) {
  const auto checkpoint = ParseCheckpoint(text);
  MODLOG_CHECK(checkpoint && checkpoint->origin == key.verifier.name,
               "a log signs its own checkpoints");
  std::string signature;
  AppendBigEndian(0, kTimeSize, &signature);
  signature +=
      key.key.Sign(AsBytes(TreeMessage(key.verifier.name, 0, *checkpoint)));
  return {key.verifier.name, key.verifier.id, std::move(signature)};
}

}  // namespace modlog
