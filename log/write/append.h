#ifndef MODLOG_LOG_WRITE_APPEND_H_
#define MODLOG_LOG_WRITE_APPEND_H_

// What is appended together, and what becomes of it. Plain values.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/rules/limits.h"
#include "log/rules/violation.h"
#include "log/write/signed_head.h"
#include "verifier/core/result.h"
#include "verifier/core/sha256.h"

namespace modlog {

enum class Atomicity { kAllOrNothing, kPerItem };

// AppendGroup is what one caller appends at once, for one platform. All new
// items of a group get one logged_at and ascending indexes.
// The bytes viewed must stay alive until the answer is given.
struct AppendGroup {
  std::string platform;
  std::vector<std::string_view> actions;  // canonical bytes, 1..kGroupItemsMax
  // Encoded payloads: none, or as many as actions; an empty one is none.
  std::vector<std::string_view> payloads = {};
  // A canonical Seal of the platform over exactly these items, or empty; then
  // all or nothing, and the seal's entry follows theirs.
  std::string_view seal = {};
  Atomicity atomicity = Atomicity::kPerItem;
  bool with_proofs = false;
  // Whether whoever sent it showed the platform's token or the operator's: only
  // then it may speak of the platform's keys.
  bool authenticated = false;
  // Showed the operator's, who may give a platform another key.
  bool by_operator = false;
  // Written by this program and by no caller: then there may be no platform,
  // and kinds that the log alone writes are taken.
  bool by_log = false;
  // Of the log's own, to end it: where the newest entry is of the future it
  // gets that one's time.
  bool anyhow = false;
  // The same, and nothing is taken after it.
  bool last = false;
};

struct ItemResult {
  enum class Outcome {
    kLogged,     // new entry
    kDuplicate,  // these bytes stand there already
    kConflict,   // other bytes stand there under this puid
    kRefused,    // violations says why
    kNotTried,   // all or nothing, and another item failed
  };
  Outcome outcome = Outcome::kNotTried;
  uint64_t index = 0;                 // logged, duplicate, conflict
  int64_t logged_at_ms = 0;           // logged, duplicate
  Hash leaf_hash = {};                // logged, duplicate, conflict
  std::vector<Hash> inclusion_path;   // logged, duplicate, if asked for
  std::vector<Violation> violations;  // refused
  // Logged. Of a copied record: what would have refused the platform's own. Of
  // a bulk correction: that it makes one of two codes (bulk_rules.h).
  std::vector<Violation> warnings = {};
};

// What became of a group's seal. Refused for itself, it says what the next seal
// of the platform has to say, and which items it must leave out.
struct SealResult {
  ItemResult item;  // logged, duplicate, refused, not tried
  uint64_t before = 0;
  std::optional<Hash> previous = {};
  std::vector<size_t> known = {};  // positions of items that stand already
};

struct AppendAnswer {
  std::vector<ItemResult> items;   // as many as the group has, in order
  std::optional<SealResult> seal;  // where the group has one
  // The newest signed head; it covers every logged and duplicate item.
  std::shared_ptr<const SignedHead> head;
};

// Called exactly once, from the sequencer's thread or, for a group refused at
// the door, from the caller's. Must not block. An Error means that nothing of
// the group was appended, unless its code is kOutcomeUnknown: then the same
// bytes may be sent again later.
using AppendDone = std::move_only_function<void(Result<AppendAnswer>)>;

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_APPEND_H_
