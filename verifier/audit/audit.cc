#include "verifier/audit/audit.h"

#include <chrono>
#include <memory>

#include "verifier/audit/payloads.h"
#include "verifier/base/words.h"
#include "verifier/evidence/fork_proof.h"
#include "verifier/replay/growth.h"
#include "verifier/rules/first_pass.h"
#include "verifier/rules/second_pass.h"
#include "verifier/source/hurried.h"
#include "verifier/source/trust.h"

namespace modlog {
namespace {

// How often a log that goes on redacting is followed.
constexpr int kNewerCheckpointsMax = 3;

// How long the tiles that prove a fork to others are waited for, where the
// verdict stands without them.
constexpr std::chrono::seconds kProofTime(10);

// An audit is a sequence of steps, each of which may end it with a verdict.
class Auditor {
 public:
  explicit Auditor(const AuditRequest& request) : request_(request) {
    report_.source = request.source->name();
  }

  AuditReport Run() && {
    const auto begin = std::chrono::steady_clock::now();
    if (ReadCheckpoint() && JudgeHandlesOfLog() && JudgeLength() && Recall() &&
        Judge()) {
      Conclude();
    }
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
    return std::move(report_);
  }

 private:
  // A missing entry may be explained by a newer checkpoint, which must continue
  // the one that did not.
  bool Judge() {
    for (int newer = 0;; ++newer) {
      unexplained_ = false;
      if (CompareHeads() && ReplayEntries()) return true;
      if (!unexplained_ || newer == kNewerCheckpointsMax ||
          !AdoptNewerCheckpoint()) {
        return false;
      }
    }
  }

  bool AdoptNewerCheckpoint() {
    std::string note;
    if (!request_.source->Fetch(kCheckpointPath, kNoteSizeMax, &note)) {
      return false;
    }
    auto opened = OpenSharply(note, *request_.policy);
    const Checkpoint& old = report_.trusted->checkpoint;
    if (!opened || opened->checkpoint.origin != old.origin ||
        opened->checkpoint.tree.size <= old.tree.size) {
      return false;
    }
    before_ = now();
    AuditReport again;
    again.source = std::move(report_.source);
    again.before = report_.before;
    again.note = std::move(note);
    again.from = report_.from;
    report_ = std::move(again);
    TakeTrusted(std::move(*opened));
    return true;
  }

  void TakeTrusted(TrustedCheckpoint trusted) {
    report_.trusted = std::move(trusted);
    const Policy& policy = *request_.policy;
    report_.log_key = FormatVerifierKey(policy.logs[report_.trusted->log].key);
    for (const Cosigned& cosigner : report_.trusted->cosigners) {
      report_.witnesses.push_back(policy.witnesses[cosigner.witness].name);
    }
  }

  const std::string& origin() const {
    return report_.trusted->checkpoint.origin;
  }
  const TreeHead& head() const { return report_.trusted->checkpoint.tree; }
  Seen now() const { return {report_.trusted->checkpoint, report_.note}; }

  // End states the verdict and returns false: no further step.
  bool End(Verdict verdict, std::string place, std::string reason) {
    report_.verdict = verdict;
    report_.place = std::move(place);
    report_.reason = std::move(reason);
    return false;
  }
  // What was proved false stays so, though the rest cannot be had.
  bool End(const Fault& fault) {
    const Verdict verdict = VerdictOf(fault.error.code);
    if (verdict == Verdict::kCannotTell && report_.findings.violations() > 0) {
      EndAtFirst(Severity::kViolation, ViolationWords() + "; and " +
                                           fault.place + ": " +
                                           fault.error.message);
      return false;
    }
    return End(verdict, fault.place, fault.error.message);
  }
  std::string ViolationWords() const {
    return Counted(report_.findings.violations(), "violation", "violations") +
           " of the rules of the record";
  }

  bool ReadCheckpoint() {
    auto fetched =
        request_.source->Fetch(kCheckpointPath, kNoteSizeMax, &report_.note);
    if (!fetched && fetched.error().code == Code::kNotFound) {
      return End(Verdict::kCannotTell, kCheckpointPath,
                 "not there: is this the address of a log?");
    }
    if (!fetched) return End({kCheckpointPath, fetched.error()});
    auto opened = OpenSharply(report_.note, *request_.policy);
    if (!opened && opened.error().code == Code::kUntrusted) LookAgain(&opened);
    if (!opened) return End({PlaceOfBadNote(opened.error()), opened.error()});
    TakeTrusted(std::move(*opened));
    auto is_its =
        CheckLogOfAddress(request_.source->name(), origin(), *request_.policy);
    return is_its || End({kCheckpointPath, is_its.error()});
  }

  // A file that was just being written anew may be half of each: a signature
  // that fails is looked at a second time before anybody is accused.
  void LookAgain(Result<TrustedCheckpoint>* opened) {
    std::string note;
    if (!request_.source->Fetch(kCheckpointPath, kNoteSizeMax, &note)) return;
    if (note == report_.note) return;
    report_.note = std::move(note);
    *opened = OpenSharply(report_.note, *request_.policy);
  }

  // A handle file that does not hold, or is of another log, would have it said
  // of every handle that no entry bears it.
  bool JudgeHandlesOfLog() {
    const HandlesReport* const handles = request_.handles;
    if (handles == nullptr) return true;
    if (!handles->trusted) {
      return End(handles->verdict, "handles", handles->reason);
    }
    const std::string& theirs = handles->trusted->checkpoint.origin;
    if (theirs == origin()) return true;
    return End(Verdict::kCannotTell, "handles",
               "are of the log " + Quoted(theirs) + ", and this is " +
                   Quoted(origin()));
  }

  // A replay that begins later does not follow how the tree grew.
  bool skips() const { return first_bundle() > 0; }
  uint64_t first_bundle() const { return request_.from / kTileWidth; }

  bool JudgeLength() {
    report_.from = first_bundle() * kTileWidth;
    if (request_.from > 0 && request_.from >= head().size) {
      return End(Verdict::kCannotTell, "checkpoint line 2",
                 "has " + Grouped(head().size) + " entries, and --from is " +
                     Grouped(request_.from));
    }
    if (!request_.contains || request_.contains->size <= head().size) {
      return true;
    }
    return End(Verdict::kCannotTell, "checkpoint line 2",
               "has " + Grouped(head().size) + " entries, and " +
                   Grouped(request_.contains->size) +
                   " are named: take a newer copy");
  }

  static std::string PlaceOfBadNote(const Error& error) {
    return error.code == Code::kUntrusted ? "checkpoint signature"
                                          : kCheckpointPath;
  }

  bool Recall() {
    if (request_.memory == nullptr) return true;
    const std::string& origin = report_.trusted->checkpoint.origin;
    auto seen = request_.memory->Recall(origin, *request_.policy);
    if (!seen) return End({"state", seen.error()});
    before_ = std::move(*seen);
    if (before_) report_.before = before_->checkpoint.tree;
    if (before_ || request_.first_use) return true;
    return End(Verdict::kCannotTell, "state",
               "nothing is remembered of " + Quoted(origin) +
                   "; the first time, add --first-use");
  }

  bool CompareHeads() {
    if (!before_) return true;
    const TreeHead& before = before_->checkpoint.tree;
    if (before.size > head().size) return CompareWithLarger(before);
    if (before.size < head().size)
      return before.size == 0 || JudgeGrowth(before);
    if (before.root == head().root) return true;
    return EndWithEvidence(
        {"checkpoint line 3",
         {Code::kConflict, "two roots of one size: at size " +
                               std::to_string(before.size) +
                               " this auditor saw " + HashText(before.root) +
                               ", now it is " + HashText(head().root)}},
        std::vector<Hash>());
  }

  // An older copy of an honest log looks like a log that shrank, and like a
  // smaller fork. Whoever has tiles of the tree that was seen can tell.
  bool CompareWithLarger(const TreeHead& before) {
    const std::string sizes = "this auditor saw size " + Grouped(before.size) +
                              ", now it is " + Grouped(head().size);
    const std::string remedy =
        "; to judge the copy alone: --first-use without --state";
    if (head().size > 0) {
      for (const std::shared_ptr<Source>& source : PlacesOfLarger()) {
        auto trunk = Trunk::Open(source.get(), before);
        if (!trunk) continue;
        const auto root = trunk->RootAt(head().size);
        if (!root) continue;
        if (*root == head().root) {
          return End(Verdict::kCannotTell, "checkpoint line 2",
                     "older than what was seen, and the beginning of it: " +
                         sizes + remedy);
        }
        return EndWithEvidence(
            {"checkpoint line 3",
             {Code::kConflict,
              "no beginning of what was seen: at size " +
                  std::to_string(head().size) + " the tree of size " +
                  std::to_string(before.size) + " that this auditor saw had " +
                  HashText(*root) + ", now it is " + HashText(head().root)}},
            ProveForkOver(&*trunk, head(), before));
      }
    }
    return End(Verdict::kCannotTell, "checkpoint line 2",
               "older than what was seen: " + sizes +
                   "; no tiles of the larger tree are at hand that would tell "
                   "whether this is its beginning" +
                   remedy);
  }

  // What may have the tiles of the tree that was seen; none of it is believed.
  std::vector<std::shared_ptr<Source>> PlacesOfLarger() {
    std::vector<std::shared_ptr<Source>> places = {
        std::shared_ptr<Source>(request_.source, [](Source*) {})};
    if (!request_.open) return places;
    std::vector<std::string> names;
    if (request_.memory != nullptr) {
      names.push_back(request_.memory->RecallPlace(origin()));
    }
    for (const PolicyLog& log : request_.policy->logs) {
      if (log.key.name == origin()) names.push_back(log.url);
    }
    for (const std::string& name : names) {
      if (name.empty() || name == request_.target) continue;
      auto opened = request_.open(name);
      if (opened) places.emplace_back(*std::move(opened));
    }
    return places;
  }

  // Before the entries, so that the tiles that show a fork are those that prove
  // it: asked for them again, the log might not have them. Where they show
  // nothing, the replay says why.
  bool JudgeGrowth(const TreeHead& before) {
    auto trunk = Trunk::Open(request_.source, head());
    if (!trunk) return !skips() || End(trunk.error());
    const auto root = trunk->RootAt(before.size);
    if (!root) return !skips() || End(root.error());
    if (*root == before.root) return true;
    return EndWithEvidence(PastWasChanged(before, *root),
                           ProveForkOver(&*trunk, before, head()));
  }

  bool EndWithEvidence(const Fault& fault,
                       const Result<std::vector<Hash>>& proof) {
    End(fault);
    if (!proof) {
      report_.reason += " (no proof for others: " + proof.error().message + ")";
    }
    if (request_.memory == nullptr) return false;
    const Contradiction found =
        ContradictionOf(*before_, now(), fault.error.message,
                        proof.value_or(std::vector<Hash>()));
    const auto kept = request_.memory->KeepEvidence(found);
    if (kept) {
      report_.evidence = *kept;
    } else {
      report_.reason += " (evidence not kept: " + kept.error().message + ")";
      report_.unkept = FormatContradiction(found);
    }
    return false;
  }

  // ---- the entries

  bool ReplayEntries() {
    StartSearch();
    if (head().size == 0) return FinishSearch();
    if (request_.integrity_only) return ReplayForIntegrity();
    report_.rules_checked = true;
    FirstPass first(head().size, origin(), request_.late_days,
                    &report_.findings);
    if (!ReplayOnce("checked", Searching([&](const BundleView& bundle) {
                      return first.Read(bundle);
                    }))) {
      return false;
    }
    const RecordIndex index = std::move(first).Finish(&report_.record);
    FinishSearch();
    TellWhetherTrusted(&report_.record.succeeded_by);
    TellWhetherTrusted(&report_.record.succeeds);
    TellKey(index.keys);
    if (!ExplainMissing(index.removals)) return false;
    return JoinEntries(index) && CheckPayloads(index);
  }

  void TellWhetherTrusted(std::optional<NamedLog>* named) const {
    if (!*named) return;
    for (const PolicyLog& log : request_.policy->logs) {
      if (FormatVerifierKey(log.key) == (*named)->vkey) {
        (*named)->in_policy = true;
      }
    }
  }

  // ---- handles, if any are looked for: in the first replay

  void StartSearch() {
    search_.reset();
    if (request_.handles != nullptr) search_.emplace(request_.handles->proved);
  }
  ReadBundle Searching(ReadBundle read) {
    if (!search_) return read;
    return [this, read = std::move(read)](const BundleView& bundle) {
      return [found = search_->Read(bundle),
              then = read ? read(bundle) : nullptr] {
        found();
        if (then) then();
      };
    };
  }
  bool FinishSearch() {
    if (search_) report_.handles = std::move(*search_).Finish();
    return true;
  }
  void TellKey(const KeysRule& keys) {
    if (!report_.handles) return;
    const PlatformKey* const key = keys.Find(
        report_.handles->platform, v1::KEY_USE_VRF, report_.handles->key);
    if (key != nullptr) report_.handles->key_destroyed = key->destroyed;
  }

  // Redactions are looked for only where bytes are missing: most logs, and all
  // that are none of ours, have none.
  bool ReplayForIntegrity() {
    if (!ReplayOnce("checked", Searching(nullptr))) return false;
    FinishSearch();
    if (missing_.empty()) return true;
    if (skips()) {
      return End(Verdict::kCannotTell,
                 "entry " + std::to_string(missing_.front().first),
                 "is empty, and whether a redaction says so is judged from the "
                 "first entry on, without --from");
    }
    Findings unasked;
    FirstPass first(head().size, origin(), request_.late_days, &unasked);
    const ReplayCounts counts = report_.counts;
    const bool replayed = ReplayOnce("compared", [&](const BundleView& bundle) {
      return first.Read(bundle);
    });
    report_.counts = counts;
    if (!replayed) return false;
    RecordSummary summary;
    const RecordIndex index = std::move(first).Finish(&summary);
    report_.record.redacted_leaves = summary.redacted_leaves;
    return ExplainMissing(index.removals) && JudgeRedactions(index.removals);
  }

  // The tree has hashes for the missing entries, and so have their redactions.
  bool JudgeRedactions(const Removals& removals) {
    for (const auto& [entry, hash] : missing_) {
      for (const Finding& finding :
           removals.Judge({entry, &hash, false, {}, nullptr, {}})) {
        return End(FalseBy(Cause::kRule),
                   "entry " + std::to_string(finding.entry), finding.what);
      }
    }
    return true;
  }

  bool ExplainMissing(const Removals& removals) {
    const std::vector<uint64_t> unexplained = removals.Unexplained();
    if (unexplained.empty()) return true;
    for (const uint64_t entry : unexplained) {
      report_.findings.Add(
          {kRuleRemovals, entry,
           "is empty: its bytes were removed, and no redaction says so"});
    }
    unexplained_ = true;
    return End(
        FalseBy(Cause::kEmptied),
        "entry " + std::to_string(unexplained.front()),
        "is empty: its bytes were removed, and no redaction says so" +
            (unexplained.size() == 1
                 ? std::string()
                 : "; " + Grouped(unexplained.size()) + " entries are so"));
  }

  bool JoinEntries(const RecordIndex& index) {
    if (!index.needs_second_pass) return true;
    const ReplayCounts counts = report_.counts;
    std::optional<uint64_t> target = 0;
    while (target) {
      SecondPass second(index, origin(), *target, &report_.findings,
                        &report_.record);
      const bool replayed = ReplayOnce(
          "compared",
          [&](const BundleView& bundle) { return second.Read(bundle); });
      if (!replayed) return false;
      second.Finish();
      target = second.NextTarget();
    }
    report_.counts = counts;
    return true;
  }

  bool CheckPayloads(const RecordIndex& index) {
    if (!request_.payloads) return true;
    PayloadCheck check(request_.source, index.removals, &report_.findings,
                       &report_.record);
    const ReplayCounts counts = report_.counts;
    const bool replayed = ReplayOnce("payloads", [&](const BundleView& bundle) {
      return check.Read(bundle);
    });
    report_.counts = counts;
    if (replayed && check.error()) return End(*check.error());
    return replayed;
  }

  bool ReplayOnce(const std::string& what, const ReadBundle& read) {
    report_.counts = {};
    missing_.clear();
    ReplayRequest replay;
    replay.source = request_.source;
    replay.head = head();
    replay.first_bundle = first_bundle();
    if (skips()) {
      replay.older.reset();
    } else if (before_ && before_->checkpoint.tree.size > 0) {
      replay.older = before_->checkpoint.tree;
    } else if (request_.contains) {
      replay.older = request_.contains;
    }
    replay.threads = request_.threads;
    replay.stop = request_.stop;
    replay.read = read;
    replay.take = [&](const VerifiedBundle& bundle) {
      for (const size_t i : bundle.missing) {
        missing_.emplace_back(bundle.first_entry + i, bundle.hashes[i]);
      }
      if (request_.progress) {
        request_.progress(what, report_.counts.entries, head().size);
      }
    };
    const auto replayed = Replay(replay, &report_.counts);
    if (replayed) return true;
    Fault fault = replayed.error();
    if (fault.error.code == Code::kNotFound) {
      fault.error.message +=
          "; if the log is pruned, --from N judges the rest of it";
    }
    // What another log says of this one (AuditRequest::contains) is no
    // evidence: nobody's checkpoint was seen that contradicts the one at hand.
    if (fault.error.code != Code::kConflict || !before_) return End(fault);
    Hurried source(request_.source,
                   std::chrono::steady_clock::now() + kProofTime);
    return EndWithEvidence(
        fault, FetchForkProof(&source, before_->checkpoint.tree, head()));
  }

  // ---- the end

  void Conclude() {
    report_.verdict = Verdict::kTrue;
    const Findings& findings = report_.findings;
    if (findings.violations() > 0) {
      EndAtFirst(Severity::kViolation, ViolationWords());
    } else if (findings.unjudged() > 0) {
      const Finding first = findings.Kept(Severity::kUnjudged).front();
      End(Verdict::kCannotTell, "entry " + std::to_string(first.entry),
          first.what);
    } else if (request_.strict && findings.warnings() > 0) {
      EndAtFirst(Severity::kWarning,
                 Counted(findings.warnings(), "warning", "warnings") +
                     ", and --strict asks for none");
    }
    if (!report_.trusted->quorum) {
      if (report_.verdict == Verdict::kTrue) {
        End(Verdict::kCannotTell, kCheckpointPath,
            "not witnessed yet: the quorum that the policy asks for is not "
            "reached");
      }
      return;
    }
    Remember();
  }

  void EndAtFirst(Severity severity, std::string reason) {
    const uint64_t entry = report_.findings.Kept(severity).front().entry;
    const Cause cause =
        severity == Severity::kViolation ? Cause::kRule : Cause::kStrict;
    End(FalseBy(cause), "entry " + std::to_string(entry), std::move(reason));
  }

  void Remember() {
    if (request_.memory == nullptr) return;
    const auto remembered = request_.memory->Remember(now());
    // Only a help in finding tiles later.
    request_.memory->RememberPlace(origin(), request_.target);
    report_.remembered = remembered.has_value();
    if (!remembered && report_.verdict == Verdict::kTrue) {
      End({"state", remembered.error()});
    }
  }

  const AuditRequest& request_;
  AuditReport report_;
  std::optional<Seen> before_;
  std::vector<std::pair<uint64_t, Hash>> missing_;  // of the last replay
  std::optional<HandleSearch> search_;
  bool unexplained_ = false;  // the end was that a missing entry is not named
};

}  // namespace

AuditReport Audit(const AuditRequest& request) {
  return Auditor(request).Run();
}

}  // namespace modlog
