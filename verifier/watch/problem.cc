#include "verifier/watch/problem.h"

namespace modlog {

Settled Settle(bool suspected_before, std::vector<Problem>* problems) {
  Settled settled;
  for (Problem& problem : *problems) {
    if (problem.verdict == Verdict::kFalse && !problem.certain) {
      settled.suspected = true;
      if (!suspected_before) {
        problem.verdict = Verdict::kCannotTell;
        settled.look_again = true;
      }
    }
    settled.verdict = Worse(settled.verdict, problem.verdict);
  }
  return settled;
}

}  // namespace modlog
