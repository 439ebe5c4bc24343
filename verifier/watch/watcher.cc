#include "verifier/watch/watcher.h"

#include <algorithm>

#include "verifier/audit/audit.h"
#include "verifier/audit/http_address.h"
#include "verifier/files.h"
#include "verifier/trust.h"
#include "verifier/watch/comparison.h"
#include "verifier/watch/evidence.h"
#include "verifier/watch/new_entries.h"
#include "verifier/words.h"

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
  std::optional<Served> served = ReadCheckpoint();
  if (served) {
    LookAtLog(source_.get(), &*served);
    if (report_.remembered) {
      NoteOrigin();
      LookAtBeginning(source_.get(), served->seen.checkpoint.tree);
      LookAtEnd(source_.get(), served->seen.checkpoint.tree);
    }
  }
  LookAtPeers(served);
  // What was signed and could not be remembered, for want of a quorum or
  // because a tile is wrong, is what a later look must be held against all the
  // same.
  if (served && !report_.remembered) {
    peers_.Hold(kSelf, PeerKind::kWatcher, served->seen, served->trusted);
  }
  source_.reset();
  Conclude();
  return std::move(report_);
}

void Watcher::Add(const std::string& place, const Error& error) {
  Add({VerdictOf(error.code), false, place, error.message, ""});
}

std::optional<Watcher::Served> Watcher::ReadCheckpoint() {
  auto source = request_.open();
  if (!source) {
    report_.unreachable = true;
    Add("log", source.error());
    return std::nullopt;
  }
  source_ = std::move(*source);
  report_.source = source_->name();
  if (const auto recalled = RecallOrigin(); !recalled) {
    Add("state", recalled.error());
    return std::nullopt;
  }
  std::string note;
  if (auto got = source_->Fetch(kCheckpointPath, kNoteSizeMax, &note); !got) {
    report_.unreachable = VerdictOf(got.error().code) != Verdict::kFalse;
    Add(kCheckpointPath, got.error());
    return std::nullopt;
  }
  auto opened = OpenSharply(note, *request_.policy);
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
  return Served{{checkpoint, std::move(note)}, std::move(*opened)};
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
  const auto written = WriteFileAtomically(request_.state, file, origin_);
  if (!written) Add("state", {Code::kUnavailable, written.error().message});
}

// ---- the log itself

void Watcher::LookAtLog(Source* source, Served* served) {
  auto before = request_.memory->Recall(origin_, *request_.policy);
  if (!before) return Add("state", before.error());
  if (!*before && !request_.first_use) {
    return Add({Verdict::kCannotTell, false, "state",
                "nothing is remembered of " + Quoted(origin_) +
                    "; the first time, add --first-use",
                ""});
  }
  latest_ = *before;
  if (!*before) return AuditWhole(source, served);
  const TreeHead& head = served->seen.checkpoint.tree;
  report_.size_before = (*before)->checkpoint.tree.size;
  if (*report_.size_before > head.size) {
    // The same as a peer that is ahead: perhaps an older copy was served once.
    const auto trusted = OpenCheckpoint((*before)->note, *request_.policy);
    if (trusted) peers_.Hold(kSelf, PeerKind::kWatcher, **before, *trusted);
    return Add({Verdict::kCannotTell, false, kCheckpointPath,
                "the log serves size " + Grouped(head.size) +
                    ", and this watcher saw " + Grouped(*report_.size_before),
                ""});
  }
  LookAtGrowth(source, **before, served);
}

void Watcher::LookAtGrowth(Source* source, const Seen& before, Served* served) {
  const TreeHead& old = before.checkpoint.tree;
  const TreeHead& now = served->seen.checkpoint.tree;
  Source* const sources[] = {source};
  const Comparison found = Compare(old, now, sources);
  if (found.agreement == Agreement::kFork) {
    return Add(KeepFork(request_.evidence, kCheckpointPath,
                        "the log's past was changed: at size " +
                            Grouped(old.size) + " this watcher saw " +
                            HashText(old.root) +
                            ", and its tree of now had another root then",
                        before, served->seen, found.proof));
  }
  if (found.agreement == Agreement::kUnknown) {
    return Add(kCheckpointPath, found.error);
  }
  if (IsAuditDue()) return AuditWhole(source, served);
  if (found.agreement == Agreement::kTogether) {
    const auto added =
        CheckNewEntries({.source = source,
                         .size_before = old.size,
                         .now = now,
                         .integrity_only = request_.integrity_only,
                         .threads = request_.threads,
                         .stop = request_.stop});
    if (!added) return Add(added.error().place, added.error().error);
    if (added->any_missing) return AuditWhole(source, served);
    report_.checked = now.size - old.size;
    AddFindings(added->findings);
    // An audit says it again at the next start: the next look at what is new
    // would not.
    if (added->findings.violations() > 0 && !NoteAudit("")) return;
    end_seen_ = now;
    succeeded_by_ = added->succeeded_by;
  }
  Remember(*served);
}

// The audit recalls, compares and remembers by itself.
void Watcher::AuditWhole(Source* source, Served* served) {
  // All of a log is not read at each look while it waits for its witnesses.
  if (!served->trusted.quorum) return AddNotWitnessed();
  // It is due again until it was found right.
  if (!NoteAudit("")) return;
  AuditRequest request;
  request.source = source;
  request.policy = request_.policy;
  request.memory = request_.memory;
  request.first_use = request_.first_use;
  request.integrity_only = request_.integrity_only;
  request.threads = request_.threads;
  request.stop = request_.stop;
  request.progress = request_.progress;
  AuditReport audit = Audit(request);
  if (audit.trusted && audit.trusted->checkpoint.origin != origin_) {
    return Add(kCheckpointPath,
               CheckOrigin(audit.trusted->checkpoint.origin).error());
  }
  report_.whole = true;
  report_.checked = audit.counts.entries;
  report_.remembered = audit.remembered;
  if (audit.trusted) {
    // Signed too, and perhaps another history than what is served a moment
    // later.
    if (audit.trusted->checkpoint != served->seen.checkpoint) {
      peers_.Hold(kSelf, PeerKind::kWatcher, served->seen, served->trusted);
    }
    *served = {{audit.trusted->checkpoint, audit.note}, *audit.trusted};
  }
  if (audit.remembered) latest_ = served->seen;
  // An audit that came to its end: else its record is a part.
  if (audit.rules_checked && audit.remembered) {
    end_seen_ = audit.trusted->checkpoint.tree;
    succeeded_by_ = audit.record.succeeded_by;
  }
  if (audit.verdict == Verdict::kTrue) {
    NoteAudit(std::to_string(report_.time_s));
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

bool Watcher::NoteAudit(const std::string& time) {
  const auto written =
      WriteFileAtomically(request_.state, AuditedFile(origin_), time);
  if (!written) Add("state", {Code::kUnavailable, written.error().message});
  return written.has_value();
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

void Watcher::LookAtPeers(const std::optional<Served>& served) {
  if (served) {
    report_.origin = origin_;
    report_.log_key =
        FormatVerifierKey(request_.policy->logs[served->trusted.log].key);
    report_.head = served->seen.checkpoint.tree;
    JudgeAge(served->trusted);
  }
  View view;
  if (served) {
    view = {served->seen, {source_.get()}, true};
  } else if (const auto seen = RememberedOfUnreachable()) {
    view = {*seen, {}, false};
  } else {
    return;
  }
  PeersReport report = peers_.Look(view);
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
  suspected_ = settled.suspected;
}

}  // namespace modlog
