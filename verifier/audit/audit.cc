#include "verifier/audit/audit.h"

#include <chrono>

#include "verifier/audit/rules/encoding.h"
#include "verifier/audit/rules/logged_at.h"
#include "verifier/audit/rules/unique_puid.h"
#include "verifier/trust.h"
#include "verifier/words.h"

namespace modlog {
namespace {

constexpr char kCheckpointPath[] = "checkpoint";

std::string_view WithoutSlashes(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

// An audit is a sequence of steps, each of which may end it with a verdict.
class Auditor {
 public:
  explicit Auditor(const AuditRequest& request) : request_(request) {
    report_.source = request.source->name();
  }

  AuditReport Run() && {
    const auto begin = std::chrono::steady_clock::now();
    if (ReadCheckpoint() && Recall() && CompareHeads() && ReplayEntries()) {
      Conclude();
    }
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
    return std::move(report_);
  }

 private:
  const TreeHead& head() const { return report_.trusted->checkpoint.tree; }
  Seen now() const { return {report_.trusted->checkpoint, report_.note}; }

  // End states the verdict and returns false: no further step.
  bool End(Verdict verdict, std::string place, std::string reason) {
    report_.verdict = verdict;
    report_.place = std::move(place);
    report_.reason = std::move(reason);
    return false;
  }
  bool End(const Fault& fault) {
    return End(VerdictOf(fault.error.code), fault.place, fault.error.message);
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
    if (!opened) return End({PlaceOfBadNote(opened.error()), opened.error()});
    report_.trusted = std::move(*opened);
    const Policy& policy = *request_.policy;
    report_.log_key = FormatVerifierKey(policy.logs[report_.trusted->log].key);
    for (const Cosigned& cosigner : report_.trusted->cosigners) {
      report_.witnesses.push_back(policy.witnesses[cosigner.witness].name);
    }
    return IsLogOfAddress();
  }

  // Where the policy says which log is at this address, another log that it
  // trusts as well is not it: or one log could hide behind the other.
  bool IsLogOfAddress() {
    const std::string address = request_.source->name();
    const std::string& origin = report_.trusted->checkpoint.origin;
    std::string want;
    for (const PolicyLog& log : request_.policy->logs) {
      if (WithoutSlashes(log.url) != WithoutSlashes(address)) continue;
      if (log.key.name == origin) return true;
      want = log.key.name;
    }
    if (want.empty()) return true;
    return End(Verdict::kCannotTell, kCheckpointPath,
               "is of the log " + Quoted(origin) +
                   ", but the policy says that at this address is " +
                   Quoted(want));
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
    if (before.size > head().size) {
      return End(Verdict::kFalse, "checkpoint line 2",
                 "the log shrank: this auditor saw size " +
                     Grouped(before.size) + ", now it is " +
                     Grouped(head().size) +
                     " (if this is an older copy, audit it with a state "
                     "directory of its own)");
    }
    if (before.size < head().size || before.root == head().root) return true;
    return EndWithEvidence(
        {"checkpoint line 3",
         {Code::kConflict, "two roots of one size: at size " +
                               std::to_string(before.size) +
                               " this auditor saw " + HashText(before.root) +
                               ", now it is " + HashText(head().root)}});
  }

  bool EndWithEvidence(const Fault& fault) {
    End(fault);
    const auto kept =
        request_.memory->KeepEvidence(*before_, now(), fault.error.message);
    if (kept) report_.evidence = *kept;
    if (!kept) {
      report_.reason += " (evidence not kept: " + kept.error().message + ")";
    }
    return false;
  }

  // ---- the entries

  bool ReplayEntries() {
    if (head().size == 0) return true;
    if (request_.integrity_only) return ReplayOnce("checked", nullptr);
    report_.rules_checked = true;
    PuidPrefixes prefixes;
    LoggedAtRule logged_at;
    const bool replayed =
        ReplayOnce("checked", [&](const VerifiedBundle& bundle) {
          for (const Finding& finding : bundle.facts.findings) {
            report_.findings.Add(finding);
          }
          for (const EntryFacts& facts : bundle.facts.entries) {
            logged_at.Take(facts, &report_.findings);
            prefixes.Take(facts);
          }
        });
    return replayed && FindDuplicates(prefixes.TakeRepeated());
  }

  bool FindDuplicates(const std::vector<uint64_t>& repeated) {
    if (repeated.empty()) return true;
    UniquePuidRule unique_puid(repeated);
    const ReplayCounts counts = report_.counts;
    const bool replayed =
        ReplayOnce("compared", [&](const VerifiedBundle& bundle) {
          for (const EntryFacts& facts : bundle.facts.entries) {
            unique_puid.Take(facts, &report_.findings);
          }
        });
    report_.counts = counts;
    return replayed;
  }

  bool ReplayOnce(const std::string& what,
                  const std::function<void(const VerifiedBundle&)>& take) {
    report_.counts = {};
    ReplayRequest replay;
    replay.source = request_.source;
    replay.head = head();
    replay.older = before_ && before_->checkpoint.tree.size > 0 ? report_.before
                                                                : std::nullopt;
    replay.threads = request_.threads;
    replay.stop = request_.stop;
    if (take) replay.read_facts = ReadFacts;
    replay.take = [&](const VerifiedBundle& bundle) {
      if (take) take(bundle);
      if (request_.progress) {
        request_.progress(what, report_.counts.entries, head().size);
      }
    };
    const auto replayed = Replay(replay, &report_.counts);
    if (replayed) return true;
    const Fault& fault = replayed.error();
    return fault.error.code == Code::kConflict ? EndWithEvidence(fault)
                                               : End(fault);
  }

  // ---- the end

  void Conclude() {
    report_.verdict = Verdict::kTrue;
    if (report_.findings.total() > 0) {
      End(Verdict::kFalse,
          "entry " + std::to_string(report_.findings.kept().front().entry),
          Counted(report_.findings.total(), "violation", "violations") +
              " of the rules of the record");
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

  void Remember() {
    if (request_.memory == nullptr) return;
    const auto remembered = request_.memory->Remember(now());
    report_.remembered = remembered.has_value();
    if (!remembered && report_.verdict == Verdict::kTrue) {
      End({"state", remembered.error()});
    }
  }

  const AuditRequest& request_;
  AuditReport report_;
  std::optional<Seen> before_;
};

}  // namespace

AuditReport Audit(const AuditRequest& request) {
  return Auditor(request).Run();
}

}  // namespace modlog
