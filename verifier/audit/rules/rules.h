#ifndef MODLOG_VERIFIER_AUDIT_RULES_RULES_H_
#define MODLOG_VERIFIER_AUDIT_RULES_RULES_H_

// What the rules of the record need to know of each entry, and what they find.
//
// Reading an entry is the costly part and needs no other entry: it is done in
// parallel and leaves a few facts (encoding.h). The rules proper take the facts
// one entry after the other.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/sha256.h"

namespace modlog {

// A violation: an entry that is in the log, but should not be as it is.
struct Finding {
  std::string_view rule;  // "encoding"; a literal
  uint64_t entry;
  std::string what;
};

struct EntryFacts {
  uint64_t entry = 0;
  int64_t logged_at_ms = 0;
  Hash puid_key = {};  // SHA-256(platform || 0 || puid)
};

struct BundleFacts {
  std::vector<EntryFacts> entries;  // those that could be read
  std::vector<Finding> findings;
};

// Findings counts them all and keeps the first ones of each rule.
class Findings {
 public:
  static constexpr uint64_t kKeptPerRule = 20;

  void Add(Finding finding) {
    uint64_t& count = counts_[finding.rule];
    if (++count <= kKeptPerRule) kept_.push_back(std::move(finding));
    ++total_;
  }
  uint64_t total() const { return total_; }
  const std::vector<Finding>& kept() const { return kept_; }
  const std::map<std::string_view, uint64_t>& counts() const { return counts_; }

 private:
  uint64_t total_ = 0;
  std::map<std::string_view, uint64_t> counts_;
  std::vector<Finding> kept_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_RULES_H_
