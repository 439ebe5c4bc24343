#ifndef MODLOG_TESTS_AGREEMENT_JUDGING_H_
#define MODLOG_TESTS_AGREEMENT_JUDGING_H_

// The auditor's rules, both passes, over entries that lie in memory: what was
// published, or what somebody would have published past every rule of the log.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "verifier/core/sha256.h"
#include "verifier/rules/rules.h"

namespace modlog {

// An entry as it stands, or stood, in the tree.
struct PublishedEntry {
  std::string leaf;
  bool gone = false;  // its bytes are served no more
};

// Entries with nothing between them. The rest of the log is of others.
struct Stretch {
  uint64_t first = 0;
  std::vector<PublishedEntry> entries;
  uint64_t end() const { return first + entries.size(); }
};

// JudgeRecord judges the stretches, which ascend, as one log of this origin;
// what the auditor finds, as far as Findings keeps it.
std::vector<Finding> JudgeRecord(const std::string& origin,
                                 std::span<const Stretch> stretches);

// The first violation within [begin, end), or null.
const Finding* ViolationWithin(std::span<const Finding> findings,
                               uint64_t begin, uint64_t end);

}  // namespace modlog

#endif  // MODLOG_TESTS_AGREEMENT_JUDGING_H_
