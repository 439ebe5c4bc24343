// modlogd: runs a log. --help says how.

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "api/keys/token_key.h"
#include "api/server/callers.h"
#include "api/server/config.h"
#include "api/server/connection_shares.h"
#include "api/server/data_dir.h"
#include "api/server/descriptors.h"
#include "api/server/further_keys.h"
#include "api/server/log_file.h"
#include "api/server/not_older.h"
#include "api/server/server.h"
#include "api/server/signing.h"
#include "api/server/stop_deadline.h"
#include "api/witnessing/publisher.h"
#include "log/log.h"
#include "log/store/rocksdb_store.h"
#include "log/write/recovery.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"
#include "verifier/base/out_of_memory.h"
#include "verifier/base/standard_streams.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitRolledBack = 3;
constexpr int kExitPoisoned = 4;
constexpr int kExitPortDead = 5;

constexpr char kFooter[] = R"(
Without any option modlogd runs a log named localhost/modlog in ./modlog-data:
it makes a signing key on the first start, takes appends over gRPC on
127.0.0.1:50051 and shows the log to everyone on http://127.0.0.1:8080/.
When it serves it prints one line on standard output:

  ready grpc=HOST:PORT http=HOST:PORT origin=NAME vkey=VKEY

The origin is the log's name for ever, so choose it before the first start:
a URL without its scheme that you control, such as log.example.org/moderation.
The files in the data directory belong together; log.key is secret, and who has
it can sign in the log's name. log.policy is what verifiers need.
A key may be kept elsewhere, in a file or, better, in a token that it cannot be
copied from. It and the origin belong together for ever:

  modlogd --key /etc/modlog/log.key
  modlogd --origin log.example.org/moderation --key \
    'pkcs11:token=modlog;object=log?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/modlog/pin'

operator.token, made on the first start, is secret too: who shows it may enrol
platforms, erase and redact, and append in any platform's name.

With --policy the log asks witnesses to cosign: each remembers how far it has
seen this log and cosigns nothing else, so that neither you nor a thief of the
key can show two histories. It then starts UNCONFIRMED and takes appends once a
quorum has said that it has seen no more than the data directory holds; if one
has seen more, the data is older than it should be: ROLLED_BACK.

  log <vkey of this log>
  witness w1 <vkey> https://witness.example.org/
  witness w2 <vkey> https://witness.example.net/
  group both all w1 w2
  quorum both

The configuration file is TOML and has the same names with underscores:

  data_dir = "/var/lib/modlog"
  origin = "log.example.org/moderation"
  enrolled_only = true
  erase_at = "03:00"

SIGINT and SIGTERM stop it, within 2 s. SIGHUP opens the file of --log-file
again and reads tokens again; all else wants another start.
Exit status: 0 stopped as asked, 1 could not start, 2 wrong usage, 3 stopped
while ROLLED_BACK, or refused by --not-older-than (the data is older than what
the log has signed), 4 POISONED (a write of unknown outcome, or data that failed
a check: it stops by itself; start again), 5 a port does not answer any more (it
stops by itself; start again).

Try:
  modlogd &
  modlog append examples/january-2021.jsonl
  modlog-verify audit http://127.0.0.1:8080/ --policy modlog-data/log.policy --first-use)";

void DescribeFlags(CLI::App* app, Settings* flags,
                   std::optional<std::string>* file) {
  app->add_option("--data-dir", flags->data_dir,
                  "Directory of key and data, made if missing [" +
                      std::string(kDefaultDataDir) + "]")
      ->type_name("DIR");
  app->add_option("--origin", flags->origin,
                  "The log's name [that of its key; for a new one " +
                      std::string(kDefaultOrigin) + "]")
      ->type_name("NAME");
  app->add_option("--key", flags->key,
                  "Key to sign with, made by modlog keygen: a file, or a "
                  "pkcs11: URI of one in a token [log.key in the data "
                  "directory, made on the first start]")
      ->type_name("FILE|URI");
  app->add_option("--succeeds", flags->succeeds,
                  "Verifier key of a log that has ended and that this one goes "
                  "on for: its first entry says so")
      ->type_name("VKEY");
  app->add_option("--succeeds-at", flags->succeeds_at,
                  "And its final checkpoint, as modlog succeed wrote it")
      ->type_name("FILE");
  app->add_option("--grpc-listen", flags->grpc_listen,
                  "Where platforms append; loopback only, port 0 for a free "
                  "one [" +
                      std::string(kDefaultGrpcListen) + "]")
      ->type_name("HOST:PORT");
  app->add_option("--http-listen", flags->http_listen,
                  "Where everyone reads, port 0 for a free one [" +
                      std::string(kDefaultHttpListen) + "]")
      ->type_name("HOST:PORT");
  app->add_flag_callback(
      "--enrolled-only", [flags] { flags->enrolled_only = true; },
      "Take entries of enrolled platforms only; without it whoever reaches the "
      "gRPC port may append in the name of a platform that is not enrolled");
  app->add_option("--cose-key", flags->cose_key,
                  "Answer for COSE receipts (RFC 9942) too, signed by the key "
                  "in this file, made the first time [none]")
      ->type_name("FILE");
  app->add_option("--mldsa-key", flags->mldsa_key,
                  "Sign checkpoints by ML-DSA-44 as well, with the key in this "
                  "file, made the first time; needs OpenSSL 3.5 [none]")
      ->type_name("FILE");
  app->add_option("--policy", flags->policy,
                  "Witnesses to ask for cosignatures, as a "
                  "c2sp.org/tlog-policy with their addresses")
      ->type_name("FILE");
  app->add_option("--witness-mode", flags->witness_mode,
                  "hold-back: /checkpoint shows only what a quorum of the "
                  "policy cosigned; fail-open: what there is after 15 s "
                  "[hold-back]")
      ->type_name("MODE");
  app->add_option("--witness-interval-ms", flags->witness_interval_ms,
                  "Least time from asking the witnesses to asking again, "
                  "while the log grows [1000]")
      ->type_name("MS");
  app->add_option("--erase-at", flags->erase_at,
                  "When the day's erasures are carried out and payloads whose "
                  "last day has passed go, in UTC [" +
                      std::string(kDefaultEraseAt) + "]")
      ->type_name("HH:MM");
  app->add_flag_callback(
      "--clock-is-right", [flags] { flags->clock_is_right = true; },
      "The clock is right at this start, though it is far ahead of all that is "
      "known to have passed; for one start, not for a unit file");
  app->add_option("--not-older-than", flags->not_older_than,
                  "A checkpoint of this log, in a file or at an address of a "
                  "copy: no start with data that does not extend it, such as "
                  "an older backup [none]")
      ->type_name("FILE|URL");
  app->add_flag("--accept-lost-tokens", flags->accept_lost_tokens,
                "Start although the file tokens has lost platforms: only the "
                "operator appends in their names until they have new tokens");
  app->add_option("--log-file", flags->log_file,
                  "Write what there is to say to this file, opened again on "
                  "SIGHUP [standard error]")
      ->type_name("FILE");
  app->add_option("--grpc-connections", flags->grpc_connections,
                  "Most connections to the gRPC port; for one more the "
                  "quietest is ended [1024, or what descriptors allow]")
      ->type_name("N");
  app->add_option("--grpc-connections-per-peer",
                  flags->grpc_connections_per_peer,
                  "Of these, of one address (IPv6: /64) [three quarters]")
      ->type_name("N");
  app->add_option("--http-connections", flags->http_connections,
                  "Most connections to the HTTP port [512, or what "
                  "descriptors allow]")
      ->type_name("N");
  app->add_option("--http-connections-per-peer",
                  flags->http_connections_per_peer,
                  "Of these, of one address (IPv6: /64) [128]")
      ->type_name("N");
  app->add_option("--config", *file, "Configuration file; flags win over it")
      ->type_name("FILE.toml");
  app->set_version_flag("--version", "modlogd " MODLOG_VERSION "\n" +
                                         std::string(TokenSupport()) +
                                         "\nlibcrypto: " + DescribeLibcrypto());
  app->footer(kFooter);
}

int Complain(int status, const std::string& message) {
  std::fprintf(stderr, "modlogd: %s\n", message.c_str());
  return status;
}

// To standard error, or to the file that is returned.
Result<std::shared_ptr<LogFile>> SetUpLogging(
    const std::optional<std::string>& path) {
  std::shared_ptr<LogFile> file;
  if (path.has_value()) {
    auto opened = LogFile::Open(*path);
    if (!opened.has_value()) return Prefixed("log-file", opened.error());
    file = *std::move(opened);
  }
  auto logger = file == nullptr
                    ? spdlog::stderr_color_mt("modlogd")
                    : std::make_shared<spdlog::logger>("modlogd", file);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_function([](gpr_log_func_args* args) {
    spdlog::debug("grpc: {}", args->message);
  });
  // It would write a line for each message of a client that does not parse.
  google::protobuf::SetLogHandler(nullptr);
  return file;
}

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

sigset_t AwaitedSignals() {
  sigset_t set = StopSignals();
  sigaddset(&set, SIGHUP);
  return set;
}

// To be called before anything else: all threads inherit it, and a SIGHUP that
// comes while the log starts waits until it has started.
void BlockSignals() {
  const sigset_t set = AwaitedSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file's limit is an error of the write
}

// True when a stop was asked for, false after a second, or once what a SIGHUP
// asks for is done. A further signal to stop ends the process at once.
bool WaitForStop(const std::function<void()>& reload) {
  const sigset_t set = AwaitedSignals();
  const timespec second = {.tv_sec = 1, .tv_nsec = 0};
  const int got = sigtimedwait(&set, nullptr, &second);
  if (got == SIGHUP) reload();
  if (got < 0 || got == SIGHUP) return false;
  const sigset_t stop = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  return true;
}

void Warn(const std::string& what) { spdlog::warn("{}", what); }
void Inform(const std::string& what) { spdlog::info("{}", what); }

// The policy that verifiers get: this log, and its witnesses if it has any.
// kConflict where the operator's names logs and not this one.
Result<Policy> PolicyOf(const Config& config, const VerifierKey& key) {
  Policy policy = config.policy.value_or(Policy());
  const auto is_this = [&key](const PolicyLog& log) {
    return FormatVerifierKey(log.key) == FormatVerifierKey(key);
  };
  if (!policy.logs.empty() &&
      std::none_of(policy.logs.begin(), policy.logs.end(), is_this)) {
    return Fail(Code::kConflict,
                "the policy names other logs, and not this one: add the line "
                "\"log " +
                    FormatVerifierKey(key) + "\"");
  }
  policy.logs = {{.key = key, .url = ""}};
  return policy;
}

// A successor has another origin than the log that it goes on for.
Result<void> CheckPredecessor(const Config& config, const VerifierKey& key) {
  if (!config.predecessor.has_value() ||
      config.predecessor->key.name != key.name) {
    return {};
  }
  return Fail(Code::kConflict,
              "succeeds: names this log's own origin " + Quote(key.name) +
                  ": a successor has another, with a key and a --data-dir of "
                  "its own");
}

std::unique_ptr<Publisher> MakePublisher(const Config& config,
                                         const Policy& policy,
                                         const DataDir& directory) {
  if (!config.policy.has_value()) return nullptr;
  return std::make_unique<Publisher>(
      PublisherOptions{.policy = policy,
                       .rounds = config.rounds,
                       .path = directory.PublishedPath(),
                       .clock = SystemClock(),
                       .warn = Warn,
                       .inform = Inform});
}

Result<Descriptors> TakeDescriptors(const Config& config) {
  ASSIGN_OR_RETURN(const uint64_t limit, RaiseDescriptorLimit());
  return ShareDescriptors(limit, config.policy.has_value()
                                     ? config.policy->witnesses.size()
                                     : size_t{0});
}

int RefuseOlder(const Error& error) {
  spdlog::error("{}", error.message);
  return Complain(kExitRolledBack, error.message);
}

// The store of this log and of no other, before anything is noted in it.
Result<std::unique_ptr<Store>> OpenStore(const DataDir& directory,
                                         const Descriptors& descriptors,
                                         const VerifierKey& key) {
  const RocksDbOptions options = {.table_files =
                                      static_cast<int>(descriptors.store)};
  ASSIGN_OR_RETURN(auto store, OpenRocksDbStore(directory.DbPath(), options));
  RETURN_IF_ERROR(CheckOwner(*store, key));
  return store;
}

// When this program came to this machine, by the clock of then.
int64_t InstalledMs() {
  struct stat status;
  if (::stat("/proc/self/exe", &status) != 0) return 0;
  return int64_t{status.st_ctim.tv_sec} * 1'000;
}

Result<std::unique_ptr<Log>> OpenLog(const Config& config,
                                     const DataDir& directory, SigningKey key,
                                     std::optional<MlDsaSignerKey> second,
                                     std::unique_ptr<Store> store,
                                     Publisher* publisher) {
  LogOptions options{.data_dir = directory.path(),
                     .key = std::move(key),
                     .second_key = std::move(second),
                     .clock = SystemClock(),
                     .known_past_ms = InstalledMs(),
                     .clock_is_right = config.clock_is_right,
                     .erasures = {.at_ms = config.erase_at_ms},
                     .predecessor = config.predecessor,
                     .warn = Warn};
  if (publisher != nullptr) {
    options.publishing = {.at_once = false,
                          .on_signed = [publisher] { publisher->OnSigned(); }};
  }
  return Log::Open(std::move(options), std::move(store));
}

void Greet(const DataDir& directory, const Log& log, const Server& server) {
  const std::string vkey = FormatVerifierKey(log.verifier_key());
  spdlog::info("log {} holds {} entries, {}", log.verifier_key().name,
               log.signed_head()->tree.size, LogStateName(log.state()));
  spdlog::info("verifier key {}", vkey);
  spdlog::info("policy for verifiers in {}", directory.PolicyPath());
  spdlog::info("the public reads http://{}/", server.http_address());
  spdlog::info("platforms append: modlog --server {} append FILE.jsonl",
               server.grpc_address());
  const int printed =
      std::printf("ready grpc=%s http=%s origin=%s vkey=%s\n",
                  server.grpc_address().c_str(), server.http_address().c_str(),
                  log.verifier_key().name.c_str(), vkey.c_str());
  if (printed < 0 || std::fflush(stdout) != 0) {
    spdlog::warn("the ready line could not be written to standard output");
  }
}

int ExitStatusOf(LogState state) {
  if (state == LogState::kRolledBack) return kExitRolledBack;
  if (state == LogState::kPoisoned) return kExitPoisoned;
  return 0;
}

// Says in what state the log is now, and what there is to do about it.
void Tell(LogState state, const std::string& reason) {
  const std::string_view name = LogStateName(state);
  switch (state) {
    case LogState::kServing:
      return spdlog::info("{}: appends are taken", name);
    case LogState::kClock:
      return spdlog::warn("{}: {}; appends are refused; reads go on", name,
                          reason);
    case LogState::kUnconfirmed:
      return spdlog::info("{}: {}", name, reason);
    case LogState::kFrozen:
      return spdlog::info("{}: {}; reads go on", name, reason);
    case LogState::kPoisoned:
      return spdlog::error(
          "{}: {}; appends are refused; remove the cause, then start modlogd "
          "again",
          name, reason);
    default:
      return spdlog::error(
          "{}: {}; appends are refused; reads go on; stop modlogd and bring "
          "the newer data back",
          name, reason);
  }
}

// What the command line asked for, and where that of the file is read again.
struct Asked {
  Settings flags;
  std::optional<std::string> file;
  Config config;
  std::shared_ptr<LogFile> log_file;  // null: standard error
};

// What a SIGHUP asks for. The line says what was read; the rest is for a start.
void Reload(const Asked& asked, Callers* callers) {
  const bool has_file = asked.log_file != nullptr;
  if (has_file) {
    const auto reopened = asked.log_file->Reopen();
    if (!reopened.has_value()) {
      spdlog::error("SIGHUP: log-file: {}; going on in the old one",
                    reopened.error().message);
    }
  }
  const auto lost = callers->Reload();
  if (!lost.has_value()) {
    spdlog::error("SIGHUP: {}; the tokens known so far stay good",
                  lost.error().message);
  } else if (*lost > 0) {
    spdlog::error(
        "SIGHUP: the file tokens has lost {} platforms: only the operator "
        "appends in their names until the file is restored or `modlog platform "
        "add` gives them new tokens",
        *lost);
  }
  const auto config = MakeConfig(asked.flags, asked.file);
  if (!config.has_value()) {
    spdlog::error("SIGHUP: the next start would be refused: {}",
                  config.error().message);
  }
  spdlog::info(
      "SIGHUP: {}tokens read again; keys, policy, addresses and every other "
      "setting stay as they were at the start",
      has_file ? "log file opened again, " : "");
}

// Serves until told to stop, the log is poisoned or a port is dead, and says
// once how the log is where that changes.
int Serve(const Log& log, Server* server, const std::function<void()>& reload) {
  LogState told = LogState::kServing;
  // The last look comes after the signal: who stops a log at once hears it too.
  for (bool stopping = false;; stopping = WaitForStop(reload)) {
    server->UpdateHealth();
    if (log.state() != told) {
      told = log.state();
      Tell(told, log.state_reason());
    }
    // Only a start that checks everything can heal it: whoever supervises this
    // process is asked for one at once.
    if (stopping || told == LogState::kPoisoned) break;
    if (const std::string failure = server->PortFailure(); !failure.empty()) {
      spdlog::error("{}; ending, so that another start brings it back",
                    failure);
      return kExitPortDead;
    }
  }
  spdlog::info("stopping");
  return ExitStatusOf(log.state());
}

// The time in which witnesses are asked.
class PublishingScope {
 public:
  PublishingScope(Publisher* publisher, Log* log) : publisher_(publisher) {
    if (publisher_ != nullptr) publisher_->Start(log);
  }
  ~PublishingScope() {
    if (publisher_ != nullptr) publisher_->Stop();
  }
  PublishingScope(const PublishingScope&) = delete;
  PublishingScope& operator=(const PublishingScope&) = delete;

 private:
  Publisher* const publisher_;
};

// What the data must extend, as the operator says.
Result<std::optional<TreeHead>> ReadKept(const Config& config,
                                         const VerifierKey& key) {
  if (!config.not_older_than.has_value()) return std::nullopt;
  return ReadKeptHead(*config.not_older_than, key);
}

void WarnOfRestoredBackups(const Config& config, const Log& log) {
  if (config.policy.has_value() || config.not_older_than.has_value()) return;
  const uint64_t size = log.signed_head()->tree.size;
  if (size == 0) return;
  spdlog::warn(
      "without witnesses and without --not-older-than nobody can tell whether "
      "these {} entries are all that was signed: had this directory been "
      "restored from an older backup, the log would fork with the next entry",
      size);
}

Result<int> Run(const Asked& asked, StopDeadline* deadline) {
  const Config& config = asked.config;
  ASSIGN_OR_RETURN(const Descriptors descriptors, TakeDescriptors(config));
  ASSIGN_OR_RETURN(
      const ConnectionShares shares,
      ShareConnections(descriptors.connections, config.connections));
  ASSIGN_OR_RETURN(const DataDir directory, DataDir::Open(config.data_dir));
  ASSIGN_OR_RETURN(SigningKey key, OpenSigningKey(config, directory));
  RETURN_IF_ERROR(CheckPredecessor(config, key.verifier));
  ASSIGN_OR_RETURN(Policy policy, PolicyOf(config, key.verifier));
  ASSIGN_OR_RETURN(auto store, OpenStore(directory, descriptors, key.verifier));
  ASSIGN_OR_RETURN(const auto kept, ReadKept(config, key.verifier));
  if (kept.has_value()) {
    const auto reaches = CheckReaches(*store, *kept);
    if (!reaches.has_value()) return RefuseOlder(reaches.error());
  }
  ASSIGN_OR_RETURN(FurtherKeys further,
                   OpenFurtherKeys(config, key.verifier, store.get()));
  std::string second_vkey;
  if (further.mldsa.has_value()) {
    second_vkey = FormatVerifierKey(further.mldsa->verifier);
    spdlog::info("second verifier key {}", second_vkey);
  }
  Store* const kept_by_log = store.get();
  const auto publisher = MakePublisher(config, policy, directory);
  ASSIGN_OR_RETURN(const auto log, OpenLog(config, directory, std::move(key),
                                           std::move(further.mldsa),
                                           std::move(store), publisher.get()));
  if (kept.has_value()) {
    const auto extends = CheckExtends(*log, *kept);
    if (!extends.has_value()) return RefuseOlder(extends.error());
  }
  WarnOfRestoredBackups(config, *log);
  if (publisher == nullptr) {
    RETURN_IF_ERROR(ForgetPublished(directory.PublishedPath(), *log));
  }
  // Asks nobody once the log is about to go.
  const PublishingScope publishing(publisher.get(), log.get());
  ASSIGN_OR_RETURN(
      const auto callers,
      Callers::Open({.data_dir = directory.path(),
                     .enrolled_only = config.enrolled_only,
                     .store = kept_by_log,
                     .accept_lost_tokens = config.accept_lost_tokens}));
  // A platform with a key in the log is enrolled, should `tokens` be lost too.
  ASSIGN_OR_RETURN(const auto with_keys, log->ReadPlatformsWithKeys());
  for (const std::string& name : with_keys) callers->MarkEnrolled(name);
  ASSIGN_OR_RETURN(
      auto server,
      Server::Start({.log = log.get(),
                     .callers = callers.get(),
                     .publisher = publisher.get(),
                     .clock = SystemClock(),
                     .grpc_listen = config.grpc_listen,
                     .http_listen = config.http_listen,
                     .grpc_connections = shares.grpc,
                     .http_connections = shares.http,
                     .witness_interval_ms = config.rounds.interval_ms,
                     .mldsa_vkey = std::move(second_vkey),
                     .cose_key = std::move(further.cose)}));
  policy.logs.front().url = "http://" + server->http_address() + "/";
  RETURN_IF_ERROR(directory.WritePolicy(policy));
  Greet(directory, *log, *server);
  const int status = Serve(
      *log, server.get(), [&asked, &callers] { Reload(asked, callers.get()); });
  deadline->Set(status);
  return status;
}

}  // namespace
}  // namespace modlog

namespace {

int RunMain(int argc, char** argv) {
  // Debian's Abseil is a debug build that draws a graph of all locks taken, in
  // gRPC too; it costs a tenth of a call and guards nothing in production.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  modlog::Settings flags;
  std::optional<std::string> file;
  CLI::App app("Runs an append-only, publicly verifiable log of moderation.",
               "modlogd");
  modlog::DescribeFlags(&app, &flags, &file);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return modlog::Complain(modlog::kExitUsage,
                            std::string(error.what()) + "; see --help");
  }
  const auto config = modlog::MakeConfig(flags, file);
  if (!config.has_value()) {
    return modlog::Complain(modlog::kExitUsage, config.error().message);
  }
  const auto log_file = modlog::SetUpLogging(config->log_file);
  if (!log_file.has_value()) {
    return modlog::Complain(modlog::kExitFailed, log_file.error().message);
  }
  modlog::StopDeadline deadline;
  const auto status = modlog::Run(
      {.flags = flags, .file = file, .config = *config, .log_file = *log_file},
      &deadline);
  if (!status.has_value()) {
    return modlog::Complain(modlog::kExitFailed, status.error().message);
  }
  return *status;
}

}  // namespace

int main(int argc, char** argv) {
  modlog::HoldStandardStreams();
  modlog::BlockSignals();
  return modlog::MemoryEnd::Run("modlogd: not enough memory (or threads)\n",
                                modlog::kExitFailed,
                                [&] { return RunMain(argc, argv); });
}
