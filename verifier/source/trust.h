#ifndef MODLOG_VERIFIER_SOURCE_TRUST_H_
#define MODLOG_VERIFIER_SOURCE_TRUST_H_

// Opening a checkpoint under a policy, and what its refusal proves.
// Pure functions, thread-safe.

#include <string_view>

#include "verifier/core/policy.h"

namespace modlog {

// Sharpened returns the error with which OpenCheckpoint refused `note`, except
// that an unknown origin (kNotFound, about which nothing can be told) becomes a
// failing signature (kUntrusted) where a signature line claims to be by a log
// of the policy and is not over this text: so a checkpoint whose origin was
// altered is false, not unknown.
Error Sharpened(Error error, std::string_view note, const Policy& policy);

// OpenSharply is OpenCheckpoint with sharpened errors.
Result<TrustedCheckpoint> OpenSharply(std::string_view note,
                                      const Policy& policy);

// CheckLogOfAddress: kNotFound where the policy says that another log than this
// one is at this address, however either spells it (host in another case, the
// scheme's own port, slashes at the end). A log that the policy trusts as well
// is not it: or one could hide behind the other.
Result<void> CheckLogOfAddress(std::string_view address,
                               std::string_view origin, const Policy& policy);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_TRUST_H_
