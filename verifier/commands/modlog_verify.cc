// modlog-verify: the judge. Its exit status is its verdict (verdict.h).

#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "verifier/base/out_of_memory.h"
#include "verifier/base/standard_streams.h"
#include "verifier/commands/arguments.h"
#include "verifier/commands/commands.h"
#include "verifier/core/bytes.h"
#include "verifier/core/mldsa44.h"
#include "verifier/mirror/mirror_command.h"

namespace {

using modlog::BareProofKind;
using modlog::Verdict;

constexpr char kFooter[] = R"(
Exit status
  0  proved true
  1  proved false: what was claimed is refuted by whole bytes. A signature by a
     known key fails, a hash does not lead to the signed root, two signed heads
     of one log exclude each other, or a rule of the record is violated. Nothing
     that somebody honest could bring about is called so
  2  cannot tell: unreadable, cut off or missing files, unreadable policy or
     arguments, network, missing state, unknown origin or key, a quorum of
     witnesses not reached ("not witnessed yet"), not enough memory
  Of several verdicts the worst counts; one proved false outweighs a doubt.

Examples
  modlog-verify receipt --entry r.entry --proof r.tlog-proof --policy log.policy
  modlog-verify receipt --entry r.entry --proof r.tlog-proof \
      --openings r.openings --policy log.policy
  modlog-verify audit https://log.example/ --policy log.policy \
      --state ~/modlog-seen --first-use        the first time
  modlog-verify audit https://log.example/ --policy log.policy \
      --state ~/modlog-seen                    every time after
  modlog-verify audit ./copy --policy log.policy --first-use --integrity-only
  modlog-verify audit https://log.example/2/ --policy both.policy --first-use \
      --predecessor https://log.example/       a log that goes on for another
  modlog-verify watch https://log.example/ --policy log.policy \
      --state ~/modlog-seen                    for ever
  modlog-verify mirror https://log.example/ ./copy --policy log.policy \
      --first-use --interval 60
  modlog-verify fork evidence.json --policy log.policy
  modlog-verify inclusion proofs.jsonl
)";

constexpr char kBareFooter[] = R"(
One object, or several, one a line, and a verdict a line for each:
  true          the proof holds
  false: why    it does not; a hash whose length is not 32 bytes is false too
  error: why    not judged: not JSON, a key missing, unknown or repeated, a wrong
                type, a number beyond 2^64-1, broken base64, a line longer than
                1 MiB; and a consistency proof from size 0, by which nothing can
                be proved
Exit status: 1 if any is false, else 2 if any is an error, else 0.
Sizes and roots are believed as given: nothing here is signed.
)";

constexpr char kAuditFooter[] = R"(
The rules of the record, by the identifiers in the report
  encoding      canonical bytes            fields        values of fields
  logged_at     the log's clock            terms         registered before use
  references    what an entry names        keys          valid when they signed
  life          what may still be done     removals      erased and redacted
  reversals     no more than was done      attestations  figures counted again
  seals         signatures, gaps           lateness      days to the entry
  unique_puid   one entry a submission     corrections   void and corrected
  kinds         which fields, which kind   uniformity    too regular to be true
  succession    how it begins and ends
A violation makes the verdict false. A warning (a copy that is incomplete, an
attested figure that differs from what the log holds) does so with --strict
only. The rest are notes. docs/verifying.md has each rule in words.
)";

constexpr char kCoseFooter[] = R"(
A COSE receipt says that the entry is in a tree whose root the log signed with
its key for these receipts. It says less than the proof file of the same entry:
no witness has seen that root, so that a log could sign one tree for you and
another for everybody else; and index and size are not signed. Keep it for those
who read CBOR and not notes.

  modlog receipt --index 17 --out r --format cose
  modlog-verify cose --entry r.entry --receipt r.cose --key VKEY

Exit status: 0 true, 1 false, 2 cannot tell: unreadable files or key, or another
issuer's receipt by another key.
)";

constexpr char kHandlesFooter[] = R"(
The file comes from the platform (modlog handle prove) and is about one account.
True: the key was registered in the log by this platform, and the handles are
what this key makes of the account and the numbers, and of nothing else. Nobody
else can link them to the account, nor to each other.

Which entries bear them:
  modlog-verify handles mine.handles --policy log.policy
  modlog-verify audit https://log.example/ --policy log.policy --first-use \
      --handles mine.handles
  number 1    entry 17
  number 2    in no entry of this log
A platform numbers the entries about an account from 1 without a gap, so the
first number that no entry bears says that there are no more under this key; of
a platform that leaves numbers out it says nothing.
)";

constexpr char kForkFooter[] = R"(
The file is what an audit, a watcher or a witness kept of two checkpoints that
contradict each other (docs/formats.md, "Evidence"). Nothing else is asked.
Exit status
  0  it proves a fork: a key of the policy signed both, and they have one size
     and two roots, or the larger tree had another root at the smaller size
  1  it does not: a signature fails, the proof does not hold, or the two go
     together
  2  cannot tell: unreadable, or of a log or by a key that the policy does not
     name
)";

constexpr char kMirrorFooter[] = R"(
DIR gets the log's files at their c2sp.org/tlog-tiles paths: any web server can
serve it, any auditor can read it. Nothing is written that was not found to be
under the signed root, and a checkpoint only when all that it promises is on the
disk. What is there already is judged and not fetched again, so that a mirror
that was killed goes on where it was; damaged files are fetched anew. The bytes
of entries that the log redacted are taken out; payloads are not copied.

  modlog-verify mirror https://log.example/ DIR --policy log.policy \
      --first-use --once                       copy it once; --interval follows
  python3 -m http.server --directory DIR       or any other web server
  modlog-verify audit DIR --policy log.policy --first-use

A log that contradicts the checkpoint in DIR ends the mirror with status 1; DIR
stays as it was, and both checkpoints are kept as evidence (modlog-verify fork).
Whatever else looks false ends it with 1 if the next pass finds such a thing
again, with --once after --interval. A page that is no checkpoint, or a file that
is missing or cut off, proves nothing: a cache or a site that is down is no forger.
Where the network fails, or the quorum is not reached, a mirror that follows
says so and tries again; with --once the status is 2.
)";

std::atomic<bool> g_stop = false;

extern "C" void StopOnSignal(int /*signal*/) { g_stop = true; }

// The first Ctrl-C ends an audit in order, a second one at once.
void CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = &StopOnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

class CommandLine {
 public:
  CommandLine() {
    app_.set_version_flag("--version", "modlog-verify " MODLOG_VERSION
                                       "\nlibcrypto: " +
                                           modlog::DescribeLibcrypto());
    app_.require_subcommand(1);
    app_.footer(kFooter);
    AddBareProofs("inclusion",
                  "Judge bare inclusion proofs: "
                  R"({"index","size","leaf_hash","root","proof"})",
                  BareProofKind::kInclusion);
    AddBareProofs("consistency",
                  "Judge bare consistency proofs: "
                  R"({"old_size","new_size","old_root","new_root","proof"})",
                  BareProofKind::kConsistency);
    AddReceipt();
    AddCose();
    AddHandles();
    AddFork();
    AddAudit();
    AddWatch();
    AddMirror();
  }

  // Run parses and runs the command. Throws what CLI11 throws.
  Verdict Run(int argc, char** argv) {
    app_.parse(argc, argv);
    return run_();
  }
  // Exit prints the help that was asked for, or what is wrong with the
  // arguments.
  int Exit(const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app_.exit(error);
    const std::vector<std::string> rest = app_.remaining();
    const bool no_command = app_.get_subcommands().empty() && !rest.empty();
    std::cerr << "modlog-verify: cannot tell: "
              << (no_command ? modlog::Quote(rest.front()) +
                                   " is neither a command nor an option"
                             : error.what())
              << "; try --help\n";
    return static_cast<int>(Verdict::kCannotTell);
  }

 private:
  void AddBareProofs(const char* name, const char* what, BareProofKind kind) {
    CLI::App* const command = app_.add_subcommand(name, what);
    command->add_option("file", file_, "JSON; - is standard input")->required();
    command->footer(kBareFooter);
    command->callback([this, kind] {
      run_ = [this, kind] { return modlog::RunBareProofs(kind, file_); };
    });
  }

  void AddReceipt() {
    CLI::App* const command = app_.add_subcommand(
        "receipt", "Judge a receipt offline and say in words what it proves");
    command->add_option("--entry", receipt_.entry, "File of the leaf bytes")
        ->required();
    command
        ->add_option("--proof", receipt_.proof,
                     "Proof file (c2sp.org/tlog-proof)")
        ->required();
    command
        ->add_option("--policy", receipt_.policy,
                     "Whom to trust (c2sp.org/tlog-policy)")
        ->required();
    command->add_option("--openings", receipt_.openings,
                        "File of what is disclosed of the record's private "
                        "parts: judged against the entry, and shown");
    auto* const seal = command->add_option(
        "--seal", receipt_.seal,
        "File of the seal that covers the entry: whether the platform signed");
    command
        ->add_option("--platform-key", receipt_.platform_key,
                     "The platform's key for seals, as it says itself (vkey): "
                     "cannot tell where another one sealed")
        ->needs(seal);
    command->add_option("--handles", receipt_.handles,
                        "File of handles of an account: whether the entry "
                        "bears one of them");
    command->add_flag("--json", receipt_.json, "Report as one JSON object");
    command->callback(
        [this] { run_ = [this] { return modlog::RunReceipt(receipt_); }; });
  }

  void AddCose() {
    CLI::App* const command =
        app_.add_subcommand("cose", "Judge a COSE receipt (RFC 9942) offline");
    command->add_option("--entry", cose_.entry, "File of the leaf bytes")
        ->required();
    command->add_option("--receipt", cose_.receipt, "File of the receipt")
        ->required();
    command
        ->add_option("--key", cose_.key,
                     "The log's key for COSE receipts (vkey), from whom you "
                     "trust for it")
        ->required();
    command->add_option("--openings", cose_.openings,
                        "File of what is disclosed of the record's private "
                        "parts: judged against the entry, and shown");
    command->add_flag("--json", cose_.json, "Report as one JSON object");
    command->footer(kCoseFooter);
    command->callback(
        [this] { run_ = [this] { return modlog::RunCose(cose_); }; });
  }

  void AddHandles() {
    CLI::App* const command = app_.add_subcommand(
        "handles",
        "Judge offline the handles that a platform says an account has");
    command->add_option("file", handles_.file, "File of handles")->required();
    command
        ->add_option("--policy", handles_.policy,
                     "Whom to trust (c2sp.org/tlog-policy)")
        ->required();
    command->add_flag("--json", handles_.json, "Report as one JSON object");
    command->footer(kHandlesFooter);
    command->callback(
        [this] { run_ = [this] { return modlog::RunHandles(handles_); }; });
  }

  void AddFork() {
    CLI::App* const command = app_.add_subcommand(
        "fork",
        "Judge offline whether a file of evidence proves that a log signed two "
        "histories");
    command->add_option("evidence", fork_.evidence, "File of evidence")
        ->required();
    command
        ->add_option("--policy", fork_.policy,
                     "Whom to trust (c2sp.org/tlog-policy)")
        ->required();
    command->add_flag("--json", fork_.json, "Report as one JSON object");
    command->footer(kForkFooter);
    command->callback(
        [this] { run_ = [this] { return modlog::RunFork(fork_); }; });
  }

  void AddAudit() {
    CLI::App* const command = app_.add_subcommand(
        "audit",
        "Read a whole log, recompute every tile and the root, compare "
        "with what was seen before");
    command
        ->add_option("target", audit_.target,
                     "Address (http, https) of a log, or directory of a "
                     "static copy")
        ->required();
    command
        ->add_option("--policy", audit_.policy,
                     "Whom to trust (c2sp.org/tlog-policy)")
        ->required();
    state_ = command->add_option("--state", audit_.state,
                                 "Directory that remembers what was seen; "
                                 "missing: status 2");
    command->add_flag("--first-use", audit_.first_use,
                      "Nothing was seen yet. With --state: create it, or use "
                      "what it remembers. Without: remember nothing");
    command->add_flag("--integrity-only", audit_.integrity_only,
                      "Leave the rules of the record out: any tlog-tiles log "
                      "can be judged so");
    auto* const from = command->add_option(
        "--from", audit_.from,
        "First entry to look at, of a log that is pruned: what stands before "
        "it is not judged, nor are the rules of the record. Rounded down to a "
        "multiple of 256");
    command
        ->add_option("--predecessor", audit_.predecessor,
                     "Address or copy of the log that this one succeeds: "
                     "audit it too, and judge whether the two agree")
        ->excludes("--integrity-only")
        ->excludes(from);
    command->add_flag("--strict", audit_.strict,
                      "A warning makes the verdict false as well");
    command->add_flag("--payloads", audit_.payloads,
                      "Fetch what is served of payloads and judge whether it "
                      "is what the entries commit to");
    command->add_option("--handles", audit_.handles,
                        "File of handles of an account: say which entries "
                        "bear them, and which handles no entry bears");
    command
        ->add_option("--late-days", audit_.late_days,
                     "Days from a measure to its entry that are not late")
        ->check(CLI::Range(0u, 3650u))
        ->capture_default_str();
    command->add_flag("--json", audit_.json, "Report as one JSON object");
    audit_.threads = ThreadsByDefault();
    command->add_option("--threads", audit_.threads, "Threads that hash")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->footer(kAuditFooter);
    command->callback([this] { run_ = [this] { return StartAudit(); }; });
  }

  void AddMirror() {
    CLI::App* const command = app_.add_subcommand(
        "mirror",
        "Keep a complete, verified copy of a log in a directory, and follow "
        "the log");
    command
        ->add_option("target", mirror_.target,
                     "Address (http, https) of a log, or directory of a copy")
        ->required();
    command
        ->add_option("directory", mirror_.directory,
                     "Where to keep the copy; made if missing")
        ->required();
    command
        ->add_option("--policy", mirror_.policy,
                     "Whom to trust (c2sp.org/tlog-policy)")
        ->required();
    command->add_flag("--first-use", mirror_.first_use,
                      "Nothing was copied yet: a directory without a "
                      "checkpoint is no error");
    command->add_flag("--once", mirror_.once,
                      "One pass, then exit; a second one where something looks "
                      "false");
    command
        ->add_option("--interval", mirror_.interval_s,
                     "Seconds between two looks at the log")
        ->check(CLI::Range(1u, 86'400u))
        ->capture_default_str();
    command->add_option("--evidence", mirror_.evidence,
                        "Directory for evidence of a fork; by default "
                        "DIRECTORY.evidence; made if missing");
    command->add_flag("--quiet", mirror_.quiet, "Print nothing but faults");
    command->add_flag("--json", mirror_.json,
                      "Report as one JSON object; following, one a line");
    mirror_.threads = ThreadsByDefault();
    command->add_option("--threads", mirror_.threads, "Threads that hash")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->footer(kMirrorFooter);
    command->callback([this] {
      run_ = [this] {
        CatchSignals();
        return modlog::RunMirror(mirror_, &g_stop);
      };
    });
  }

  static int ThreadsByDefault() {
    return static_cast<int>(
        std::clamp(std::thread::hardware_concurrency(), 1u, 64u));
  }

  Verdict StartAudit() {
    if (state_->count() > 0 && audit_.state.empty()) {
      std::cerr << "modlog-verify: cannot tell: --state is empty, want a "
                   "directory\n";
      return Verdict::kCannotTell;
    }
    if (audit_.state.empty() && !audit_.first_use) {
      std::cerr << "modlog-verify: cannot tell: without --state DIR there is "
                   "nothing to compare with; for an audit that remembers "
                   "nothing say --first-use\n";
      return Verdict::kCannotTell;
    }
    CatchSignals();
    return modlog::RunAudit(audit_, &g_stop);
  }

  void AddWatch() {
    modlog::AddWatchCommand(&app_, &watch_, [this] {
      run_ = [this] {
        CatchSignals();
        return modlog::RunWatch(watch_, &g_stop);
      };
    });
    modlog::AddGossipCommand(&app_, &gossip_, [this] {
      run_ = [this] {
        CatchSignals();
        return modlog::RunGossip(gossip_, &g_stop);
      };
    });
  }

  CLI::App app_{
      "modlog-verify judges a log of moderation from bytes, keys and "
      "a policy alone.",
      "modlog-verify"};
  std::function<Verdict()> run_;
  std::string file_;
  modlog::ReceiptOptions receipt_;
  modlog::CoseOptions cose_;
  modlog::HandleOptions handles_;
  modlog::ForkOptions fork_;
  modlog::AuditOptions audit_;
  modlog::WatchOptions watch_;
  modlog::GossipOptions gossip_;
  modlog::MirrorOptions mirror_;
  CLI::Option* state_ = nullptr;
};

// A verdict of truth that nobody can read is none.
Verdict Printed(Verdict verdict) {
  if (std::cout.flush()) return verdict;
  std::cerr << "modlog-verify: cannot write to standard output; the verdict "
               "was: "
            << modlog::VerdictName(verdict) << '\n';
  return modlog::Worse(verdict, Verdict::kCannotTell);
}

}  // namespace

int main(int argc, char** argv) {
  modlog::HoldStandardStreams();
  // An entry that does not parse is a finding, and reported as one.
  google::protobuf::SetLogHandler(nullptr);
  return modlog::MemoryEnd::Run(
      "modlog-verify: cannot tell: not enough memory (or threads); give it "
      "more, or judge a smaller part\n",
      static_cast<int>(Verdict::kCannotTell), [&] {
        CommandLine command_line;
        try {
          return static_cast<int>(Printed(command_line.Run(argc, argv)));
        } catch (const CLI::ParseError& error) {
          return command_line.Exit(error);
        }
      });
}
