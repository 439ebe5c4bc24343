#ifndef MODLOG_VERIFIER_AUDIT_RULES_ENCODING_H_
#define MODLOG_VERIFIER_AUDIT_RULES_ENCODING_H_

// The rule "encoding": an entry is 1..kLeafSizeMax bytes, decodes as a
// canonical Entry, and its action parses without unknown fields and encodes to
// the same bytes again. Thread-safe.

#include <span>

#include "verifier/audit/rules/rules.h"

namespace modlog {

// ReadFacts reads verified entries; one that breaks the rule leaves a finding
// and no facts.
BundleFacts ReadFacts(uint64_t first_entry, std::span<const Bytes> entries);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_ENCODING_H_
