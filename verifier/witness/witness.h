#ifndef MODLOG_VERIFIER_WITNESS_WITNESS_H_
#define MODLOG_VERIFIER_WITNESS_WITNESS_H_

// A witness: it cosigns a log's checkpoint if it extends the latest one that it
// cosigned, and never two that do not go together. What it answers, with what
// status, is https://c2sp.org/tlog-witness; HTTP itself is server.h's.
//
// An update is decided against the latest update that was accepted, durable or
// not; its answer leaves once all that it depends on is on the disk. So two
// requests for one log cannot both win, and many logs share a sync.
//
// Thread-safe.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/base/locked_directory.h"
#include "verifier/witness/group_commit.h"
#include "verifier/witness/judgement.h"
#include "verifier/witness/log_list.h"
#include "verifier/witness/rate.h"
#include "verifier/witness/witness_evidence.h"

namespace modlog {

inline constexpr size_t kKeysPerLogMax = 16;
// Served now, or known from the state and from lists before.
inline constexpr size_t kKnownLogsMax = 2 * kWitnessedLogsMax;
inline constexpr double kUpdatesPerSecondDefault = 10;

// The content type of words for people, and of notes.
inline constexpr char kPlain[] = "text/plain; charset=utf-8";

struct WitnessAnswer {
  unsigned status = 200;  // of HTTP
  std::string content_type;
  std::string body;
  const char* allow = nullptr;  // methods, for 405
};

// What a new set of logs changed, by origin.
struct LogsChange {
  std::vector<std::string> added;
  std::vector<std::string> removed;
};

class Witness {
 public:
  struct Options {
    std::string data_dir;
    std::optional<std::string> name;  // of a new witness: required
    std::vector<WitnessedLog> logs;
    double updates_per_second = kUpdatesPerSecondDefault;  // of one log; 0: any
    std::function<void(const std::string&)> warn;          // thread-safe
  };

  // Open locks the directory, reads or makes key and state. kForbidden,
  // kConflict, kCorrupt, kNotFound, kUnavailable, each with the remedy.
  static Result<std::unique_ptr<Witness>> Open(Options options);

  // AddCheckpointRequest calls `done` once with the answer, before it returns
  // or from another thread.
  using Done = std::function<void(WitnessAnswer)>;
  void AddCheckpoint(std::string_view body, Done done);

  // LatestOf returns the note that was cosigned last for the origin with this
  // SHA-256, in hex; nothing where there is none.
  SharedNote LatestOf(std::string_view origin_hash) const;

  struct Row {
    std::string origin;
    SharedNote latest;  // perhaps none yet
    bool is_served;     // false for one that is no longer in the list
  };
  // Rows returns at most `most` logs in the order of their origins.
  std::vector<Row> Rows(size_t most) const;
  size_t log_count() const;     // that are known
  size_t served_count() const;  // of these

  // SetLogs serves these logs from now on, and no others; what was cosigned of
  // a log that goes is kept, and holds when it comes back. On an error all
  // stays as it was: kTooLarge beyond kWitnessedLogsMax logs, kKeysPerLogMax
  // keys of one, or where so many came and went that kKnownLogsMax would be
  // known.
  Result<LogsChange> SetLogs(std::span<const WitnessedLog> logs);

  const VerifierKey& verifier_key() const { return key_.verifier; }
  // Why nothing can be stored any more; empty as long as all is well. Then only
  // a restart, which reads the state again, can heal it.
  std::string failure() const { return commit_->failure(); }

 private:
  using Keys = std::shared_ptr<const std::vector<VerifierKey>>;
  struct Log {
    Keys keys;  // null: not served
    Rate rate;
    // The latest accepted update; what is published is durable.
    std::optional<TreeHead> tree;
    SharedNote note;
    uint64_t cosigned_at_s = 0;
    uint64_t version = 0;
    GroupCommit::Ticket ticket = 0;
    SharedNote published;
    uint64_t published_version = 0;
  };
  using Logs = std::map<std::string, Log, std::less<>>;

  Witness(Options options, LockedDirectory directory, SignerKey key);
  Log& Known(const std::string& origin);  // REQUIRES: mutex_, but for Open
  // The log of an origin and its keys; null where it is not served.
  std::pair<Log*, Keys> Find(const std::string& origin);
  Result<void> Restore(const State& state);
  Result<void> RestoreLog(const std::string& origin, const SharedNote& note);

  // What was decided, and what must be durable before it is said.
  struct Decision {
    WitnessAnswer answer;
    GroupCommit::Ticket ticket = 0;
    uint64_t version = 0;     // of the log, where it was cosigned
    SharedNote cosigned;      // the same
    SharedNote contradicted;  // where it was not, and should be kept
    bool is_fork = false;
  };
  static Decision Decided(WitnessAnswer answer, GroupCommit::Ticket ticket);
  Decision Decide(const AddCheckpointRequest& request, Log* log);
  Decision Accept(const AddCheckpointRequest& request, Log* log);
  void KeepEvidence(const AddCheckpointRequest& request,
                    const Decision& decision);
  void Publish(Log* log, const Decision& decision);
  void AnswerWhenDurable(Log* log, Decision decision, Done done);

  const Options options_;
  const LockedDirectory directory_;
  const SignerKey key_;
  std::unique_ptr<Evidence> evidence_;
  mutable std::mutex mutex_;
  // Guarded by mutex_. A log that is no longer served stays: a request for it
  // may be under way, and what was cosigned must be known when it comes back.
  Logs logs_;
  std::map<std::string, const std::string*, std::less<>> by_hash_;
  std::unique_ptr<GroupCommit> commit_;  // last: its thread calls back
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_WITNESS_H_
