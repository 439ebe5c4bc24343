#include "verifier/commands/arguments.h"

#include <algorithm>
#include <thread>

namespace modlog {
namespace {

constexpr char kWatchFooter[] = R"(
Each look: the checkpoint under the policy; what was seen before must be its
beginning; every new entry, bundle and tile; and, asked at the same time, what
the policy's witnesses say, the mirrors and the other watchers. The first time,
and once a day, the whole log is audited, with all rules of the record.

A look is over after --look-time: what was not there by then is a warning. Only
entries are read on, into the next look, while the log sends a kilobyte a second
or finishes a file; a log that sends less for a minute cannot be told.

Exit status
  0  ended by Ctrl-C or SIGTERM; with --once: all was compared and agrees
  1  the log contradicts itself (the line says where the evidence is, for
     `modlog-verify fork`), serves less than it did, a tile or entry is wrong,
     or a rule of the record is broken
  2  it could not begin: arguments, policy, state. With --once also what is
     else a warning: the log or a peer cannot be reached or understood, no
     quorum, or the quorum's cosignatures are older than --max-age
A fork ends it at once. All else that looks false is looked at once more, after
--interval, before it is called so; with --once too. While the log cannot be
reached the waits grow to a quarter of an hour.

Somebody ahead of the log is no contradiction yet: a log shows a checkpoint to
its witnesses before it publishes it. If the log still serves less at the next
look, and the policy's quorum has cosigned that checkpoint, it is. (Where the
policy asks for no quorum: if a mirror or watcher has it, and not witnesses
alone.)

A log that has ended names its successor (modlog succeed). Its end is verified,
and if the policy trusts the successor and says where it is, the watch goes on
there: the successor's first entry must name the log that ended.

A witness may show what it saw (its monitoring prefix) elsewhere than it takes
checkpoints (the policy's address): say where with --monitoring NAME=URL, or
--monitoring NAME=none if it shows nothing. Where a witness knows nothing of a
log that it cosigned, that is a warning. What --gossip, --monitoring and the
policy name is asked for <hex of SHA-256 of the origin>/checkpoint.

Examples
  modlog-verify watch https://log.example/ --policy log.policy \
      --state ~/modlog-seen --first-use          the first time
  modlog-verify watch https://log.example/ --policy log.policy \
      --state ~/modlog-seen --mirror https://mirror.example/ \
      --gossip https://friend.example/modlog --publish /var/www/modlog
  modlog-verify watch https://log.example/ --policy log.policy \
      --state ~/modlog-seen --once --json        from cron
)";

constexpr char kGossipFooter[] = R"(
Two people who are shown two histories find out only by comparing. Each puts
what they saw where the other can read it, and compares:

  modlog-verify gossip --state ~/modlog-seen --policy log.policy \
      --publish /var/www/modlog https://friend.example/modlog

--publish writes DIR/<hex of SHA-256 of the origin>/checkpoint: the layout in
which witnesses show what they cosigned, so any web server can serve it, and a
witness can be compared with in the same way. `watch` does both by itself, with
--publish and --gossip; `gossip` may run beside it with the same state.

Checkpoints of one size are compared offline. Of two sizes, tiles of the larger
tree prove whether it begins with the smaller: they are read from the log
(--log, or the address in the policy), or from a --mirror.

Exit status
  0  all were compared and go together (without FROM: published)
  1  two do not; evidence is kept, for `modlog-verify fork`
  2  something could not be asked, understood or compared; nothing remembered
)";

int Threads() {
  return static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 1u, 64u));
}

void AddPolicyAndState(CLI::App* command, std::string* policy,
                       std::string* state) {
  command
      ->add_option("--policy", *policy, "Whom to trust (c2sp.org/tlog-policy)")
      ->required();
  const auto not_empty = [](const std::string& value) {
    return value.empty() ? "want a directory" : "";
  };
  command
      ->add_option("--state", *state,
                   "Directory that remembers what was seen; an audit's can be "
                   "gone on with")
      ->required()
      ->check(CLI::Validator(not_empty, "DIR"));
}

void AddPlaces(CLI::App* command, std::string* evidence, std::string* publish) {
  command->add_option("--evidence", *evidence,
                      "Directory for evidence of contradictions (STATE/evidence"
                      " without it)");
  command->add_option("--publish", *publish,
                      "Directory in which to publish what was seen last, for "
                      "others to compare with");
}

// One value each time, so that what follows is not taken for another.
void AddRepeated(CLI::App* command, const char* name,
                 std::vector<std::string>* values, const char* what) {
  command->add_option(name, *values, what)->allow_extra_args(false);
}

void AddLookTime(CLI::App* command, uint32_t* seconds) {
  command
      ->add_option("--look-time", *seconds,
                   "Seconds after which a look is over, whoever has not "
                   "answered")
      ->check(CLI::Range(1u, kIntervalMaxS))
      ->capture_default_str();
}

}  // namespace

void AddWatchCommand(CLI::App* app, WatchOptions* options,
                     std::function<void()> chosen) {
  options->threads = Threads();
  CLI::App* const command = app->add_subcommand(
      "watch",
      "Follow a log and its witnesses, for ever or --once: check what is new, "
      "compare what others say, keep evidence");
  command
      ->add_option("target", options->target,
                   "Address (http, https) of a log, or directory of a copy")
      ->required();
  AddPolicyAndState(command, &options->policy, &options->state);
  AddPlaces(command, &options->evidence, &options->publish);
  AddRepeated(command, "--mirror", &options->mirrors,
              "Address or directory of a copy of the log to compare with; may "
              "be repeated");
  AddRepeated(command, "--gossip", &options->gossip,
              "Address or directory in which another watcher (or a witness) "
              "publishes; may be repeated");
  AddRepeated(
      command, "--monitoring", &options->monitoring,
      "NAME=URL, NAME=DIRECTORY or NAME=none: where the witness of this "
      "name or verifier key shows what it saw; may be repeated");
  command->add_flag("--once", options->once,
                    "Look once, or twice where only that can tell");
  command->add_flag("--first-use", options->first_use,
                    "Nothing was seen yet: create the state, or use what it "
                    "remembers");
  command
      ->add_option("--interval", options->interval_s,
                   "Seconds from one look to the next: more than caches before "
                   "the log keep its checkpoint")
      ->check(CLI::Range(1u, kIntervalMaxS))
      ->capture_default_str();
  AddLookTime(command, &options->look_time_s);
  command
      ->add_option("--max-age", options->max_age_s,
                   "Seconds after which a quorum's cosignatures are stale; 0: "
                   "never")
      ->capture_default_str();
  command
      ->add_option("--audit-every", options->audit_every_s,
                   "Seconds after which the whole log is audited again; 0: "
                   "only until it was found right once")
      ->capture_default_str();
  command->add_flag("--integrity-only", options->integrity_only,
                    "Leave the rules of the record out: any tlog-tiles log can "
                    "be watched so");
  command->add_flag("--json", options->json, "One JSON object a look, a line");
  command->add_option("--threads", options->threads, "Threads that hash")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->footer(kWatchFooter);
  command->callback(std::move(chosen));
}

void AddGossipCommand(CLI::App* app, GossipOptions* options,
                      std::function<void()> chosen) {
  CLI::App* const command = app->add_subcommand(
      "gossip",
      "Compare what was seen of a log with what others saw, and publish it");
  command->add_option("from", options->from,
                      "Addresses or directories in which others publish");
  AddPolicyAndState(command, &options->policy, &options->state);
  AddPlaces(command, &options->evidence, &options->publish);
  command->add_option("--log", options->log,
                      "Address or directory of the log, where the policy has "
                      "none or another");
  AddRepeated(command, "--mirror", &options->mirrors,
              "Address or directory of a copy of the log: compared, and its "
              "tiles prove what the log's do not; may be repeated");
  command
      ->add_option("--interval", options->interval_s,
                   "Seconds to a second look, where only that can tell")
      ->check(CLI::Range(1u, kIntervalMaxS))
      ->capture_default_str();
  AddLookTime(command, &options->look_time_s);
  command->add_flag("--json", options->json, "One JSON object a log, a line");
  command->footer(kGossipFooter);
  command->callback(std::move(chosen));
}

}  // namespace modlog
