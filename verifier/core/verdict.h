#ifndef MODLOG_VERIFIER_CORE_VERDICT_H_
#define MODLOG_VERIFIER_CORE_VERDICT_H_

// What a judgement may come to. The values are the exit statuses.
//
//   0  true         proved
//   1  false        proved false: what was claimed is refuted by bytes that are
//                   whole. It accuses somebody, so that nothing counts which an
//                   honest log, copy, proxy, mail program, newer version or
//                   missing library could bring about. Every way to it has a
//                   Cause, and docs/verifying.md says of each why it is proof
//   2  cannot tell  everything else: unreadable, cut off or missing bytes,
//                   arguments, network, missing state, unknown origin or key, a
//                   quorum of witnesses not reached

#include <optional>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

enum class Verdict { kTrue = 0, kFalse = 1, kCannotTell = 2 };

// Why something is proved false. docs/verifying.md, "What proves a falsehood",
// has a row for each, by its name; a test holds the two against each other.
enum class Cause {
  kSignature,   // a line by a known key is not that key's signature of the text
  kPath,        // a whole proof leads to another root than the one given
  kHash,        // whole bytes of a tile or an entry have another hash
  kHistory,     // two signed heads of one log exclude each other
  kEmptied,     // an entry's bytes were taken out, and nothing says why
  kWithdrawn,   // the log serves less than it published
  kRule,        // entries that the log signed break a rule of the record
  kStrict,      // a warning, and the caller asked for none
  kOpening,     // what is opened is not what the entry committed to
  kSeal,        // a seal that does not cover the entry, or is not by its key
  kHandle,      // handles that the key did not make, or the entry does not bear
  kSuccession,  // two logs say different things of how one follows the other
  kNoFork,      // two checkpoints that prove no fork
};

// FalseBy is the only way to state kFalse.
constexpr Verdict FalseBy(Cause /*why*/) { return Verdict::kFalse; }

// VerdictName returns "true", "false" or "cannot tell".
inline std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kTrue:
      return "true";
    case Verdict::kFalse:
      return "false";
    case Verdict::kCannotTell:
      return "cannot tell";
  }
  return "cannot tell";
}

// Worse joins two verdicts: a proved falsehood outweighs a doubt, because it
// stays proved whatever the doubtful part turns out to be.
inline Verdict Worse(Verdict a, Verdict b) {
  if (a == Verdict::kFalse || b == Verdict::kFalse) return Verdict::kFalse;
  return a == Verdict::kTrue ? b : a;
}

// CauseOf says what an error in judging the log's bytes proves, if anything.
// What does not parse, is too large or is not there proves nothing: a page of
// somebody else, a download that was cut, a pruned log look the same.
inline std::optional<Cause> CauseOf(Code code) {
  switch (code) {
    case Code::kUntrusted:
      return Cause::kSignature;
    case Code::kBadProof:
    case Code::kOutOfRange:
      return Cause::kHash;
    case Code::kConflict:
      return Cause::kHistory;
    case Code::kCorrupt:
      return Cause::kEmptied;
    case Code::kMalformed:
    case Code::kTooLarge:
    case Code::kAlreadyExists:
    case Code::kForbidden:
    case Code::kNotFound:
    case Code::kExhausted:
    case Code::kUnavailable:
    case Code::kOutcomeUnknown:
    case Code::kClock:
      return std::nullopt;
  }
  return std::nullopt;
}

inline Verdict VerdictOf(Code code) {
  const std::optional<Cause> cause = CauseOf(code);
  return cause ? FalseBy(*cause) : Verdict::kCannotTell;
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_VERDICT_H_
