#ifndef MODLOG_VERIFIER_WATCH_PROBLEM_H_
#define MODLOG_VERIFIER_WATCH_PROBLEM_H_

// What keeps a look at a log from being "all is well".

#include <string>
#include <vector>

#include "verifier/core/verdict.h"

namespace modlog {

struct Problem {
  Verdict verdict = Verdict::kCannotTell;  // false or cannot tell
  // Whether another look could not change it: two signed checkpoints stay a
  // contradiction, but a page that is none may be a proxy's.
  bool certain = false;
  std::string place;  // "w1", "entry 17", "checkpoint"; may be empty
  std::string reason;
  std::string evidence;  // path of a file, or empty
};

struct Settled {
  Verdict verdict = Verdict::kTrue;
  bool look_again = false;  // the next look tells
  bool suspected = false;   // to be given to the next look
};

// Settle makes what looks false and is not certain "cannot tell", unless the
// look before had something of the kind, and returns the worst. Pure.
Settled Settle(bool suspected_before, std::vector<Problem>* problems);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_PROBLEM_H_
