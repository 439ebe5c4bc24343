// modlog-witness: cosigns what logs show. --help says how.

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/durable_file.h"
#include "verifier/base/standard_streams.h"
#include "verifier/base/words.h"
#include "verifier/witness/witness_server.h"

namespace modlog {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitPoisoned = 4;
constexpr size_t kOriginsSaidMax = 5;

constexpr char kFooter[] = R"help(
A witness keeps logs from showing one history to one reader and another to the
next. A log sends it each new checkpoint with a proof; it cosigns what only adds
to what it cosigned before, and remembers that for ever. It serves any log that
speaks c2sp.org/tlog-witness, whatever the log holds.

The first start needs a name, for ever, under which its key is known: a URL
without its scheme, such as witness.example.org/w1. When it serves it prints one
line on standard output:

  ready http=HOST:PORT vkey=VKEY

Give the vkey and the address to logs and verifiers. In a policy they stand so:

  witness w1 VKEY https://witness.example.org/

Which logs it serves is said by --log VKEY, once for each, or by a list in the
format of the public witness network (logs/v0). Only ever add logs: the origin of
a log is its name for ever. An entry that this version does not know, such as one
with a key of a new type, is named in a warning and passed over.

In the data directory: witness.key (secret, mode 0600), state (what was cosigned
last), evidence/ (checkpoints that contradict each other), lock. Key and state
belong together; a state from a backup has forgotten what was cosigned since, so
start a new witness instead of restoring one.

SIGHUP reads the lists again: new logs are witnessed, logs that are gone no longer,
and what was cosigned is kept. Where a list cannot be read all stays as it was.
SIGINT and SIGTERM stop it. Exit status: 0 stopped as asked, 1 could not start,
or no memory left, 2 wrong usage, 4 a write to the state failed (start again once the cause is
removed).

Try:
  modlog-witness --data-dir w1 --listen 127.0.0.1:7380 --name localhost/w1 \
      --log "$(sed -n 's/^log \([^ ]*\).*/\1/p' modlog-data/log.policy)" &
  curl http://127.0.0.1:7380/)help";

struct Flags {
  std::string data_dir = "./modlog-witness-data";
  std::string listen = "127.0.0.1:7380";
  std::optional<std::string> name;
  std::vector<std::string> log_keys;
  std::vector<std::string> log_lists;
  double updates_per_second = kUpdatesPerSecondDefault;
  unsigned request_seconds = kRequestSecondsDefault;
};

void DescribeFlags(CLI::App* app, Flags* flags) {
  app->add_option("--data-dir", flags->data_dir,
                  "Directory of key and state, made if missing")
      ->type_name("DIR")
      ->capture_default_str();
  app->add_option("--listen", flags->listen,
                  "Where logs submit and everyone reads, port 0 for a free one")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app->add_option("--name", flags->name,
                  "The witness's name [that of its key; required for a new "
                  "one]")
      ->type_name("NAME");
  app->add_option("--log", flags->log_keys,
                  "A log to witness, whose origin is its key's name; may be "
                  "repeated, for a second key of one log too")
      ->type_name("VKEY");
  app->add_option("--log-list", flags->log_lists,
                  "Logs to witness, as a logs/v0 list; may be repeated")
      ->type_name("FILE");
  app->add_option("--rate", flags->updates_per_second,
                  "New checkpoints a second of one log, bursts of twice that; "
                  "beyond it 429. 0 for no limit")
      ->type_name("N")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app->add_option("--request-seconds", flags->request_seconds,
                  "How long a client may take for a request before it is cut "
                  "off")
      ->type_name("N")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str();
  app->set_version_flag("--version", "modlog-witness " MODLOG_VERSION);
  app->footer(kFooter);
}

int Complain(int status, const std::string& message) {
  static_cast<void>(
      std::fprintf(stderr, "modlog-witness: %s\n", message.c_str()));
  return status;
}

// A line of the witness's log. Thread-safe.
void Say(const std::string& message) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const std::string time =
      FormatTimeS(static_cast<uint64_t>(std::time(nullptr)));
  static_cast<void>(
      std::fprintf(stderr, "%s %s\n", time.c_str(), message.c_str()));
}

// Where there is no memory left the process ends: what it answered is on the
// disk, and the next start goes on from there.
[[noreturn]] void EndWithoutMemory() {
  constexpr std::string_view kWhy = "modlog-witness: out of memory\n";
  static_cast<void>(!write(STDERR_FILENO, kWhy.data(), kWhy.size()));
  _exit(kExitFailed);
}

// ConnectionsFor raises the limit of open files to what is allowed and returns
// how many connections that leaves room for; beyond it whoever connects waits,
// and the state is still written.
Result<unsigned> ConnectionsFor() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit raised = limit;
  raised.rlim_cur = std::min<rlim_t>(
      limit.rlim_max,
      std::max<rlim_t>(limit.rlim_cur, kConnectionsMax + kDescriptorsReserve));
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  if (limit.rlim_cur < kConnectionsMin + kDescriptorsReserve) {
    return Fail(Code::kExhausted,
                "this process may have " + std::to_string(limit.rlim_cur) +
                    " files open, want " +
                    std::to_string(kConnectionsMin + kDescriptorsReserve) +
                    " or more: raise the limit (ulimit -n, LimitNOFILE= of "
                    "systemd)");
  }
  return static_cast<unsigned>(
      std::min<rlim_t>(kConnectionsMax, limit.rlim_cur - kDescriptorsReserve));
}

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

sigset_t Signals() {
  sigset_t set = StopSignals();
  sigaddset(&set, SIGHUP);
  return set;
}

// To be called before any thread starts, so that all inherit it.
void BlockSignals() {
  const sigset_t set = Signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  // A file's limit is an error of the write.
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
}

// The signal that came; 0 after a second without one. Behind one that stops, a
// further one ends the process at once.
int WaitForSignal() {
  const sigset_t set = Signals();
  const timespec second = {.tv_sec = 1, .tv_nsec = 0};
  const int signal = sigtimedwait(&set, nullptr, &second);
  if (signal < 0) return 0;
  if (signal != SIGHUP) {
    const sigset_t stop = StopSignals();
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  }
  return signal;
}

void SayWhatIsOdd(const std::string& path, const LogList& list) {
  for (const std::string& entry : list.odd) {
    Say("warning: " + path +
        ": an entry is passed over, its log is not "
        "witnessed: " +
        entry);
  }
  if (list.odd_count > list.odd.size()) {
    Say("warning: " + path + ": and " +
        Counted(list.odd_count - list.odd.size(), "more entry",
                "more entries"));
  }
}

// A list may be empty: it gets longer, and SIGHUP reads it again.
Result<std::vector<WitnessedLog>> ReadLogs(const Flags& flags) {
  std::vector<WitnessedLog> logs;
  for (const std::string& vkey : flags.log_keys) {
    auto log = ParseLogKey(vkey);
    if (!log) return Prefixed("--log", log.error());
    logs.push_back(std::move(*log));
  }
  for (const std::string& path : flags.log_lists) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLogListSizeMax));
    const auto list = ParseLogList(text);
    if (!list) return Prefixed(path, list.error());
    SayWhatIsOdd(path, *list);
    logs.insert(logs.end(), list->logs.begin(), list->logs.end());
  }
  if (flags.log_keys.empty() && flags.log_lists.empty()) {
    return Fail(Code::kMalformed,
                "no log to witness: want --log VKEY or --log-list FILE");
  }
  return logs;
}

void Greet(const Witness& witness, const WitnessServer& server) {
  const std::string vkey = FormatVerifierKey(witness.verifier_key());
  Say("witness " + witness.verifier_key().name + " serves " +
      Counted(witness.served_count(), "log", "logs") + " on http://" +
      server.address() + "/");
  const int printed = std::printf("ready http=%s vkey=%s\n",
                                  server.address().c_str(), vkey.c_str());
  if (printed < 0 || std::fflush(stdout) != 0) {
    Say("the ready line could not be written to standard output");
  }
}

// The first few of them, for the witness's own log.
std::string Names(const std::vector<std::string>& origins) {
  std::string names;
  for (size_t i = 0; i < origins.size() && i < kOriginsSaidMax; ++i) {
    names += (i == 0 ? ": " : ", ") + Quote(origins[i]);
  }
  return names + (origins.size() > kOriginsSaidMax ? ", …" : "");
}

void ReadListsAgain(const Flags& flags, Witness* witness) {
  auto logs = ReadLogs(flags);
  Result<LogsChange> change;
  if (!logs) {
    change = std::unexpected(logs.error());
  } else {
    change = witness->SetLogs(*logs);
  }
  if (!change) {
    return Say("warning: SIGHUP: the logs stay as they were: " +
               change.error().message);
  }
  Say("SIGHUP: " + Counted(witness->served_count(), "log", "logs") +
      " witnessed; " + std::to_string(change->added.size()) + " new" +
      Names(change->added) + "; " + std::to_string(change->removed.size()) +
      " no longer" + Names(change->removed));
}

// Serves until told to stop, or until the state cannot be written.
int Serve(const Flags& flags, Witness* witness) {
  for (int signal = 0; signal == 0 || signal == SIGHUP;
       signal = WaitForSignal()) {
    if (signal == SIGHUP) ReadListsAgain(flags, witness);
    if (const std::string why = witness->failure(); !why.empty()) {
      Say("stopping: " + why + "; remove the cause, then start again");
      return kExitPoisoned;
    }
  }
  Say("stopping");
  return 0;
}

Result<int> Run(const Flags& flags, const ListenAddress& address,
                std::vector<WitnessedLog> logs) {
  ASSIGN_OR_RETURN(const unsigned connections, ConnectionsFor());
  ASSIGN_OR_RETURN(
      const auto witness,
      Witness::Open({.data_dir = flags.data_dir,
                     .name = flags.name,
                     .logs = std::move(logs),
                     .updates_per_second = flags.updates_per_second,
                     .warn = Say}));
  ASSIGN_OR_RETURN(
      const auto server,
      WitnessServer::Start(witness.get(), address,
                           std::chrono::seconds(flags.request_seconds),
                           connections));
  Greet(*witness, *server);
  return Serve(flags, witness.get());
}

}  // namespace
}  // namespace modlog

int main(int argc, char** argv) {
  modlog::HoldStandardStreams();
  std::set_new_handler(modlog::EndWithoutMemory);
  modlog::Flags flags;
  CLI::App app("Cosigns the checkpoints of logs that only grow.",
               "modlog-witness");
  modlog::DescribeFlags(&app, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return modlog::Complain(modlog::kExitUsage,
                            std::string(error.what()) + "; see --help");
  }
  const auto address = modlog::ParseListenAddress(flags.listen);
  if (!address) {
    return modlog::Complain(modlog::kExitUsage,
                            "--listen: " + address.error().message);
  }
  modlog::BlockSignals();
  auto logs = modlog::ReadLogs(flags);
  if (!logs) {
    return modlog::Complain(modlog::kExitUsage, logs.error().message);
  }
  const auto status = modlog::Run(flags, *address, std::move(*logs));
  if (!status) {
    return modlog::Complain(modlog::kExitFailed, status.error().message);
  }
  return *status;
}
