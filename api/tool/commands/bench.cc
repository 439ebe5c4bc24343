#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/tool/bench/bench.h"
#include "api/tool/commands/command.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr char kBenchFooter[] = R"(
Appends valid, distinct actions of the platform "bench", for good: use a log
that exists for the purpose. A share of them refer to earlier ones. Latency
counts from the moment a message was to be sent, so that with --rate a log that
falls behind is seen to; in batches it is the message's, for each entry of it.

Every answer's outcome is counted. Checked besides: in stream and batch mode
every checkpoint's signature, the order of the indexes and one leaf a message;
in unary mode one answer in 64, proof and all. --no-check leaves that out.

Examples:
  modlog bench --mode stream --entries 1000000 --json
  modlog bench --mode unary --entries 100000 --in-flight 256
  modlog bench --mode unary --entries 10000 --in-flight 1       (one at a time)
  modlog bench --mode stream --entries 600000 --rate 20000 --batch 64

Exit status: 0 all is logged, 1 some entries were not, 2 usage or connection,
130 ended by Ctrl-C.)";

struct BenchCommandOptions {
  BenchOptions bench;
  std::string mode;
  bool has_seed = false;
  bool no_check = false;
  bool json = false;
};

const std::map<std::string, BenchMode> kModes = {
    {"unary", BenchMode::kUnary},
    {"batch", BenchMode::kBatch},
    {"stream", BenchMode::kStream}};

std::string ModeName(BenchMode mode) {
  for (const auto& [name, value] : kModes) {
    if (value == mode) return name;
  }
  return "";
}

CLI::Validator IsMode() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        return kModes.contains(text) ? "" : "must be unary, batch or stream";
      },
      "{unary,batch,stream}");
}

CLI::Validator IsCount() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        const auto count = ParseDecimal(text);
        return count && *count > 0 ? "" : "must be a number from 1 on";
      },
      "COUNT");
}

CLI::Validator IsRate() {
  return CLI::Validator(
      [](const std::string& text) -> std::string {
        double rate = 0;
        return absl::SimpleAtod(text, &rate) && rate >= 0 && rate < 1e12
                   ? ""
                   : "must be a number of entries a second, 0 for no limit";
      },
      "RATE");
}

// Three digits are what a run can tell.
double Rounded(double value) {
  return std::stod(absl::StrFormat("%.4g", value));
}

nlohmann::ordered_json MakeReport(const BenchOptions& options,
                                  const BenchResult& result) {
  double rate = result.seconds > 0
                    ? static_cast<double>(result.logged) / result.seconds
                    : 0;
  return {{"mode", ModeName(options.mode)},
          {"entries", result.logged},
          {"seconds", Rounded(result.seconds)},
          {"entries_per_second", Rounded(rate)},
          {"p50_ms", Rounded(result.latency.QuantileMs(0.5))},
          {"p99_ms", Rounded(result.latency.QuantileMs(0.99))},
          {"p999_ms", Rounded(result.latency.QuantileMs(0.999))},
          {"max_ms", Rounded(result.latency.MaxMs())},
          {"errors", result.errors},
          {"duplicates", result.duplicates},
          {"batch", options.batch},
          {"in_flight", options.in_flight},
          {"bytes", options.action_bytes},
          {"rate", options.rate},
          {"connections", options.connections},
          {"seed", options.seed},
          {"heads_checked", result.heads_checked},
          {"leaves_checked", result.leaves_checked},
          {"proofs_checked", result.proofs_checked}};
}

std::string FormatReport(const nlohmann::ordered_json& report) {
  std::string table;
  for (const auto& [name, value] : report.items()) {
    absl::StrAppendFormat(
        &table, "%-20s %s\n", name,
        value.is_string() ? value.get<std::string>() : value.dump());
  }
  return table;
}

uint64_t RandomSeed() {
  std::random_device device;
  // Fits a double, which is all that some readers of JSON have.
  return (uint64_t{device()} << 20) ^ device();
}

int RunBenchCommand(const CommandLine& line, BenchCommandOptions options) {
  BenchOptions& bench = options.bench;
  bench.mode = kModes.at(options.mode);
  if (bench.mode == BenchMode::kUnary) bench.batch = 1;
  if (bench.in_flight < bench.connections) {
    return Complain(
        {Code::kMalformed, "--in-flight must be at least --connections"});
  }
  if (!options.has_seed) bench.seed = RandomSeed();
  bench.check = !options.no_check;
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  Progress progress("bench", "entries");
  bench.on_progress = [&](uint64_t done) { progress.Set(done, bench.entries); };
  auto result = RunBench(client->get(), bench);
  progress.Clear();
  if (!result) return Complain(result.error());
  nlohmann::ordered_json report = MakeReport(bench, *result);
  if (!Print(options.json ? report.dump() + "\n" : FormatReport(report))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  if (!result->first_error.empty()) {
    absl::FPrintF(stderr, "modlog: bench: %s\n", result->first_error);
  }
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  return result->logged == bench.entries ? kExitDone : kExitRefused;
}

}  // namespace

void AddBench(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<BenchCommandOptions>();
  BenchOptions* bench = &options->bench;
  CLI::App* command = app->add_subcommand(
      "bench", "Load a log with made-up actions, and measure");
  command->add_option("--mode", options->mode, "what a call carries")
      ->required()
      ->check(IsMode());
  command->add_option("--entries", bench->entries, "how many")
      ->required()
      ->check(IsCount());
  command->add_option("--batch", bench->batch, "entries a message")
      ->check(CLI::Range(1, 4'096))
      ->capture_default_str();
  command
      ->add_option("--in-flight", bench->in_flight,
                   "messages sent and not answered, over all connections")
      ->check(CLI::Range(1, 65'536))
      ->capture_default_str();
  command->add_option("--bytes", bench->action_bytes, "bytes of each action")
      ->capture_default_str();
  command
      ->add_option("--rate", bench->rate,
                   "entries a second; 0: as fast as the log answers")
      ->check(IsRate())
      ->capture_default_str();
  command->add_option("--connections", bench->connections)
      ->check(CLI::Range(1, 1'024))
      ->capture_default_str();
  auto* seed = command->add_option(
      "--seed", bench->seed, "names and commitments follow from it [random]");
  command->add_flag("--no-check", options->no_check, "count outcomes only");
  command->add_flag("--json", options->json, "print as JSON");
  command->footer(kBenchFooter);
  command->callback([line, options, seed] {
    options->has_seed = seed->count() > 0;
    line->run = [line, options] { return RunBenchCommand(*line, *options); };
  });
}

}  // namespace modlog
