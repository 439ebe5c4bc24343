#ifndef MODLOG_VERIFIER_RULES_UNIQUE_PUID_H_
#define MODLOG_VERIFIER_RULES_UNIQUE_PUID_H_

// The rule "unique_puid": (platform, puid) is the identity of a submission, for
// ever, so no two entries bear the same.
//
// In bounded memory, 4 bytes an entry: a first pass over the log keeps the
// beginning of each entry's key and finds those that occur twice, which may be
// duplicates or chance (some 18 pairs in 100 million entries); a second pass
// compares the whole keys of those. Not thread-safe.

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "verifier/rules/key_prefixes.h"
#include "verifier/rules/rules.h"

namespace modlog {

class UniquePuidRule {
 public:
  // Beyond so many the log is beyond help: the rest is not named.
  static constexpr size_t kRepeatedMax = 1'000'000;

  // `repeated` is what KeyPrefixes found over the same entries.
  explicit UniquePuidRule(const std::vector<uint64_t>& repeated)
      : repeated_(repeated.begin(), repeated.end()) {}

  // Concerns: whether the entry has to be taken. Thread-safe beside others.
  bool Concerns(const Hash& key) const {
    return !repeated_.empty() && repeated_.contains(KeyPrefixes::Of(key));
  }
  bool any() const { return !repeated_.empty(); }

  void Take(uint64_t entry, const Hash& key, Findings* findings);

 private:
  struct KeyHash {
    size_t operator()(const Hash& key) const {
      return static_cast<size_t>(KeyPrefixes::Of(key));
    }
  };
  std::unordered_set<uint64_t> repeated_;
  std::unordered_map<Hash, uint64_t, KeyHash> first_entry_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_UNIQUE_PUID_H_
