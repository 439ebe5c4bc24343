#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"
#include "verifier/witness/log_list.h"

namespace modlog {
namespace {

constexpr char kWitnessNetworkFooter[] = R"(
The public witness network (https://witness-network.org/) keeps lists of logs
for witnesses to cosign. This prints what such a list has to say of a log, in
its format; send it to the maintainers, or give it to a witness of yours:

  modlog witness-network --contact abuse@log.example >log-list
  modlog-witness --data-dir w --name witness.example/1 --log-list log-list

qpd, the requests a day, follows from the log's --witness-interval-ms: 86,400 at
one a second, and 8,640 at one in 10 seconds, which is easier to get accepted. A
witness adds logs and changes none: vkey and origin are for ever.

Of a log that does not run here:
  modlog witness-network --vkey VKEY --qpd 8640 --contact abuse@log.example

Exit status: 0 printed, 2 usage, connection, or what the format does not admit:
a key of another type than Ed25519 (0x01), more than 2,147,483,647 requests a
day, a contact of more than one line.)";

constexpr uint64_t kDayMs = 86'400'000;
constexpr uint64_t kLikelyPerDayMax = 86'400;  // one a second

struct WitnessNetworkOptions {
  std::string vkey;  // or empty: of the log that is asked
  std::string origin;
  std::optional<uint64_t> qpd;
  std::string contact;
};

// A round of asking begins once in the interval at most, so this many rounds a
// day, rounded up. A request that has to be asked again, because the witness
// has seen another size, is rare: after a start.
Result<uint64_t> PerDay(const v1::GetLogInfoResponse& info) {
  if (info.witness_interval_ms() == 0) {
    return Fail(Code::kNotFound,
                "the log does not say how often it asks: give --qpd");
  }
  return (kDayMs + info.witness_interval_ms() - 1) / info.witness_interval_ms();
}

Result<WitnessedLog> LogOf(const CommandLine& line,
                           const WitnessNetworkOptions& options) {
  std::string vkey = options.vkey;
  std::optional<uint64_t> qpd = options.qpd;
  if (vkey.empty()) {
    ASSIGN_OR_RETURN(const auto client, Connect(line));
    ASSIGN_OR_RETURN(const v1::GetLogInfoResponse info, client->GetLogInfo());
    vkey = info.vkey();
    if (!qpd) {
      ASSIGN_OR_RETURN(qpd, PerDay(info));
    }
  }
  if (!qpd) return Fail(Code::kMalformed, "--vkey needs --qpd");
  auto log = ParseLogKey(vkey);
  if (!log) return Prefixed("vkey", log.error());
  if (!options.origin.empty()) log->origin = options.origin;
  log->qpd = *qpd;
  log->contact = options.contact;
  return log;
}

int RunWitnessNetwork(const CommandLine& line,
                      const WitnessNetworkOptions& options) {
  const auto log = LogOf(line, options);
  const auto list = log ? FormatLogList({&*log, 1})
                        : Result<std::string>(std::unexpected(log.error()));
  if (!list) {
    Complain(list.error());
    return kExitFailed;
  }
  if (!Print(*list)) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  if (log->qpd > kLikelyPerDayMax) {
    absl::FPrintF(stderr,
                  "witness-network: %s requests a day are more than one a "
                  "second, which is unlikely to be accepted: start modlogd "
                  "with --witness-interval-ms 10000\n",
                  Grouped(log->qpd));
  }
  return kExitDone;
}

}  // namespace

void AddWitnessNetwork(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<WitnessNetworkOptions>();
  CLI::App* command = app->add_subcommand(
      "witness-network", "Print what enrols a log with public witnesses");
  command
      ->add_option("--contact", options->contact,
                   "how people reach the log's operator: an address")
      ->required();
  command->add_option("--qpd", options->qpd,
                      "requests a day [what the log's interval allows]");
  command->add_option("--vkey", options->vkey,
                      "of the log [that of the log that is asked]");
  command->add_option("--origin", options->origin,
                      "of a log whose origin is not its key's name");
  command->footer(kWitnessNetworkFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunWitnessNetwork(*line, *options); };
  });
}

}  // namespace modlog
