#ifndef MODLOG_VERIFIER_AUDIT_AUDIT_H_
#define MODLOG_VERIFIER_AUDIT_AUDIT_H_

// A whole log judged: the checkpoint under the policy, every entry, bundle and
// tile under the checkpoint (replay.h), the checkpoint against the one that
// this auditor saw before (memory.h), the entries against the rules (rules/).
//
// What was seen before and now:
//   same size, same root      nothing new
//   same size, other root     false; both checkpoints are kept as evidence
//   now larger                the tree at the old size must have the old root;
//                             if not, false, with evidence
//   now smaller               an older copy, or a fork. Tiles of the tree that
//                             was seen tell: of the source itself, of where the
//                             tree was seen (memory.h), of the log's address in
//                             the policy. If that tree had another root at the
//                             size of now: false, with evidence. Else cannot
//                             tell: it is older than what was seen
// The memory moves on only if nothing of this is false or unknown; a broken
// rule of the record does not hold it back.
//
// An entry whose bytes are not there (a slot of length zero) is judged beside
// the LEAF_REDACTED entry that names it, in an audit of integrity alone too.
// Such an entry may be newer than the checkpoint that was fetched: before a
// missing one is called false, a newer checkpoint is asked for, and all of it
// audited.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "verifier/audit/handle_search.h"
#include "verifier/core/verdict.h"
#include "verifier/evidence/memory.h"
#include "verifier/receipt/handles.h"
#include "verifier/replay/replay.h"
#include "verifier/rules/record_summary.h"
#include "verifier/rules/rules.h"
#include "verifier/source/source.h"

namespace modlog {

struct AuditRequest {
  Source* source = nullptr;
  const Policy* policy = nullptr;
  const Memory* memory = nullptr;  // may be null: nothing is remembered
  bool first_use = false;          // a memory without this log is no error
  // Where the source is, to be asked again later, and how to open such a place;
  // may be empty.
  std::string target;
  std::function<Result<std::unique_ptr<Source>>(const std::string&)> open;
  bool integrity_only = false;  // leave the rules of the record out
  // Entries before this one are not looked at, for a log that is pruned;
  // rounded down to a multiple of 256. REQUIRES: 0, or integrity_only.
  uint64_t from = 0;
  bool strict = false;    // a warning makes the verdict false too
  bool payloads = false;  // fetch the open parts of payloads and judge
  // Handles to look for, as judged under the policy; null: none.
  const HandlesReport* handles = nullptr;
  // A head that the log must contain, as another log names it.
  std::optional<TreeHead> contains;
  uint32_t late_days = 7;  // what is counted as late
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  // What is being done, how much of it is done, of how much.
  std::function<void(const std::string&, uint64_t, uint64_t)> progress;
};

struct AuditReport {
  Verdict verdict = Verdict::kCannotTell;
  std::string place;   // of the first fault: "entry 17"; may be empty
  std::string reason;  // why the verdict is not "true"; empty if it is

  std::string source;
  std::string note;                          // the checkpoint as fetched
  std::optional<TrustedCheckpoint> trusted;  // where it verified
  std::string log_key;                       // vkey
  std::vector<std::string> witnesses;        // names
  std::optional<TreeHead> before;            // seen before
  bool remembered = false;
  std::string evidence;  // path of a file, or empty
  std::string unkept;    // evidence that could not be written, as its file

  uint64_t from = 0;  // the first entry that was looked at
  ReplayCounts counts;
  double seconds = 0;
  bool rules_checked = false;
  Findings findings;
  RecordSummary record;
  // Set where handles were looked for, in every entry.
  std::optional<HandleFindings> handles;
};

AuditReport Audit(const AuditRequest& request);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_AUDIT_AUDIT_H_
