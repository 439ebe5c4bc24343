#ifndef MODLOG_VERIFIER_CORE_POLICY_H_
#define MODLOG_VERIFIER_CORE_POLICY_H_

// Whom a verifier trusts: https://c2sp.org/tlog-policy. An example:
//
//   log modlog.example/actions+8c641279+AQOh…VTG4 https://modlog.example/
//   witness w1 witness.example/w1+20324abe+BCms…m3X https://witness.example/
//   witness w2 witness.other/w2+… https://witness.other/
//   group both all w1 w2
//   quorum both
//
// The identity of a log comes from here, never from an answer: the judge needs
// bytes, keys and a policy and nothing else (I9). A quorum counts keys. Limits:
// kPolicySizeMax bytes. Immutable after parsing, thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/checkpoint.h"
#include "verifier/core/note.h"

namespace modlog {

inline constexpr size_t kPolicySizeMax = 1 << 20;

struct PolicyLog {
  VerifierKey key;  // its name is the log's origin
  std::string url;  // may be empty
};
struct PolicyWitness {
  std::string name;
  VerifierKey key;
  std::string url;
};
// A member is a witness (an index into witnesses) or an earlier group.
struct PolicyMember {
  bool is_group;
  size_t position;
};
struct PolicyGroup {
  std::string name;
  uint32_t threshold;  // 1..members.size()
  std::vector<PolicyMember> members;
};

struct Policy {
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  bool quorum_none = true;
  PolicyMember quorum = {};  // where !quorum_none
};

// ParsePolicy: kMalformed with the line number; kUntrusted for a weak key. A
// key that this machine or this version cannot check (ParseAnyVerifierKey) is
// taken, and counts as one that did not sign.
Result<Policy> ParsePolicy(std::string_view text);

// CheckKeysCheckable: kUntrusted if a key cannot be checked here. For a log:
// one that waits for witnesses has to know when they signed.
Result<void> CheckKeysCheckable(const Policy& policy);

// Uncheckable says in words why a key of the policy's log cannot tell.
std::string Uncheckable(const VerifierKey& key);

// FormatPolicy writes what ParsePolicy reads back as the same policy.
std::string FormatPolicy(const Policy& policy);

// QuorumReached: `cosigned[i]` says whether witnesses[i] cosigned.
bool QuorumReached(const Policy& policy, const std::vector<bool>& cosigned);

struct Cosigned {
  size_t witness;   // position in policy.witnesses
  uint64_t time_s;  // seconds since the epoch
};
struct TrustedCheckpoint {
  Checkpoint checkpoint;
  size_t log;                       // position in policy.logs
  std::vector<Cosigned> cosigners;  // every witness whose line verified
  bool quorum;                      // true where the policy asks for none
};

// OpenCheckpoint verifies a checkpoint note under a policy: signed by a listed
// log whose key name is the checkpoint's origin. A quorum that is not reached
// is a fact in the answer, not an error: what it means is the caller's to say.
// kMalformed, or kUntrusted for a failing signature by a known key; kNotFound
// when the origin is none of the policy's logs, or no line claims to be by a
// key that the policy has of it; kUnavailable where no key of the log by which
// it may be signed can be checked.
Result<TrustedCheckpoint> OpenCheckpoint(std::string_view note,
                                         const Policy& policy);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_CORE_POLICY_H_
