// modlog: the platform's and the operator's tool.

#include <grpc/support/log.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "verifier/base/out_of_memory.h"
#include "verifier/base/standard_streams.h"
#include "verifier/core/bytes.h"

namespace {

constexpr char kFooter[] = R"(
Start with a log on this machine, and something to put into it:
  modlogd &
  modlog append examples/january-2021.jsonl
  modlog get 0
  modlog receipt --index 0 --out receipt
  modlog-verify receipt --entry receipt.entry --proof receipt.tlog-proof \
    --policy modlog-data/log.policy

"modlog COMMAND --help" says more about each.

Exit status: 0 done, 1 something was refused or does not hold, 2 usage,
connection or file, 130 ended by Ctrl-C.)";

int Parse(int argc, char** argv, CLI::App* app) {
  try {
    app->parse(argc, argv);
    return -1;
  } catch (const CLI::Success& asked) {  // --help, --version
    return app->exit(asked);
  } catch (const CLI::ParseError& error) {
    const std::vector<std::string> rest = app->remaining();
    const bool no_command = app->get_subcommands().empty() && !rest.empty();
    absl::FPrintF(stderr, "modlog: %s; try --help\n",
                  no_command ? modlog::Quote(rest.front()) +
                                   " is neither a command nor an option"
                             : error.what());
    return modlog::kExitFailed;
  }
}

// gRPC would put its own lines between ours. GRPC_VERBOSITY asks for them.
void SilenceGrpc() {
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
  gpr_set_log_function([](gpr_log_func_args*) {});
}

}  // namespace

int main(int argc, char** argv) {
  modlog::HoldStandardStreams();
  SilenceGrpc();
  modlog::CommandLine line{
      .server = modlog::kDefaultServer, .token_file = {}, .run = {}};
  CLI::App app(
      "Appends moderation actions to a log that anyone can check, and "
      "reads them back.",
      "modlog");
  app.set_version_flag("--version", "modlog " MODLOG_VERSION);
  app.add_option("--server", line.server, "HOST:PORT of the log's gRPC side")
      ->envname("MODLOG_SERVER")
      ->capture_default_str();
  app.add_option("--token-file", line.token_file,
                 "file with the token that says who calls: a platform's, or "
                 "the operator's")
      ->envname("MODLOG_TOKEN_FILE");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  modlog::AddAppend(&app, &line);
  modlog::AddImport(&app, &line);
  modlog::AddCompare(&app, &line);
  modlog::AddGet(&app, &line);
  modlog::AddShow(&app, &line);
  modlog::AddSearch(&app, &line);
  modlog::AddWatch(&app, &line);
  modlog::AddReceipt(&app, &line);
  modlog::AddKeygen(&app, &line);
  modlog::AddPlatform(&app, &line);
  modlog::AddStatus(&app, &line);
  modlog::AddClock(&app, &line);
  modlog::AddExport(&app, &line);
  modlog::AddExportTiles(&app, &line);
  modlog::AddSucceed(&app, &line);
  modlog::AddErase(&app, &line);
  modlog::AddRedact(&app, &line);
  modlog::AddTerm(&app, &line);
  modlog::AddHandle(&app, &line);
  modlog::AddWitnessNetwork(&app, &line);
  modlog::AddBench(&app, &line);

  if (int status = Parse(argc, argv, &app); status >= 0) return status;
  if (line.server.empty()) {
    absl::FPrintF(stderr, "modlog: --server is empty, want HOST:PORT\n");
    return modlog::kExitFailed;
  }
  return modlog::MemoryEnd::Run(
      "modlog: not enough memory (or threads)\n", modlog::kExitFailed, [&] {
        try {
          return line.run();
        } catch (const std::bad_alloc&) {
          throw;
        } catch (const std::length_error&) {
          throw;
        } catch (const std::exception& error) {  // a library's bug
          absl::FPrintF(stderr, "modlog: %s\n", error.what());
          return static_cast<int>(modlog::kExitFailed);
        }
      });
}
