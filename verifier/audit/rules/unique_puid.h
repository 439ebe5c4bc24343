#ifndef MODLOG_VERIFIER_AUDIT_RULES_UNIQUE_PUID_H_
#define MODLOG_VERIFIER_AUDIT_RULES_UNIQUE_PUID_H_

// The rule "unique puid": (platform, puid) is the identity of a submission, for
// ever, so no two entries bear the same.
//
// In bounded memory, 8 bytes an entry, in two passes: the first keeps the
// beginning of each entry's key and finds those that occur twice, which may be
// duplicates or chance (one in 4,000 logs of 100 million entries has such a
// pair); only if there are any, a second pass compares their whole keys and
// learns which entries they are. Not thread-safe.

#include <array>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "verifier/audit/rules/rules.h"

namespace modlog {

class PuidPrefixes {
 public:
  void Take(const EntryFacts& facts);

  // TakeRepeated returns the prefixes that were taken more than once, at most
  // kRepeatedMax of them, and forgets everything.
  static constexpr size_t kRepeatedMax = 1'000'000;
  std::vector<uint64_t> TakeRepeated();

 private:
  // By the first byte of the key: sorting small pieces is quicker, and no
  // single vector ever doubles.
  std::array<std::vector<uint64_t>, 256> prefixes_;
};

class UniquePuidRule {
 public:
  // `repeated` is what PuidPrefixes found over the same entries.
  explicit UniquePuidRule(const std::vector<uint64_t>& repeated);

  void Take(const EntryFacts& facts, Findings* findings);

 private:
  struct KeyHash {
    size_t operator()(const Hash& key) const;
  };
  std::unordered_set<uint64_t> repeated_;
  std::unordered_map<Hash, uint64_t, KeyHash> first_entry_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_RULES_UNIQUE_PUID_H_
