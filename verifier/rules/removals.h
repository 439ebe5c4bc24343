#ifndef MODLOG_VERIFIER_RULES_REMOVALS_H_
#define MODLOG_VERIFIER_RULES_REMOVALS_H_

// The rule "removals": whose bytes are not there is named by one LEAF_REDACTED
// entry, with the hash that the tree has for it; an erased payload was
// committed to. Only the log itself redacts: what a platform says of it
// explains no entry. An erasure is the log's own as well; of a platform, and of
// its own entry, it is a warning (writers.h), of another's a violation.
//
// Both kinds name entries by index. The first pass collects what they name, the
// second looks at it. Thread-safe once collected.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "modlog/v1/action.pb.h"
#include "verifier/core/sha256.h"
#include "verifier/rules/record_facts.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/rules.h"

namespace modlog {

// A redaction, by the entry that it names.
struct RedactionSeen {
  uint64_t entry = 0;  // of LEAF_REDACTED
  int basis = 0;
  Hash leaf_hash = {};
  Hash action_hash = {};
};

// An entry under the eyes of the second pass.
struct RemovalTarget {
  uint64_t entry = 0;
  const Hash* leaf_hash = nullptr;  // as in the tree
  // Where its bytes are there:
  bool is_seal = false;
  std::string_view platform;
  const v1::Action* action = nullptr;
  std::string_view action_bytes;
};

class Removals {
 public:
  // Called in the first pass, in order.
  void TakeErased(uint64_t entry, const PlatformId& platform,
                  const v1::Action& action, PlatformFigures* figures,
                  Findings* findings);
  void TakeRedacted(uint64_t entry, const v1::Action& action,
                    PlatformFigures* figures, Findings* findings);
  void TakeMissing(uint64_t entry) { missing_.push_back(entry); }

  void Finish();  // nothing more is collected

  const std::vector<uint64_t>& missing() const { return missing_; }
  // Those, and what redactions name, ascending.
  std::vector<uint64_t> Doubtful() const;
  // Missing entries that no redaction names.
  std::vector<uint64_t> Unexplained() const;
  const RedactionSeen* RedactionOf(uint64_t entry) const;

  bool any() const {
    return !erased_.empty() || !redactions_.empty() || !missing_.empty();
  }
  // Concerns: whether Judge has anything to say of an entry.
  bool Concerns(uint64_t entry) const;
  std::vector<Finding> Judge(const RemovalTarget& target) const;

  // The redacted entries whose bytes are not there.
  std::vector<RedactedLeaf> RedactedLeaves() const;
  // When the payload of an entry was erased: the tags, empty for all of them;
  // null if it was not.
  struct ErasedPayload {
    uint64_t target = 0;
    uint64_t entry = 0;  // of PAYLOAD_ERASED
    PlatformId platform = {};
    uint32_t tags = 0;  // bits; 0: all
  };
  // Every erasure of an entry's payload.
  std::vector<ErasedPayload> ErasuresOf(uint64_t entry) const;

 private:
  std::vector<ErasedPayload> erased_;  // by target, once finished
  std::map<uint64_t, RedactionSeen> redactions_;
  std::vector<uint64_t> missing_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_REMOVALS_H_
