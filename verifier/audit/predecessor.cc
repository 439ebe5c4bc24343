#include "verifier/audit/predecessor.h"

#include <algorithm>
#include <span>

#include "verifier/base/words.h"
#include "verifier/core/note.h"

namespace modlog {
namespace {

constexpr char kFirstEntry[] = "entry 0";

void End(Verdict verdict, std::string place, std::string reason,
         AuditReport* report) {
  report->verdict = verdict;
  report->place = std::move(place);
  report->reason = std::move(reason);
}

std::string NameIn(const std::string& vkey) {
  return vkey.substr(0, vkey.find('+'));
}

// Whether the key that an entry names signed the log at hand. A log may have
// two, and the policy trust the other one.
bool IsSignedBy(const AuditReport& log, const std::string& vkey) {
  if (log.log_key == vkey) return true;
  const auto key = ParseVerifierKey(vkey);
  return key && OpenNote(log.note, std::span(&*key, 1)).has_value();
}

// What the predecessor itself says of how it ended.
void CompareEnds(const AuditReport& predecessor, AuditReport* report) {
  const NamedLog& first = *report->record.succeeds;
  const NamedLog& last = *predecessor.record.succeeded_by;
  const uint64_t size = predecessor.trusted->checkpoint.tree.size;
  const std::string place = "predecessor entry " + std::to_string(last.entry);
  if (NameIn(last.vkey) != NameIn(report->log_key)) {
    return End(FalseBy(Cause::kSuccession), place,
               "names another successor: " + Quoted(last.vkey), report);
  }
  if (!IsSignedBy(*report, last.vkey)) {
    return End(Verdict::kCannotTell, place,
               "names this log by the key " + Quoted(last.vkey) +
                   ", which did not sign the checkpoint at hand as far as can "
                   "be told here",
               report);
  }
  if (first.size != size) {
    return End(FalseBy(Cause::kSuccession), kFirstEntry,
               "says that the predecessor ended with " + Grouped(first.size) +
                   " entries, and it ended with " + Grouped(size),
               report);
  }
  report->record.succeeds->compared = true;
}

// A log whose key was lost cannot name anybody any more.
void WarnOfSilence(bool strict, AuditReport* report) {
  report->findings.Add(
      {kRuleSuccession, 0,
       "the predecessor has no last entry that names this log: the operator's "
       "word alone says that it ended",
       Severity::kWarning});
  if (strict && report->verdict == Verdict::kTrue) {
    End(FalseBy(Cause::kStrict), kFirstEntry,
        "1 warning, and --strict asks for none", report);
  }
}

// The largest tree of the predecessor that is known to have been signed.
uint64_t KnownSize(const AuditReport& predecessor, const AuditRequest& request,
                   const Memory* memory) {
  const Checkpoint& checkpoint = predecessor.trusted->checkpoint;
  uint64_t size = checkpoint.tree.size;
  if (memory == nullptr) return size;
  const auto seen = memory->Recall(checkpoint.origin, *request.policy);
  if (seen && *seen) size = std::max(size, (*seen)->checkpoint.tree.size);
  return size;
}

}  // namespace

// "False" needs both logs' signatures: a predecessor that is not at hand, or
// not the one that is named, leaves it open.
void JudgePredecessor(AuditRequest request, const Memory* memory, bool strict,
                      AuditReport* report) {
  if (report->verdict != Verdict::kTrue) return;
  if (!report->record.succeeds) {
    return End(Verdict::kCannotTell, kFirstEntry,
               "does not say that this log succeeds any: there is nothing to "
               "compare",
               report);
  }
  const NamedLog named = *report->record.succeeds;
  request.contains =
      TreeHead{named.size, HashFromBytes(AsBytes(named.root)).value_or(Hash{})};
  const AuditReport predecessor = Audit(request);
  if (predecessor.trusted && !IsSignedBy(predecessor, named.vkey)) {
    const bool same_name = NameIn(predecessor.log_key) == NameIn(named.vkey);
    return End(Verdict::kCannotTell, kFirstEntry,
               "says that this log succeeds " + Quoted(named.vkey) +
                   (same_name ? ", a key that did not sign the checkpoint of "
                                "the predecessor at hand as far as can be told "
                                "here: "
                              : ", and the log at hand is another: ") +
                   Quoted(predecessor.log_key),
               report);
  }
  if (predecessor.verdict != Verdict::kTrue) {
    return End(predecessor.verdict, "predecessor " + predecessor.place,
               predecessor.reason, report);
  }
  const uint64_t known = KnownSize(predecessor, request, memory);
  if (known > named.size) {
    return End(FalseBy(Cause::kSuccession), kFirstEntry,
               "says that the predecessor ended with " + Grouped(named.size) +
                   " entries, and it signed " + Grouped(known) + ": " +
                   Grouped(known - named.size) + " are left out",
               report);
  }
  if (predecessor.record.succeeded_by) return CompareEnds(predecessor, report);
  WarnOfSilence(strict, report);
}

}  // namespace modlog
