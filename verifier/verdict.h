#ifndef MODLOG_VERIFIER_VERDICT_H_
#define MODLOG_VERIFIER_VERDICT_H_

// What a judgement may come to. The values are the exit statuses.
//
//   0  true         proved
//   1  false        proved false: a signature, proof, hash or encoding of what
//                   the log supplied is wrong (unparseable included), a tile
//                   that the checkpoint requires is not there, or the log shows
//                   another history than it did before
//   2  cannot tell  unreadable policy or arguments, network, missing state,
//                   unknown origin, a quorum of witnesses not reached

#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

enum class Verdict { kTrue = 0, kFalse = 1, kCannotTell = 2 };

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

// VerdictOf says what an error in judging the log's bytes proves. kNotFound is
// an origin that the policy does not know; a tile that is not there is kCorrupt
// by the time it gets here.
inline Verdict VerdictOf(Code code) {
  switch (code) {
    case Code::kMalformed:
    case Code::kTooLarge:
    case Code::kUntrusted:
    case Code::kBadProof:
    case Code::kConflict:
    case Code::kCorrupt:
    case Code::kAlreadyExists:
    case Code::kOutOfRange:
      return Verdict::kFalse;
    case Code::kForbidden:
    case Code::kNotFound:
    case Code::kExhausted:
    case Code::kUnavailable:
    case Code::kClock:
      return Verdict::kCannotTell;
  }
  return Verdict::kCannotTell;
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_VERDICT_H_
