#ifndef MODLOG_LOG_RULES_ACTION_BYTES_H_
#define MODLOG_LOG_RULES_ACTION_BYTES_H_

// An action as bytes: its one encoding, and what identifies it. Pure functions,
// thread-safe.

#include <string>
#include <string_view>

#include "modlog/v1/action.pb.h"
#include "verifier/core/result.h"
#include "verifier/core/sha256.h"

namespace modlog {

// PuidKey is the identity of a submission: SHA-256(platform || 0 || puid).
Hash PuidKey(std::string_view platform, std::string_view puid);

// EncodeAction returns the canonical bytes of a message: what a client that
// sends plain messages is answered with. Unknown fields are dropped by nobody:
// Admit will refuse them.
std::string EncodeAction(const v1::Action& action);

// What identifies an action that was admitted.
struct ActionIdentity {
  std::string puid;
  int kind;
};
// IdentityOf reads it. kCorrupt.
Result<ActionIdentity> IdentityOf(std::string_view action);

// EncodeTo is EncodeAction into a string that is used again, of a message whose
// sizes are known (ByteSizeLong).
void EncodeTo(const v1::Action& action, std::string* out);

}  // namespace modlog

#endif  // MODLOG_LOG_RULES_ACTION_BYTES_H_
