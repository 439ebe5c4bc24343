#include "verifier/audit/predecessor.h"

#include "verifier/words.h"

namespace modlog {
namespace {

constexpr char kFirstEntry[] = "entry 0";

void End(Verdict verdict, std::string place, std::string reason,
         AuditReport* report) {
  report->verdict = verdict;
  report->place = std::move(place);
  report->reason = std::move(reason);
}

// What the predecessor itself says of how it ended.
void CompareEnds(const AuditReport& predecessor, AuditReport* report) {
  const NamedLog& first = *report->record.succeeds;
  const NamedLog& last = *predecessor.record.succeeded_by;
  const uint64_t size = predecessor.trusted->checkpoint.tree.size;
  if (last.vkey != report->log_key) {
    return End(Verdict::kFalse,
               "predecessor entry " + std::to_string(last.entry),
               "names another successor: " + Quoted(last.vkey), report);
  }
  if (first.size != size) {
    return End(Verdict::kFalse, kFirstEntry,
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
    End(Verdict::kFalse, kFirstEntry, "1 warning, and --strict asks for none",
        report);
  }
}

}  // namespace

void JudgePredecessor(AuditRequest request, bool strict, AuditReport* report) {
  if (report->verdict != Verdict::kTrue) return;
  if (!report->record.succeeds) {
    return End(Verdict::kFalse, kFirstEntry,
               "does not say that this log succeeds any", report);
  }
  const NamedLog named = *report->record.succeeds;
  request.contains =
      TreeHead{named.size, HashFromBytes(AsBytes(named.root)).value_or(Hash{})};
  const AuditReport predecessor = Audit(request);
  if (predecessor.trusted && predecessor.log_key != named.vkey) {
    return End(Verdict::kFalse, kFirstEntry,
               "says that this log succeeds " + Quoted(named.vkey) +
                   ", and the predecessor at hand is " +
                   Quoted(predecessor.log_key),
               report);
  }
  if (predecessor.verdict != Verdict::kTrue) {
    return End(predecessor.verdict, "predecessor " + predecessor.place,
               predecessor.reason, report);
  }
  if (predecessor.record.succeeded_by) return CompareEnds(predecessor, report);
  WarnOfSilence(strict, report);
}

}  // namespace modlog
