#ifndef MODLOG_VERIFIER_WATCH_WATCHER_H_
#define MODLOG_VERIFIER_WATCH_WATCHER_H_

// One look at a log after the other, with the same memory as an audit:
//
//   checkpoint    fetched, verified under the policy, of the log that was at
//                 this address before
//   what it was   the tree seen before must be its beginning: else a fork
//   new entries   every entry, bundle and tile since (new_entries.h); the whole
//                 log with all rules (audit.h) the first time, every
//                 `audit_every_s` seconds, where an entry's bytes are gone, and
//                 as long as the last one did not find all of it right
//   who else      witnesses, mirrors and other watchers: peers.h
//   age           of the cosignatures that make up the quorum
//
// The log and everybody else are asked at the same time: whoever is accused
// does not decide when the others are heard. A look is over after `look_time`.
// What was not there by then is named, and cannot be told; only the reading of
// the entries goes on, into the next look (entries_task.h), as long as the log
// sends fast enough (patience.h).
//
// A contradiction that is proved is false at once, and evidence is kept. What
// else looks false (a tile that is wrong or missing, a page that is no
// checkpoint, a log that serves less than it did) is "cannot tell" the first
// time and false if the next look finds something of the kind again: a proxy
// that fails for a moment accuses nobody.
//
// Not thread-safe.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/audit/audit.h"
#include "verifier/evidence/memory.h"
#include "verifier/rules/rules.h"
#include "verifier/watch/entries_task.h"
#include "verifier/watch/peers.h"

namespace modlog {

struct WatchRequest {
  // Opens the log, anew for each look: what was fetched ahead for one and not
  // used is not for the next.
  // What is asked of it must come by the deadline.
  OpenLog open;
  const Policy* policy = nullptr;
  // The log's; empty: as the state says of the address, else as the first look
  // finds it. Another log, though the policy trusts it, would hide this one.
  std::string origin;
  const Memory* memory = nullptr;
  std::string state;     // the memory's directory
  std::string evidence;  // a directory that exists
  std::vector<Peer> peers;
  bool first_use = false;  // a memory without this log is no error
  bool integrity_only = false;
  // What a log that ended says of itself, where this one is to succeed it: its
  // first entry must name that log, and is read until it does.
  std::optional<NamedLog> predecessor = {};
  std::chrono::milliseconds look_time = std::chrono::seconds(60);
  uint64_t max_age_s = 3'600;
  uint64_t audit_every_s = 86'400;  // 0: only until it was found right once
  int threads = 1;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string&, uint64_t, uint64_t)> progress;
  std::function<uint64_t()> now_s;  // seconds since the epoch
};

struct WatchReport {
  Verdict verdict = Verdict::kTrue;
  bool look_again = false;   // the next look says what this one could not
  bool unreachable = false;  // the log
  bool unfinished = false;   // entries are read on, into the next look
  uint64_t time_s = 0;
  std::string source;
  std::string origin;                   // empty: not known
  std::string log_key;                  // vkey; empty: not known
  std::optional<TreeHead> head;         // as the log serves it
  std::optional<uint64_t> size_before;  // seen before
  uint64_t checked = 0;                 // entries read in this look
  bool whole = false;                   // the whole log was audited
  std::optional<uint64_t> cosigned_s;   // when the quorum had cosigned
  bool remembered = false;
  // The log has ended; whom its last entry names, and where the policy says
  // that log is.
  std::optional<NamedLog> succeeded_by;
  std::string successor_url;  // may be empty
  std::vector<PeerReport> peers;
  std::vector<Problem> problems;
};

class Watcher {
 public:
  explicit Watcher(WatchRequest request);

  WatchReport Look();

  // What is remembered of the log, to be published; nothing before the first
  // look that came to an end.
  const std::optional<Seen>& latest() const { return latest_; }

 private:
  struct Served {
    Seen seen;
    TrustedCheckpoint trusted;
  };

  void Add(Problem problem) { report_.problems.push_back(std::move(problem)); }
  void Add(const std::string& place, const Error& error);
  void Open();
  std::optional<Served> AskEverybody();
  void AskPeers();
  std::optional<Served> TakeCheckpoint(const Result<std::string>& note);
  Result<void> RecallOrigin();
  Result<void> CheckOrigin(const std::string& origin) const;
  void NoteOrigin();
  void StartEntries(const Served& served);
  void CollectEntries(std::optional<Served>* served);
  void AddUnfinished();
  void TakeEntries(std::optional<Served>* served);
  void TakeAudit(const AuditReport& audit, std::optional<Served>* served);
  bool IsAuditDue() const;
  Result<void> NoteAudit(const std::string& time) const;
  void AddFindings(const Findings& findings);
  void LookAtBeginning(Source* source, const TreeHead& head);
  void LookAtEnd(Source* source, const TreeHead& head);
  void AddNotWitnessed();
  void Remember(const Served& served);
  void JudgeAge(const TrustedCheckpoint& trusted);
  void ComparePeers(const std::optional<Served>& served);
  void SayAge(PeerReport* peer) const;
  std::optional<Seen> RememberedOfUnreachable() const;
  void Conclude();

  const WatchRequest request_;
  std::optional<Deadline> deadline_;  // of the look
  Peers peers_;
  std::unique_ptr<Source> source_;
  std::optional<Seen> latest_;
  bool names_predecessor_ = false;        // the first entry, as it must
  std::optional<TreeHead> end_seen_;      // whose last entry was looked at
  std::optional<NamedLog> succeeded_by_;  // and what it says
  std::string origin_;      // once known; may change until it is pinned
  bool is_pinned_ = false;  // the address has this log and no other
  bool suspected_ = false;  // the last look found what looks false
  WatchReport report_;
  std::optional<EntriesTask> task_;  // last: ended first
};

// FreshestQuorum returns the latest time since which the quorum of the policy
// has cosigned, or, where it asks for none, of the newest cosignature. Nothing
// where there is none. Pure.
std::optional<uint64_t> FreshestQuorum(const TrustedCheckpoint& trusted,
                                       const Policy& policy);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WATCH_WATCHER_H_
