#ifndef MODLOG_API_CLIENT_ANSWER_CHECK_H_
#define MODLOG_API_CLIENT_ANSWER_CHECK_H_

// Judges what a log answers to an append, before anybody is told of it: the
// entry header decodes and names the platform, the signed head covers the
// index, an inclusion path leads to its root, and heads only grow.

#include <cstdint>
#include <string>
#include <string_view>

#include "modlog/v1/log.pb.h"
#include "verifier/core/policy.h"

namespace modlog {

enum class AppendOutcome { kLogged, kDuplicate, kConflict, kRefused };

// What became of one action.
struct CheckedItem {
  AppendOutcome outcome = AppendOutcome::kRefused;
  uint64_t index = 0;   // logged, duplicate, conflict
  Hash leaf_hash = {};  // logged, duplicate: computed; conflict: as told
  std::string error;    // conflict, refused: in words, with the field
  std::vector<std::string> warnings = {};  // logged: "field: rule"
};

// CheckItem judges one item's answer. kMalformed or kBadProof where the log
// broke its word; that a rule refused the item is an answer.
Result<CheckedItem> CheckItem(std::string_view platform,
                              std::string_view action,
                              const v1::ItemResult& result,
                              const TreeHead& head);

// CheckSeal checks the answer for the seal over a batch: as CheckItem does,
// that it stands. kMalformed where it does not.
Result<CheckedItem> CheckSeal(std::string_view platform, std::string_view seal,
                              const v1::ItemResult& result,
                              const TreeHead& head);

// HeadCheck opens the checkpoints of one log in the order they came.
// Not thread-safe.
class HeadCheck {
 public:
  explicit HeadCheck(const Policy& policy) : policy_(policy) {}

  // Check verifies the signature, and that the tree neither shrank nor changed
  // at the same size: kConflict. (That a larger tree extends a smaller one is
  // the auditor's to prove.) A note equal to the last costs nothing.
  Result<TreeHead> Check(const std::string& checkpoint);

 private:
  const Policy& policy_;
  std::string last_note_;
  TreeHead last_;
};

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_ANSWER_CHECK_H_
