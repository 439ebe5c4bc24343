#ifndef MODLOG_TESTS_AGREEMENT_BOTH_H_
#define MODLOG_TESTS_AGREEMENT_BOTH_H_

// One entry alone, before the door of the log and before the judge, who share
// no rule.

#include <string>
#include <vector>

#include "log/write/admission.h"
#include "verifier/rules/rules.h"

namespace modlog {

inline constexpr char kAgreementOrigin[] = "agreement.example/log";

struct Agreement {
  std::vector<Violation> refusals;
  std::vector<Finding> findings;

  bool admitted() const { return refusals.empty(); }
  bool violates() const;
  // A later version may have written it, the judge says.
  bool unjudged() const;
  bool warns() const { return !findings.empty() && !violates(); }
};

// AskBoth asks at kRecordTimeMs (tests/audit/record_log.h). An empty platform
// is the log itself.
Agreement AskBoth(const std::string& platform, const std::string& action);

// Words says what the action is and what each of them said.
std::string Words(const Agreement& both, const std::string& action);

}  // namespace modlog

#endif  // MODLOG_TESTS_AGREEMENT_BOTH_H_
