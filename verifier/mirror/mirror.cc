#include "verifier/mirror/mirror.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "verifier/base/words.h"
#include "verifier/evidence/fork.h"
#include "verifier/evidence/fork_proof.h"
#include "verifier/mirror/copier.h"
#include "verifier/mirror/evidence_directory.h"
#include "verifier/replay/trunk.h"
#include "verifier/source/trust.h"

namespace modlog {
namespace {

// How often a log that goes on redacting is followed within a pass.
constexpr int kAttemptsMax = 4;

}  // namespace

// An attempt is a sequence of steps, each of which may end it with a verdict.
class MirrorPass {
 public:
  explicit MirrorPass(Mirror* mirror)
      : mirror_(*mirror), request_(mirror->request_) {
    report_.directory = request_.copy->path();
  }

  MirrorReport Run(const MirrorPass* last) {
    if (Open() && FetchList() && FetchCheckpoint() && IsNewerThan(last) &&
        Recall() && CompareHeads() && CopyTree() && Publish()) {
      report_.verdict = Verdict::kTrue;
    }
    return report_;
  }
  bool unexplained() const { return copier_ && copier_->unexplained(); }

 private:
  const TreeHead& head() const { return report_.trusted->checkpoint.tree; }
  const std::string& origin() const {
    return report_.trusted->checkpoint.origin;
  }

  // End states the verdict and returns false: no further step.
  bool End(const Fault& fault) {
    report_.verdict = VerdictOf(fault.error.code);
    report_.place = fault.place;
    report_.reason = fault.error.message;
    return false;
  }
  // What comes from the log may be otherwise the next time.
  bool EndForNow(const Fault& fault) {
    report_.may_pass = VerdictOf(fault.error.code) == Verdict::kCannotTell;
    return End(fault);
  }
  bool EndUnwritable(const Error& error) {
    return End({"directory",
                {Code::kUnavailable,
                 error.message + " (what is there is kept: mend this, and run "
                                 "the mirror again)"}});
  }

  bool Open() {
    auto source = request_.open();
    if (!source) return EndForNow({"log", source.error()});
    source_ = *std::move(source);
    report_.source = source_->name();
    return true;
  }

  // Before the checkpoint: then the entries that it names are in the tree. A
  // log of another make has no such list, and where files are kept that may be
  // answered like what one may not read.
  bool FetchList() {
    const auto fetched =
        source_->Fetch(kRedactionsPath, kRedactionListMax, &list_);
    const bool has_none =
        !fetched && (fetched.error().code == Code::kNotFound ||
                     fetched.error().code == Code::kForbidden);
    if (!fetched && !has_none) {
      return EndForNow({kRedactionsPath, fetched.error()});
    }
    if (has_none) list_.clear();
    auto lines = ParseRedactionList(list_);
    if (!lines) return EndForNow({kRedactionsPath, lines.error()});
    mirror_.redactions_.Take(*std::move(lines));
    return true;
  }

  bool FetchCheckpoint() {
    const auto fetched =
        source_->Fetch(kCheckpointPath, kNoteSizeMax, &report_.note);
    if (!fetched && fetched.error().code == Code::kNotFound) {
      return EndForNow(
          {kCheckpointPath,
           {Code::kNotFound, "not there: is this the address of a log?"}});
    }
    if (!fetched) return EndForNow({kCheckpointPath, fetched.error()});
    auto opened = OpenSharply(report_.note, *request_.policy);
    if (!opened) {
      const Fault fault = {kCheckpointPath, opened.error()};
      // Some other page may be gone the next time; another policy is not there.
      return fault.error.code == Code::kMalformed ? EndForNow(fault)
                                                  : End(fault);
    }
    report_.trusted = *std::move(opened);
    const Policy& policy = *request_.policy;
    report_.log_key = FormatVerifierKey(policy.logs[report_.trusted->log].key);
    for (const Cosigned& cosigner : report_.trusted->cosigners) {
      report_.witnesses.push_back(policy.witnesses[cosigner.witness].name);
    }
    if (auto here = CheckLogOfAddress(source_->name(), origin(), policy);
        !here) {
      return End({kCheckpointPath, here.error()});
    }
    if (report_.trusted->quorum) return true;
    return EndForNow({kCheckpointPath,
                      {Code::kUnavailable,
                       "not witnessed yet: the quorum that the policy asks for "
                       "is not reached"}});
  }

  // After an attempt that ended at an empty slot only what is newer can explain
  // it.
  bool IsNewerThan(const MirrorPass* last) {
    if (last == nullptr || last->list_ != list_ ||
        last->head().size < head().size) {
      return true;
    }
    return End({last->report_.place, {Code::kCorrupt, last->report_.reason}});
  }

  // ---- what the directory has

  bool Recall() {
    std::string note;
    const auto read =
        request_.copy->files().Fetch(kCheckpointPath, kNoteSizeMax, &note);
    if (!read && read.error().code == Code::kNotFound) {
      if (request_.first_use) return true;
      return End({"directory",
                  {Code::kUnavailable,
                   "there is no checkpoint in " + request_.copy->path() +
                       " to continue from; the first time, add --first-use"}});
    }
    auto opened = read ? OpenSharply(note, *request_.policy)
                       : std::unexpected(read.error());
    if (!opened) {
      return End(
          {"directory",
           {Code::kUnavailable,
            request_.copy->path() + "/checkpoint is none under this policy (" +
                opened.error().message +
                "): name the policy that it was made under, or another "
                "directory"}});
    }
    if (opened->checkpoint.origin != origin()) {
      return End({"directory",
                  {Code::kUnavailable,
                   request_.copy->path() + " holds a copy of the log " +
                       Quoted(opened->checkpoint.origin) + ", and this is " +
                       Quoted(origin()) + ": name another directory"}});
    }
    before_ = Seen{std::move(opened->checkpoint), std::move(note)};
    report_.before = before_->checkpoint.tree;
    return true;
  }

  bool CompareHeads() {
    if (!before_) return true;
    const TreeHead& before = before_->checkpoint.tree;
    if (before.size > head().size) return CompareWithOlder(before);
    if (before.size < head().size || before.root == head().root) return true;
    return EndWithEvidence("two roots of one size: at size " +
                               std::to_string(before.size) +
                               " this mirror has " + HashText(before.root) +
                               ", now it is " + HashText(head().root),
                           std::vector<Hash>());
  }

  // The log shows less than it did. That is a fork only if it is no earlier
  // state of what stands here; an old answer of some cache is one.
  bool CompareWithOlder(const TreeHead& before) {
    Source& files = request_.copy->files();
    auto trunk = Trunk::Open(&files, before);
    if (!trunk) return EndDamaged(trunk.error());
    const auto root = head().size == 0 ? Judged<Hash>(head().root)
                                       : trunk->RootAt(head().size);
    if (!root) return EndDamaged(root.error());
    if (*root != head().root) {
      return EndWithEvidence(
          "two roots of one size: at size " + std::to_string(head().size) +
              " the tree of this mirror has " + HashText(*root) +
              ", now it is " + HashText(head().root),
          ProveForkOver(&*trunk, head(), before));
    }
    return EndForNow({"checkpoint line 2",
                      {Code::kUnavailable,
                       "the log shows an earlier state of itself: this mirror "
                       "has size " +
                           Grouped(before.size) + ", the log says " +
                           Grouped(head().size)}});
  }

  bool EndDamaged(const Fault& fault) {
    return End({"directory",
                {Code::kUnavailable, request_.copy->path() + "/" + fault.place +
                                         ": " + fault.error.message}});
  }

  bool EndWithEvidence(const std::string& what,
                       const Result<std::vector<Hash>>& proof) {
    End({"checkpoint", {Code::kConflict, what}});
    report_.is_fork = true;
    if (!proof) {
      report_.reason += " (no proof for others: " + proof.error().message + ")";
    }
    const Contradiction found =
        ContradictionOf(*before_, {report_.trusted->checkpoint, report_.note},
                        what, proof.value_or(std::vector<Hash>()));
    const auto kept = KeepEvidence(found);
    if (kept) {
      report_.evidence = *kept;
    } else {
      report_.reason += " (evidence not kept: " + kept.error().message + ")";
      report_.unkept = FormatContradiction(found);
    }
    return false;
  }

  Result<std::string> KeepEvidence(const Contradiction& found) {
    RETURN_IF_ERROR(MakeEvidenceDirectory(request_.evidence));
    return WriteEvidence(request_.evidence, found);
  }

  // ---- the tree

  bool CopyTree() {
    const bool is_new = mirror_.gone_over_ != head();
    const bool any_redacted =
        !mirror_.redactions_.Unproved(head().size).empty();
    if (head().size == 0 || (!is_new && !any_redacted)) return true;
    auto copier = Copier::Open(source_.get(), request_.copy,
                               &mirror_.redactions_, head());
    if (!copier) return EndForNow(copier.error());
    copier_ = *std::move(copier);
    if (!JudgeGrowth()) return false;
    if (auto proved = copier_->ProveRedactions(request_.stop); !proved) {
      return EndForNow(proved.error());
    }
    return !is_new || CopyFiles();
  }

  bool JudgeGrowth() {
    if (!before_ || before_->checkpoint.tree.size == 0) return true;
    const TreeHead& before = before_->checkpoint.tree;
    const auto root = copier_->RootAt(before.size);
    if (!root) return EndForNow(root.error());
    if (*root == before.root) return true;
    return EndWithEvidence(
        "the first " + std::to_string(before.size) + " entries have the root " +
            HashText(*root) + ", but this mirror has " + HashText(before.root) +
            " signed: the log's past was changed",
        copier_->ProveForkFrom(before));
  }

  uint64_t first_bundle() const {
    return mirror_.gone_over_ ? mirror_.gone_over_->size / kTileWidth : 0;
  }

  bool CopyFiles() {
    CopyRequest copy;
    copy.first_bundle = first_bundle();
    copy.threads = request_.threads;
    copy.stop = request_.stop;
    if (request_.progress) {
      copy.progress = [this](uint64_t done, uint64_t total) {
        request_.progress("copied", done, total);
      };
    }
    const auto copied = copier_->Copy(copy);
    report_.files_written = copier_->counts().written;
    report_.files_kept = copier_->counts().kept;
    if (copied) return true;
    if (copier_->unwritable()) return EndUnwritable(copied.error().error);
    return EndForNow(copied.error());
  }

  // ---- the end

  bool Publish() {
    const auto saved = request_.copy->Save(kCheckpointPath, report_.note);
    if (!saved) return EndUnwritable(saved.error());
    report_.published = true;
    const auto tidied = TakeOut();
    if (!tidied) return EndUnwritable(tidied.error());
    mirror_.gone_over_ = head();
    return true;
  }

  // After the checkpoint, which has the entries that say so: an auditor finds
  // no slot empty that the checkpoint it was given does not explain.
  Result<void> TakeOut() {
    for (const std::string& full :
         copier_ ? copier_->outgrown() : std::vector<std::string>()) {
      RETURN_IF_ERROR(request_.copy->RemovePartials(full));
    }
    const std::vector<RedactionLine> lines = mirror_.redactions_.Lines();
    report_.redacted = lines.size();
    if (!copier_ || lines.empty()) return {};
    RETURN_IF_ERROR(
        request_.copy->Save(kRedactionsPath, FormatRedactionList(lines)));
    for (const RedactionLine& line : lines) {
      const bool is_known = mirror_.obeyed_.contains(line.entry);
      if (is_known && line.entry < first_bundle() * kTileWidth) continue;
      ASSIGN_OR_RETURN(const bool held, request_.copy->TakeOut(line));
      if (held) ++report_.taken_out;
      mirror_.obeyed_.insert(line.entry);
    }
    return {};
  }

  Mirror& mirror_;
  const MirrorRequest& request_;
  MirrorReport report_;
  std::unique_ptr<Source> source_;
  std::string list_;  // of redactions, as served
  std::optional<Seen> before_;
  std::unique_ptr<Copier> copier_;
};

MirrorReport Mirror::Pass() {
  const auto begin = std::chrono::steady_clock::now();
  MirrorReport report = Try();
  Settle(&report);
  report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  return report;
}

MirrorReport Mirror::Try() {
  std::unique_ptr<MirrorPass> last;
  MirrorReport report;
  for (int i = 0; i < kAttemptsMax; ++i) {
    auto attempt = std::make_unique<MirrorPass>(this);
    report = attempt->Run(last.get());
    if (!attempt->unexplained()) break;
    last = std::move(attempt);
  }
  return report;
}

void Mirror::Settle(MirrorReport* report) {
  const bool doubtful = report->verdict == Verdict::kFalse && !report->is_fork;
  if (doubtful && !looked_false_) {
    report->verdict = Verdict::kCannotTell;
    report->reason += " (false if the next pass finds such a thing again)";
    report->looks_false = true;
    report->may_pass = true;
  }
  looked_false_ = doubtful;
}

}  // namespace modlog
