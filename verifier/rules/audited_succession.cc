#include "verifier/rules/audited_succession.h"

#include "verifier/base/words.h"

namespace modlog {

// The first entry that ends the log counts; what comes behind it is found by
// Finish.
void SuccessionRule::Take(uint64_t entry, const std::string& platform,
                          const v1::Action& action, Findings* findings) {
  const v1::Succession& succession = action.succession();
  if (!platform.empty()) {
    findings->Add(
        {kRuleSuccession, entry,
         "is a platform's, and only the log itself can be succeeded"});
    return;
  }
  const bool ends = succession.op() == v1::SUCCESSION_OP_SUCCEEDED_BY;
  if (action.puid() != (ends ? "succeeded-by" : "succeeds")) {
    findings->Add({kRuleSuccession, entry,
                   std::string("does not bear the puid ") +
                       (ends ? "succeeded-by" : "succeeds")});
  }
  if (succession.log().starts_with(origin_ + "+")) {
    findings->Add({kRuleSuccession, entry,
                   "names this log itself, or another key of its origin"});
    return;
  }
  NamedLog named{.entry = entry,
                 .vkey = succession.log(),
                 .size = succession.size(),
                 .root = succession.root()};
  if (ends) {
    if (!succeeded_by_) succeeded_by_ = std::move(named);
    return;
  }
  if (entry == 0) {
    succeeds_ = std::move(named);
  } else {
    findings->Add({kRuleSuccession, entry,
                   "says whom the log succeeds, and is not its first entry"});
  }
}

void SuccessionRule::Finish(uint64_t size, Findings* findings,
                            RecordSummary* summary) const {
  summary->succeeded_by = succeeded_by_;
  summary->succeeds = succeeds_;
  if (!succeeded_by_ || succeeded_by_->entry + 1 == size) return;
  findings->Add({kRuleSuccession, succeeded_by_->entry + 1,
                 "follows entry " + std::to_string(succeeded_by_->entry) +
                     ", with which the log had ended"});
}

}  // namespace modlog
