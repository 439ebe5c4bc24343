#include "verifier/rules/writers.h"

#include "verifier/rules/kind_table.h"

namespace modlog {
namespace {

constexpr KindList kOfTheLog = {v1::KIND_PAYLOAD_ERASED, v1::KIND_LEAF_REDACTED,
                                v1::KIND_SUCCESSION};

}  // namespace

std::optional<Finding> JudgeWriter(uint64_t entry, int kind,
                                   std::string_view platform) {
  if (kOfTheLog.Has(kind) == platform.empty()) return std::nullopt;
  if (platform.empty()) {
    return Finding{kRuleKinds, entry,
                   "is a " + KindName(kind) +
                       " without a platform, and only erasures, redactions and "
                       "successions are the log's own"};
  }
  // The rule "removals" asks whose payload it is. Of one's own it says what the
  // log may say, and hides nothing.
  const bool erases = kind == v1::KIND_PAYLOAD_ERASED;
  return Finding{kRuleKinds, entry,
                 "is a " + KindName(kind) +
                     " of a platform, and only the log itself writes these",
                 erases ? Severity::kWarning : Severity::kViolation};
}

}  // namespace modlog
