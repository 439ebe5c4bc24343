#include "verifier/evidence/fork.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "verifier/base/damage.h"
#include "verifier/base/lines.h"
#include "verifier/base/words.h"
#include "verifier/core/checkpoint.h"

namespace modlog {
namespace {

// ---- judging

struct Signed {
  Checkpoint checkpoint;
  std::string note;
};

Result<Signed> ReadSigned(const char* key, const std::string& note) {
  const auto parsed = ParseNote(note);
  if (!parsed) return Prefixed(key, parsed.error());
  auto checkpoint = ParseExtensibleCheckpoint(parsed->text);
  if (!checkpoint) return Prefixed(key, checkpoint.error());
  return Signed{*std::move(checkpoint), note};
}

// What stands in the file, the smaller one first.
struct Pair {
  Signed smaller;
  Signed larger;
  std::vector<Hash> proof;
};

Result<Pair> ReadPair(std::string_view evidence) {
  ASSIGN_OR_RETURN(const Contradiction read, ParseContradiction(evidence));
  ASSIGN_OR_RETURN(Signed before, ReadSigned("note_before", read.note_before));
  ASSIGN_OR_RETURN(Signed now, ReadSigned("note_now", read.note_now));
  if (before.checkpoint.tree.size > now.checkpoint.tree.size) {
    std::swap(before, now);
  }
  return Pair{std::move(before), std::move(now), read.proof};
}

// The keys that a policy has of one log. kNotFound if there are none.
Result<std::vector<VerifierKey>> KeysOf(const std::string& origin,
                                        const Policy& policy) {
  std::vector<VerifierKey> keys;
  for (const PolicyLog& log : policy.logs) {
    if (log.key.name == origin) keys.push_back(log.key);
  }
  if (!keys.empty()) return keys;
  return Fail(Code::kNotFound,
              "the policy names no log of the origin " + Quoted(origin));
}

bool IsSignedBy(const Signed& checkpoint, const VerifierKey& key) {
  return OpenNote(checkpoint.note, std::span(&key, 1)).has_value();
}

Result<VerifierKey> SignerOf(const Signed& checkpoint,
                             const std::vector<VerifierKey>& keys) {
  for (const VerifierKey& key : keys) {
    if (IsSignedBy(checkpoint, key)) return key;
  }
  const auto parsed = ParseNote(checkpoint.note);
  for (const VerifierKey& key : keys) {
    if (parsed && HasLineBy(*parsed, key) && !CanVerify(parsed->text, key)) {
      return Fail(Code::kUnavailable, Uncheckable(key));
    }
  }
  // A line that claims to be by one of the keys is forged; without one the log
  // may have signed with a key that the policy does not know.
  const bool claims = parsed && std::ranges::any_of(keys, [&](const auto& key) {
                        return HasLineBy(*parsed, key);
                      });
  return Fail(claims ? Code::kBadProof : Code::kNotFound,
              "no key that the policy has of " +
                  Quoted(checkpoint.checkpoint.origin) +
                  " signed the checkpoint of size " +
                  Grouped(checkpoint.checkpoint.tree.size));
}

struct Signers {
  VerifierKey smaller;
  VerifierKey larger;
};

// A log with two keys must not sign one history with each of them. Where one
// key signed both, that one.
Result<Signers> SignersOf(const Pair& pair, const Policy& policy) {
  const std::string& origin = pair.smaller.checkpoint.origin;
  if (pair.larger.checkpoint.origin != origin) {
    return Fail(Code::kBadProof,
                "the checkpoints are of two logs: " + Quoted(origin) + " and " +
                    Quoted(pair.larger.checkpoint.origin));
  }
  ASSIGN_OR_RETURN(const std::vector<VerifierKey> keys, KeysOf(origin, policy));
  for (const VerifierKey& key : keys) {
    if (IsSignedBy(pair.smaller, key) && IsSignedBy(pair.larger, key)) {
      return Signers{key, key};
    }
  }
  ASSIGN_OR_RETURN(const VerifierKey smaller, SignerOf(pair.smaller, keys));
  ASSIGN_OR_RETURN(const VerifierKey larger, SignerOf(pair.larger, keys));
  return Signers{smaller, larger};
}

// The root that the larger tree had at the smaller size.
Result<Hash> OtherRoot(const TreeHead& smaller, const TreeHead& larger,
                       std::span<const Hash> proof) {
  if (smaller.size == larger.size) {
    if (proof.empty()) return larger.root;
    return Fail(Code::kBadProof, "checkpoints of one size have no proof");
  }
  if (smaller.size == 0) {
    return Fail(Code::kBadProof, "every log begins with the empty tree");
  }
  ASSIGN_OR_RETURN(const GrowthRoots roots,
                   FollowGrowth(smaller.size, larger.size, proof));
  if (roots.newer == larger.root) return roots.older;
  return Fail(Code::kBadProof, "the proof does not lead to the root at size " +
                                   Grouped(larger.size));
}

Result<Hash> OtherRootOfFork(const TreeHead& smaller, const TreeHead& larger,
                             std::span<const Hash> proof) {
  ASSIGN_OR_RETURN(const Hash other, OtherRoot(smaller, larger, proof));
  if (other != smaller.root) return other;
  return Fail(Code::kBadProof, "no fork: at size " + Grouped(smaller.size) +
                                   " both have the same root");
}

}  // namespace

// "True" accuses a log for good, so both notes must be signed by the same key
// and contradict each other by themselves; anything less is "cannot tell".
ForkReport JudgeFork(std::string_view evidence, const Policy& policy) {
  ForkReport report;
  const auto end = [&report](Verdict verdict, const Error& error) {
    report.verdict = verdict;
    report.reason = error.message;
    return report;
  };
  const auto pair = ReadPair(evidence);
  if (!pair)
    return end(Verdict::kCannotTell, WithDamageWords(pair.error(), evidence));
  const auto keys = SignersOf(*pair, policy);
  if (!keys) {
    const bool is_false = VerdictOf(keys.error().code) == Verdict::kFalse;
    return end(is_false ? FalseBy(Cause::kNoFork) : Verdict::kCannotTell,
               keys.error());
  }
  const TreeHead& smaller = pair->smaller.checkpoint.tree;
  const TreeHead& larger = pair->larger.checkpoint.tree;
  const auto other = OtherRootOfFork(smaller, larger, pair->proof);
  if (!other) return end(FalseBy(Cause::kNoFork), other.error());
  return {.verdict = Verdict::kTrue,
          .reason = "",
          .origin = pair->smaller.checkpoint.origin,
          .log_key = FormatVerifierKey(keys->smaller),
          .larger_log_key = FormatVerifierKey(keys->larger),
          .smaller = smaller,
          .larger = larger,
          .other_root = *other};
}

std::string FormatFork(const ForkReport& report) {
  Lines lines;
  if (report.verdict != Verdict::kTrue) {
    const bool is_false = report.verdict == Verdict::kFalse;
    lines.Head("verdict: " + std::string(VerdictName(report.verdict)) +
               (is_false ? ": this proves no fork: " : ": ") + report.reason);
    return lines.Take();
  }
  lines.Head("verdict: true: this log signed two histories");
  lines.Add("log", Quoted(report.origin));
  lines.Add("signed by", report.log_key);
  if (report.larger_log_key != report.log_key) {
    lines.Add("and by", report.larger_log_key);
  }
  lines.Add("at size", Grouped(report.smaller.size));
  lines.Add("  it signed the root", HashText(report.smaller.root));
  lines.Add("  and had the root", HashText(report.other_root));
  lines.Add("in its tree of size", Grouped(report.larger.size));
  lines.Add("  signed too, root", HashText(report.larger.root));
  return lines.Take();
}

std::string FormatForkJson(const ForkReport& report) {
  nlohmann::ordered_json json = {
      {"verdict", VerdictName(report.verdict)},
      {"exit_status", static_cast<int>(report.verdict)},
      {"reason", report.reason}};
  if (report.verdict == Verdict::kTrue) {
    json["origin"] = report.origin;
    json["log_key"] = report.log_key;
    json["larger_log_key"] = report.larger_log_key;
    json["size"] = report.smaller.size;
    json["root"] = HashText(report.smaller.root);
    json["other_root"] = HashText(report.other_root);
    json["larger_size"] = report.larger.size;
    json["larger_root"] = HashText(report.larger.root);
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<std::vector<Hash>> ProveFork(const TreeHead& smaller,
                                    const TreeHead& larger,
                                    const NodeReader& read) {
  std::vector<Hash> proof;
  if (smaller.size != larger.size) {
    ASSIGN_OR_RETURN(proof, ProveGrowth(smaller.size, larger.size, read));
  }
  const auto other = OtherRootOfFork(smaller, larger, proof);
  if (!other) return std::unexpected(other.error());
  return proof;
}

std::string UnkeptEvidence(const std::string& evidence) {
  return "modlog-verify: keep what follows in a file, for modlog-verify "
         "fork:\n" +
         evidence;
}

}  // namespace modlog
