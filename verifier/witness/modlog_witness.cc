// modlog-witness: cosigns what logs show. --help says how.

#include <pthread.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "verifier/files.h"
#include "verifier/standard_streams.h"
#include "verifier/witness/server.h"
#include "verifier/words.h"

namespace modlog {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitPoisoned = 4;

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
a log is its name for ever.

In the data directory: witness.key (secret, mode 0600), state (what was cosigned
last), evidence/ (checkpoints that contradict each other), lock. Key and state
belong together; a state from a backup has forgotten what was cosigned since, so
start a new witness instead of restoring one.

SIGINT and SIGTERM stop it. Exit status: 0 stopped as asked, 1 could not start,
2 wrong usage, 4 a write to the state failed (start again once the cause is
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

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

// To be called before any thread starts, so that all inherit it.
void BlockStopSignals() {
  const sigset_t set = StopSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  static_cast<void>(signal(SIGPIPE, SIG_IGN));
  // A file's limit is an error of the write.
  static_cast<void>(signal(SIGXFSZ, SIG_IGN));
}

// True when a stop was asked for, false after a second. A further signal ends
// the process at once.
bool WaitForStop() {
  const sigset_t set = StopSignals();
  const timespec second = {.tv_sec = 1, .tv_nsec = 0};
  if (sigtimedwait(&set, nullptr, &second) < 0) return false;
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  return true;
}

Result<std::vector<WitnessedLog>> ReadLogs(const Flags& flags) {
  std::vector<WitnessedLog> logs;
  for (const std::string& vkey : flags.log_keys) {
    auto log = ParseLogKey(vkey);
    if (!log) return Prefixed("--log", log.error());
    logs.push_back(std::move(*log));
  }
  for (const std::string& path : flags.log_lists) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kLogListSizeMax));
    auto list = ParseLogList(text);
    if (!list) return Prefixed(path, list.error());
    logs.insert(logs.end(), list->begin(), list->end());
  }
  if (logs.empty()) {
    return Fail(Code::kMalformed,
                "no log to witness: want --log VKEY or --log-list FILE");
  }
  return logs;
}

void Greet(const Witness& witness, const WitnessServer& server) {
  const std::string vkey = FormatVerifierKey(witness.verifier_key());
  Say("witness " + witness.verifier_key().name + " serves " +
      Counted(witness.log_count(), "log", "logs") + " on http://" +
      server.address() + "/");
  const int printed = std::printf("ready http=%s vkey=%s\n",
                                  server.address().c_str(), vkey.c_str());
  if (printed < 0 || std::fflush(stdout) != 0) {
    Say("the ready line could not be written to standard output");
  }
}

// Serves until told to stop, or until the state cannot be written.
int Serve(const Witness& witness) {
  while (!WaitForStop()) {
    if (const std::string why = witness.failure(); !why.empty()) {
      Say("stopping: " + why + "; remove the cause, then start again");
      return kExitPoisoned;
    }
  }
  Say("stopping");
  return 0;
}

Result<int> Run(const Flags& flags, const ListenAddress& address,
                std::vector<WitnessedLog> logs) {
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
                           std::chrono::seconds(flags.request_seconds)));
  Greet(*witness, *server);
  return Serve(*witness);
}

}  // namespace
}  // namespace modlog

int main(int argc, char** argv) {
  modlog::HoldStandardStreams();
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
  auto logs = modlog::ReadLogs(flags);
  if (!logs) {
    return modlog::Complain(modlog::kExitUsage, logs.error().message);
  }
  modlog::BlockStopSignals();
  const auto status = modlog::Run(flags, *address, std::move(*logs));
  if (!status) {
    return modlog::Complain(modlog::kExitFailed, status.error().message);
  }
  return *status;
}
