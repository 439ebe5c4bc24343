#ifndef MODLOG_VERIFIER_RULES_AUDITED_SEALS_H_
#define MODLOG_VERIFIER_RULES_AUDITED_SEALS_H_

// The rule "seals": each seal is signed by its platform's key, covers the
// actions that stand right before it, has the RFC 6962 root over them, counts
// all actions of the platform before those, and names the platform's previous
// seal. verifier/core/seal.h says the format.
//
// A redacted action is counted by the action hash of its redaction. Of a seal
// that somebody took out nothing is left that tells it from an action, but the
// platform's next seal, which names it, and the platform itself, which has it:
// so an entry whose bytes are gone right behind actions that no seal covers, of
// a platform that can seal, is a warning. Not thread-safe.

#include <map>
#include <string>
#include <vector>

#include "verifier/core/seal.h"
#include "verifier/rules/keys.h"
#include "verifier/rules/record_summary.h"

namespace modlog {

// An action of a platform that has seals, or one that is missing.
struct SealedAction {
  uint64_t entry = 0;
  std::string platform;  // empty: not known, its bytes are missing
  Hash hash = {};        // HashSealedAction
};

struct SealSeen {
  uint64_t entry = 0;
  std::string platform;
  Seal seal;
  Hash hash = {};         // HashSeal
  bool verifies = false;  // by the key it names, where there is one
};

class SealsRule {
 public:
  explicit SealsRule(const KeysRule* keys) : keys_(keys) {}

  // In log order.
  void TakeAction(const SealedAction& action);
  void TakeSeal(const SealSeen& seal, RecordSummary* summary,
                Findings* findings);
  // Finish adds the warnings.
  void Finish(Findings* findings) const;

 private:
  struct Chain {
    uint64_t covered = 0;  // before + count of the last seal
    uint64_t since = 0;    // actions since
    uint64_t missing = 0;  // missing entries of the log until then
    std::optional<Hash> previous;
  };
  // Actions of one platform with nothing between them.
  struct Run {
    std::string platform;  // empty: not known yet
    uint64_t last = kNever;
    std::vector<Hash> hashes;  // the latest kSealCountMax at least
    size_t unknown = 0;        // of these at the end, whosever they are
  };
  static void Append(const SealedAction& action, Run* run);

  bool CheckCounts(const SealSeen& seen, const Chain& chain,
                   Findings* findings) const;
  bool CheckRoot(const SealSeen& seen, Findings* findings) const;
  bool CheckSignature(const SealSeen& seen, Findings* findings) const;

  const KeysRule* keys_;
  std::map<std::string, Chain> chains_;
  Run run_;
  uint64_t missing_ = 0;
  // Missing entries that may have been a platform's seal, and whose.
  std::map<uint64_t, std::string> perhaps_seals_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_AUDITED_SEALS_H_
