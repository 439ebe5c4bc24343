#ifndef MODLOG_VERIFIER_RULES_AUDITED_SUCCESSION_H_
#define MODLOG_VERIFIER_RULES_AUDITED_SUCCESSION_H_

// The rule "succession": a log that says by whom it is succeeded has ended, so
// that no entry follows; one that says whom it succeeds begins with that. Not
// thread-safe.

#include <optional>
#include <string>
#include <utility>

#include "modlog/v1/action.pb.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/rules.h"

namespace modlog {

class SuccessionRule {
 public:
  // `origin` is the log's.
  explicit SuccessionRule(std::string origin) : origin_(std::move(origin)) {}

  // `platform` is the name of who wrote the entry; the puid is fixed, too.
  void Take(uint64_t entry, const std::string& platform,
            const v1::Action& action, Findings* findings);

  // Finish judges against the size of the log, and tells what was said.
  void Finish(uint64_t size, Findings* findings, RecordSummary* summary) const;

 private:
  std::string origin_;
  std::optional<NamedLog> succeeded_by_;
  std::optional<NamedLog> succeeds_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_AUDITED_SUCCESSION_H_
