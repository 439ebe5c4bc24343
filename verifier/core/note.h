#ifndef MODLOG_VERIFIER_CORE_NOTE_H_
#define MODLOG_VERIFIER_CORE_NOTE_H_

// Signed notes, https://c2sp.org/signed-note. An example:
//
//   modlog.example/actions
//   5
//   0+IqVSCqGqcDGiTpnTPwNtw4U4cCQJBLoGb1Pdv/sqc=
//
//   — modlog.example/actions jGQSeU4PyyKvx68HSSX4…AHUAs=
//
// is text (with its final newline), a blank line, and one or more signature
// lines: em dash, blank, key name, blank, base64 of a 4-byte key id and the
// signature. What is signed is the text with its final newline.
//
// Nothing of a note may be used before Open has found a signature by a known
// key; a line by a known key that fails, and any malformed line, refuses the
// whole note. Limits: kNoteSizeMax bytes, kNoteSignaturesMax signature lines,
// key names of 255 bytes. Pure functions and values, thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/key.h"

namespace modlog {

inline constexpr size_t kNoteSizeMax = 1 << 20;
inline constexpr size_t kNoteSignaturesMax = 100;

struct NoteSignature {
  std::string name;
  uint32_t key_id;
  std::string signature;  // the bytes after the key id
};

// Note is what ParseNote found; nothing in it is verified.
struct Note {
  std::string text;  // ends with a newline
  std::vector<NoteSignature> signatures;
};

// ParseNote and FormatNote are inverse. kMalformed, kTooLarge.
Result<Note> ParseNote(std::string_view note);
std::string FormatNote(const Note& note);
std::string FormatSignatureLine(const NoteSignature& signature);

// VerifySignature judges one signature by one key over the note's text, as the
// key's type demands. A cosignature's time is returned in `time_s` if given.
// Of type 0x06 it is over the tree that the text states as a checkpoint, with
// nothing else; only the log's own may leave the time out, as 0.
// CanVerify: whether a line by the key can be told to hold or not. Not where
// the key is not can_check(), nor of type 0x06 where extension lines follow,
// which its signers must not sign (c2sp.org/tlog-checkpoint).
bool CanVerify(std::string_view text, const VerifierKey& key);
bool VerifySignature(std::string_view text, const NoteSignature& signature,
                     const VerifierKey& key, uint64_t* time_s = nullptr);

// HasLineBy: whether a line claims to be by the key, by name and id.
bool HasLineBy(const Note& note, const VerifierKey& key);

struct OpenedSignature {
  size_t key;        // position in `keys`
  size_t signature;  // position in note.signatures
  uint64_t time_s;   // of a cosignature; 0 for a plain signature
};
struct OpenedNote {
  Note note;
  std::vector<OpenedSignature> verified;  // at least one; one a key at most
};

// OpenNote parses and verifies. Lines by unknown keys are ignored, and so are
// those that cannot be told to hold or not (CanVerify); a known
// (name, id) that fails refuses the note; no known key at all is kUntrusted.
// A second line by the same key is ignored.
Result<OpenedNote> OpenNote(std::string_view note,
                            std::span<const VerifierKey> keys);

// SignNote signs the text with plain Ed25519 keys.
// REQUIRES: text ends with a newline and is acceptable to ParseNote.
std::string SignNote(std::string_view text, std::span<const SignerKey> keys);

// Cosign makes a cosignature/v1 of the text at a time (seconds, not 0).
// REQUIRES: key.verifier.type is kEd25519Cosignature.
NoteSignature Cosign(std::string_view text, const SignerKey& key,
                     uint64_t time_s);

// SignTree is the log's own signature of type 0x06 over a checkpoint: the key's
// name is the origin, and the time 0. REQUIRES: a text by FormatCheckpoint, of
// that origin.
NoteSignature SignTree(std::string_view text, const MlDsaSignerKey& key);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_NOTE_H_
