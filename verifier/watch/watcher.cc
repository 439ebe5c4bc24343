#include "verifier/watch/watcher.h"

#include <algorithm>

#include "verifier/audit/audit.h"
#include "verifier/base/durable_file.h"
#include "verifier/base/words.h"
#include "verifier/source/http_address.h"
#include "verifier/source/trust.h"
#include "verifier/watch/comparison.h"
#include "verifier/watch/new_entries.h"
#include "verifier/watch/watch_evidence.h"

namespace modlog {
namespace {

constexpr size_t kTimeFileSizeMax = 32;
constexpr size_t kOriginFileSizeMax = kNoteSizeMax;

std::string AuditedFile(const std::string& origin) {
  return FormatHex(Sha256(AsBytes(origin))) + ".audited";
}

// What is written of an address: the origin of the log there.
std::string OriginFile(const std::string& address) {
  return FormatHex(Sha256(AsBytes(address))) + ".origin";
}

Result<void> NoteTime(const std::string& state, const std::string& file,
                      const std::string& time) {
  const auto written = WriteFileDurably(state + "/" + file, time, 0644);
  if (written) return {};
  return Fail(Code::kUnavailable, written.error().message);
}

// The only log of a policy that names one origin.
std::string OnlyOrigin(const Policy& policy) {
  std::string origin;
  for (const PolicyLog& log : policy.logs) {
    if (!origin.empty() && log.key.name != origin) return "";
    origin = log.key.name;
  }
  return origin;
}

}  // namespace

std::optional<uint64_t> FreshestQuorum(const TrustedCheckpoint& trusted,
                                       const Policy& policy) {
  std::vector<Cosigned> newest = trusted.cosigners;
  std::ranges::sort(newest, std::greater<>(), &Cosigned::time_s);
  std::vector<bool> cosigned(policy.witnesses.size());
  for (const Cosigned& cosigner : newest) {
    cosigned[cosigner.witness] = true;
    if (QuorumReached(policy, cosigned)) return cosigner.time_s;
  }
  return std::nullopt;
}

Watcher::Watcher(WatchRequest request)
    : request_(std::move(request)),
      peers_(request_.peers, request_.policy, request_.evidence, request_.stop),
      origin_(request_.origin.empty() ? OnlyOrigin(*request_.policy)
                                      : request_.origin),
      is_pinned_(!request_.origin.empty()) {}

WatchReport Watcher::Look() {
  report_ = {};
  report_.time_s = request_.now_s();
  deadline_.emplace(request_.look_time);
  Open();
  std::optional<Served> served = AskEverybody();
  if (served) {
    report_.origin = origin_;
    report_.log_key =
        FormatVerifierKey(request_.policy->logs[served->trusted.log].key);
    report_.head = served->seen.checkpoint.tree;
  }
  ComparePeers(served);
  CollectEntries(&served);
  if (served) JudgeAge(served->trusted);
  // What was signed and could not be remembered, for want of a quorum or
  // because a tile is wrong, is what a later look must be held against all the
  // same.
  if (served && !(latest_ && latest_->checkpoint == served->seen.checkpoint)) {
    peers_.Hold(kSelf, PeerKind::kWatcher, served->seen, served->trusted);
  }
  source_.reset();
  Conclude();
  return std::move(report_);
}

void Watcher::Add(const std::string& place, const Error& error) {
  Add({VerdictOf(error.code), false, place, error.message, ""});
}

void Watcher::Open() {
  source_.reset();
  auto source = request_.open(&*deadline_);
  if (!source) {
    report_.unreachable = true;
    return Add("log", source.error());
  }
  source_ = *std::move(source);
  report_.source = source_->name();
  if (const auto recalled = RecallOrigin(); !recalled) {
    source_.reset();
    Add("state", recalled.error());
  }
}

// ---- all at the same time

// The log and its peers are asked at the same time: one that answers slowly
// must not give the log time to fit its story to theirs.
std::optional<Watcher::Served> Watcher::AskEverybody() {
  using Fetched = Result<std::string>;
  std::vector<AllAtOnce<Fetched>::Question> questions;
  if (source_ != nullptr) {
    questions.push_back([this]() -> Fetched {
      std::string note;
      RETURN_IF_ERROR(source_->Fetch(kCheckpointPath, kNoteSizeMax, &note));
      return note;
    });
  }
  AllAtOnce<Fetched> log(std::move(questions));
  AskPeers();
  std::optional<Served> served;
  const auto is_log_in = [&] {
    if (log.AllTaken()) return true;
    if (!log.Next(std::chrono::milliseconds(0))) return false;
    served = TakeCheckpoint(log.answer(0));
    if (!served) return true;
    AskPeers();
    peers_.Know(kTheLog, served->seen);
    StartEntries(*served);
    return true;
  };
  // Whose log it is may be seen from its checkpoint only.
  while (!peers_.has_begun() && !is_log_in()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (peers_.has_begun()) peers_.Gather(is_log_in);
  return served;
}

void Watcher::AskPeers() {
  if (origin_.empty() || peers_.has_begun()) return;
  peers_.Begin(origin_, &*deadline_);
  const auto seen = RememberedOfUnreachable();
  if (seen) peers_.Know(kSelf, *seen);
}

std::optional<Watcher::Served> Watcher::TakeCheckpoint(
    const Result<std::string>& note) {
  if (!note) {
    report_.unreachable = VerdictOf(note.error().code) != Verdict::kFalse;
    Add(kCheckpointPath, note.error());
    return std::nullopt;
  }
  auto opened = OpenSharply(*note, *request_.policy);
  if (!opened) {
    Add(kCheckpointPath, opened.error());
    return std::nullopt;
  }
  const Checkpoint checkpoint = opened->checkpoint;
  const auto is_its = CheckOrigin(checkpoint.origin);
  if (!is_its) {
    Add(kCheckpointPath, is_its.error());
    return std::nullopt;
  }
  origin_ = checkpoint.origin;
  is_pinned_ = true;
  return Served{{checkpoint, *note}, std::move(*opened)};
}

Result<void> Watcher::RecallOrigin() {
  if (is_pinned_) return {};
  auto origin = ReadFile(request_.state + "/" + OriginFile(source_->name()),
                         kOriginFileSizeMax);
  if (!origin && origin.error().code != Code::kNotFound) {
    return Fail(Code::kUnavailable, origin.error().message);
  }
  is_pinned_ = origin.has_value();
  if (origin) origin_ = *std::move(origin);
  return {};
}

Result<void> Watcher::CheckOrigin(const std::string& origin) const {
  RETURN_IF_ERROR(CheckLogOfAddress(source_->name(), origin, *request_.policy));
  if (!is_pinned_ || origin == origin_) return {};
  return Fail(Code::kNotFound,
              "is of the log " + Quoted(origin) + ", want " + Quoted(origin_) +
                  ", which is what was watched at this "
                  "address; another one takes another --state");
}

void Watcher::NoteOrigin() {
  const std::string file = OriginFile(report_.source);
  const auto before = ReadFile(request_.state + "/" + file, kOriginFileSizeMax);
  if (before && *before == origin_) return;
  const auto written =
      WriteFileDurably(request_.state + "/" + file, origin_, 0644);
  if (!written) Add("state", {Code::kUnavailable, written.error().message});
}

// ---- the log itself

// A look that is not over goes on; another beside it would remember an older
// tree over a newer one.
void Watcher::StartEntries(const Served& served) {
  auto before = request_.memory->Recall(origin_, *request_.policy);
  if (!before) return Add("state", before.error());
  if (!*before && !request_.first_use) {
    return Add({Verdict::kCannotTell, false, "state",
                "nothing is remembered of " + Quoted(origin_) +
                    "; the first time, add --first-use",
                ""});
  }
  latest_ = *before;
  const TreeHead& head = served.seen.checkpoint.tree;
  if (*before) {
    const TreeHead& old = (*before)->checkpoint.tree;
    report_.size_before = old.size;
    if (old.size > head.size) {
      // The same as a peer that is ahead: perhaps an older copy was served
      // once.
      const auto trusted = OpenCheckpoint((*before)->note, *request_.policy);
      if (trusted) peers_.Hold(kSelf, PeerKind::kWatcher, **before, *trusted);
      return Add({Verdict::kCannotTell, false, kCheckpointPath,
                  "the log serves size " + Grouped(head.size) +
                      ", and this watcher saw " + Grouped(old.size),
                  ""});
    }
    // A fork, which was found already.
    if (old.size == head.size && old.root != head.root) return;
  }
  if (task_) return;  // of an earlier look, and not over
  EntriesRequest request;
  request.open = request_.open;
  request.policy = request_.policy;
  request.memory = request_.memory;
  request.before = *before;
  request.now = served.seen;
  request.trusted = served.trusted;
  request.first_use = request_.first_use;
  request.integrity_only = request_.integrity_only;
  request.threads = request_.threads;
  // It is due again until it was found right.
  request.note_audit = [state = request_.state, file = AuditedFile(origin_)] {
    return NoteTime(state, file, "");
  };
  if (!*before || IsAuditDue()) {
    // All of a log is not read at each look while it waits for its witnesses.
    request.extent = served.trusted.quorum ? EntriesRequest::Extent::kAll
                                           : EntriesRequest::Extent::kGrowth;
  }
  task_.emplace(std::move(request));
}

void Watcher::CollectEntries(std::optional<Served>* served) {
  if (!task_) return;
  constexpr std::chrono::milliseconds kTick(20);
  while (!task_->Wait(kTick)) {
    const EntriesProgress progress = task_->progress();
    if (request_.progress && progress.total > 0) {
      request_.progress(progress.what, progress.done, progress.total);
    }
    if (deadline_->IsOver() || *request_.stop) return AddUnfinished();
  }
  TakeEntries(served);
  task_.reset();
  if (!report_.remembered || !*served) return;
  NoteOrigin();
  LookAtBeginning(source_.get(), latest_->checkpoint.tree);
  LookAtEnd(source_.get(), latest_->checkpoint.tree);
}

void Watcher::AddUnfinished() {
  report_.unfinished = true;
  const EntriesProgress progress = task_->progress();
  Add({Verdict::kCannotTell, false, "log",
       "its entries are not all read yet" +
           (progress.total == 0
                ? std::string()
                : " (" + progress.what + " " + Grouped(progress.done) + " of " +
                      Grouped(progress.total) + ")") +
           ": the next look goes on",
       ""});
}

// The order counts: a fork is told before anything else that went wrong, and
// nothing is remembered of a tree that was not found right.
void Watcher::TakeEntries(std::optional<Served>* served) {
  const EntriesRequest& asked = task_->request();
  const EntriesOutcome& found = task_->outcome();
  if (!found.opened) return Add("log", found.opened.error());
  if (found.growth && found.growth->agreement == Agreement::kFork) {
    const TreeHead& old = asked.before->checkpoint.tree;
    return Add(KeepFork(request_.evidence, kCheckpointPath,
                        "the log's past was changed: at size " +
                            Grouped(old.size) + " this watcher saw " +
                            HashText(old.root) +
                            ", and its tree of now had another root then",
                        *asked.before, asked.now, found.growth->proof));
  }
  if (found.growth && found.growth->agreement == Agreement::kUnknown) {
    return Add(kCheckpointPath, found.growth->error);
  }
  if (found.added && !*found.added) {
    const Fault& fault = found.added->error();
    return Add(fault.place, fault.error);
  }
  if (!found.noted) return Add("state", found.noted.error());
  if (found.audit) return TakeAudit(*found.audit, served);
  if (asked.extent == EntriesRequest::Extent::kGrowth ||
      (found.added && (*found.added)->any_missing)) {
    return AddNotWitnessed();
  }
  const Served checked = {asked.now, asked.trusted};
  if (found.added) {
    const NewEntries& added = **found.added;
    report_.checked =
        asked.now.checkpoint.tree.size - asked.before->checkpoint.tree.size;
    AddFindings(added.findings);
    // An audit says it again at the next start: the next look at what is new
    // would not.
    if (added.findings.violations() > 0) {
      if (const auto noted = NoteAudit(""); !noted) {
        return Add("state", noted.error());
      }
    }
    end_seen_ = asked.now.checkpoint.tree;
    succeeded_by_ = added.succeeded_by;
  }
  Remember(checked);
}

// The audit may have read another checkpoint than the look did; both are
// signed, so both are held against what others saw.
void Watcher::TakeAudit(const AuditReport& audit,
                        std::optional<Served>* served) {
  if (audit.trusted && audit.trusted->checkpoint.origin != origin_) {
    return Add(kCheckpointPath,
               CheckOrigin(audit.trusted->checkpoint.origin).error());
  }
  report_.whole = true;
  report_.checked = audit.counts.entries;
  report_.remembered = audit.remembered;
  if (audit.trusted) {
    Served audited = {{audit.trusted->checkpoint, audit.note}, *audit.trusted};
    // Signed too, and perhaps another history than what is served a moment
    // earlier or later.
    if (*served && audited.seen.checkpoint != (*served)->seen.checkpoint) {
      const bool is_newer = audited.seen.checkpoint.tree.size >=
                            (*served)->seen.checkpoint.tree.size;
      const Served& other = is_newer ? **served : audited;
      if (is_newer || !audit.remembered) {
        peers_.Hold(kSelf, PeerKind::kWatcher, other.seen, other.trusted);
      }
    }
    if (audit.remembered) latest_ = audited.seen;
    if (*served && audited.seen.checkpoint.tree.size >=
                       (*served)->seen.checkpoint.tree.size) {
      *served = audited;
      report_.head = audited.seen.checkpoint.tree;
    }
  }
  // An audit that came to its end: else its record is a part.
  if (audit.rules_checked && audit.remembered) {
    end_seen_ = audit.trusted->checkpoint.tree;
    succeeded_by_ = audit.record.succeeded_by;
  }
  if (audit.verdict == Verdict::kTrue) {
    const auto noted = NoteAudit(std::to_string(report_.time_s));
    if (!noted) Add("state", noted.error());
    return;
  }
  // Where it ended early, a cache may be why: of an entry that was redacted an
  // old checkpoint and a new bundle.
  const bool certain = audit.remembered || !audit.evidence.empty();
  Add({audit.verdict, certain, audit.place, audit.reason, audit.evidence});
}

// The log that ended named this one; this one must have named it. Where it was
// looked at before, as where it was empty then, no audit of now would say so.
void Watcher::LookAtBeginning(Source* source, const TreeHead& head) {
  if (!request_.predecessor || names_predecessor_) return;
  if (request_.integrity_only || head.size == 0) return;
  const auto first = ReadFirstEntry(source, head);
  if (!first) return Add(first.error().place, first.error().error);
  const NamedLog& want = *request_.predecessor;
  const auto& named = first->succeeds;
  // An entry names one key of a log; the policy may trust another one.
  names_predecessor_ = named && OriginOf(*named) == OriginOf(want) &&
                       named->size == want.size && named->root == want.root;
  if (names_predecessor_) return;
  Add({FalseBy(Cause::kRule), !first->is_missing, "entry 0",
       "does not name the log that it succeeds, " + Quoted(OriginOf(want)) +
           ", with the size and root that it ended with",
       ""});
}

// The last entry tells whether the log has ended. Read already, unless this is
// the first look of a watcher that was started again.
void Watcher::LookAtEnd(Source* source, const TreeHead& head) {
  if (request_.integrity_only || head.size == 0) return;
  if (!end_seen_ || *end_seen_ != head) {
    const auto last = CheckNewEntries({.source = source,
                                       .size_before = head.size - 1,
                                       .now = head,
                                       .threads = request_.threads,
                                       .stop = request_.stop});
    if (!last) return Add(last.error().place, last.error().error);
    AddFindings(last->findings);
    end_seen_ = head;
    succeeded_by_ = last->succeeded_by;
  }
  report_.succeeded_by = succeeded_by_;
  if (!report_.succeeded_by) return;
  for (const PolicyLog& log : request_.policy->logs) {
    if (log.key.name != OriginOf(*report_.succeeded_by)) continue;
    report_.succeeded_by->in_policy = true;
    // A policy may come from elsewhere: it names no files of this machine.
    if (ParseHttpAddress(log.url)) report_.successor_url = log.url;
  }
}

// A file that is not there, or holds no time, makes an audit due.
bool Watcher::IsAuditDue() const {
  const auto text =
      ReadFile(request_.state + "/" + AuditedFile(origin_), kTimeFileSizeMax);
  if (!text) return true;
  const auto time = ParseDecimal(*text);
  if (!time) return true;
  if (request_.audit_every_s == 0) return false;
  return report_.time_s < *time ||
         report_.time_s - *time >= request_.audit_every_s;
}

Result<void> Watcher::NoteAudit(const std::string& time) const {
  return NoteTime(request_.state, AuditedFile(origin_), time);
}

void Watcher::AddFindings(const Findings& findings) {
  if (findings.violations() == 0) return;
  const Finding first = findings.Kept(Severity::kViolation).front();
  Add({FalseBy(Cause::kRule), true, "entry " + std::to_string(first.entry),
       "rule " + std::string(first.rule) + ": " + first.what +
           (findings.violations() == 1
                ? ""
                : "; " + Grouped(findings.violations()) + " violations"),
       ""});
}

void Watcher::AddNotWitnessed() {
  Add({Verdict::kCannotTell, false, kCheckpointPath,
       "not witnessed yet: the quorum that the policy asks for is not reached",
       ""});
}

void Watcher::Remember(const Served& served) {
  if (!served.trusted.quorum) return AddNotWitnessed();
  if (latest_ && latest_->note == served.seen.note) {
    report_.remembered = true;
    return;
  }
  const auto written = request_.memory->Remember(served.seen);
  if (!written) return Add("state", written.error());
  report_.remembered = true;
  latest_ = served.seen;
}

// ---- everybody else

void Watcher::ComparePeers(const std::optional<Served>& served) {
  if (!peers_.has_begun()) return;
  LogView view;
  if (served) {
    view = {served->seen, {source_.get()}, true, {}};
    view.cosigned.resize(request_.policy->witnesses.size());
    for (const Cosigned& cosigner : served->trusted.cosigners) {
      view.cosigned[cosigner.witness] = true;
    }
  } else if (const auto seen = RememberedOfUnreachable()) {
    view = {*seen, {}, false, {}};
  } else {
    return peers_.GiveUp();
  }
  PeersReport report = peers_.Finish(view);
  report_.peers = std::move(report.peers);
  for (PeerReport& peer : report_.peers) SayAge(&peer);
  report_.look_again = report.look_again;
  for (Problem& problem : report.problems) Add(std::move(problem));
}

void Watcher::SayAge(PeerReport* peer) const {
  if (!peer->cosigned_s || request_.max_age_s == 0) return;
  if (report_.time_s <= *peer->cosigned_s + request_.max_age_s) return;
  peer->words += (peer->words.empty() ? "" : "; ") +
                 ("cosigned it last at " + FormatTimeS(*peer->cosigned_s));
}

std::optional<Seen> Watcher::RememberedOfUnreachable() const {
  if (latest_) return latest_;
  if (origin_.empty()) return std::nullopt;
  return request_.memory->Recall(origin_, *request_.policy)
      .value_or(std::nullopt);
}

void Watcher::JudgeAge(const TrustedCheckpoint& trusted) {
  report_.cosigned_s = FreshestQuorum(trusted, *request_.policy);
  if (!report_.cosigned_s || request_.max_age_s == 0) return;
  // A log that has ended may be a copy that nobody cosigns any more.
  if (report_.succeeded_by) return;
  if (report_.time_s <= *report_.cosigned_s + request_.max_age_s) return;
  Add({Verdict::kCannotTell, false, kCheckpointPath,
       "stale: cosigned last at " + FormatTimeS(*report_.cosigned_s) + ", " +
           Grouped(report_.time_s - *report_.cosigned_s) +
           " seconds ago, more than --max-age " + Grouped(request_.max_age_s),
       ""});
}

// ---- what it comes to

void Watcher::Conclude() {
  const Settled settled = Settle(suspected_, &report_.problems);
  report_.verdict = settled.verdict;
  report_.look_again = report_.look_again || settled.look_again;
  // A look that could not see it again takes no suspicion back.
  const bool saw = !report_.unreachable && !report_.unfinished;
  suspected_ = settled.suspected || (suspected_ && !saw);
}

}  // namespace modlog
