#include "verifier/core/note.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>

#include "verifier/core/checkpoint.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // em dash, blank
constexpr size_t kTimeSize = 8;
constexpr uint64_t kTimeMax = std::numeric_limits<int64_t>::max();

bool IsText(std::string_view text) {
  const auto bad = [](char c) {
    return static_cast<uint8_t>(c) < 0x20 && c != '\n';
  };
  return text.ends_with('\n') && IsUtf8(text) &&
         std::ranges::none_of(text, bad);
}

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
  RETURN_IF_ERROR(CheckKeyName(name));
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

// What is signed is the text up to the last blank line, byte for byte: a reader
// who split it elsewhere would check a signature over something else.
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
