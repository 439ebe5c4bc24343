// Law: a policy that is read, written out plainly and read again is the same;
// its quorum is reached by all witnesses, by none only if it asks for none, and
// never lost by one more. Inputs up to 16 KiB.

#include "tests/fuzz/fuzzer.h"
#include "verifier/core/policy.h"

namespace modlog {
namespace {

std::string NameOf(const Policy& policy, const PolicyMember& member) {
  return member.is_group ? policy.groups.at(member.position).name
                         : policy.witnesses.at(member.position).name;
}

// Members stand above their group, so that witnesses go first and groups in
// order.
std::string Render(const Policy& policy) {
  std::string out;
  for (const PolicyLog& log : policy.logs) {
    out += "log " + FormatVerifierKey(log.key) + " " + log.url + "\n";
  }
  for (const PolicyWitness& witness : policy.witnesses) {
    out += "witness " + witness.name + " " + FormatVerifierKey(witness.key) +
           " " + witness.url + "\n";
  }
  for (const PolicyGroup& group : policy.groups) {
    out += "group " + group.name + " " + std::to_string(group.threshold);
    for (const PolicyMember& member : group.members) {
      out += " " + NameOf(policy, member);
    }
    out += "\n";
  }
  return out + "quorum " +
         (policy.quorum_none ? "none" : NameOf(policy, policy.quorum)) + "\n";
}

void CheckQuorum(const Policy& policy) {
  std::vector<bool> cosigned(policy.witnesses.size());
  bool before = QuorumReached(policy, cosigned);
  MODLOG_CHECK(before == policy.quorum_none, "nobody is no quorum");
  for (size_t i = 0; i < cosigned.size(); ++i) {
    cosigned[i] = true;
    const bool after = QuorumReached(policy, cosigned);
    MODLOG_CHECK(after || !before, "one more witness loses no quorum");
    before = after;
  }
  MODLOG_CHECK(before, "all witnesses are a quorum");
}

}  // namespace

MODLOG_FUZZER(policy) {
  if (size > 16 << 10) return -1;
  const auto policy = ParsePolicy(AsText(Bytes(data, size)));
  if (!policy) return 0;
  for (const PolicyGroup& group : policy->groups) {
    MODLOG_CHECK(
        group.threshold >= 1 && group.threshold <= group.members.size(),
        "a threshold is 1..n");
  }
  CheckQuorum(*policy);
  const std::string plain = Render(*policy);
  const auto again = ParsePolicy(plain);
  MODLOG_CHECK(again && Render(*again) == plain, "a policy survives rewriting");
  return 0;
}

}  // namespace modlog
