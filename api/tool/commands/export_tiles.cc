#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "api/tool/copy/http_fetcher.h"
#include "api/tool/copy/tile_export.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kExportTilesFooter[] = R"(
Copies the log over HTTP: checkpoint, tile/... and tile/entries/... as
c2sp.org/tlog-tiles names them. Any web server can serve the directory, and
  modlog-verify audit DIR --policy modlog-data/log.policy --first-use
judges it. Each file is checked against the checkpoint's root before it is
kept; the checkpoint is written last. Running it again, after an interruption
or when the log has grown, keeps the files that are there and hold. What the log
has redacted since is taken out of them, where an entry of the tree says so; the
list is kept as DIR/redactions. A copy of another history of the log stays as it
is, and both checkpoints are kept in DIR.evidence for modlog-verify fork.

Example:
  modlog export-tiles copy-of-the-log

Exit status: 0 copied, 1 something does not belong to the tree, or DIR holds
another log, 2 usage, connection or file, 130 ended by Ctrl-C.)";

struct ExportTilesOptions {
  std::string directory;
  std::string http;
};

Result<std::string> FindHttpAddress(Client* client,
                                    const ExportTilesOptions& options) {
  if (!options.http.empty()) return options.http;
  ASSIGN_OR_RETURN(v1::GetLogInfoResponse info, client->GetLogInfo());
  if (info.http_address().empty()) {
    return Fail(
        Code::kUnavailable,
        "the log names no HTTP address: give one with --http HOST:PORT");
  }
  return info.http_address();
}

Result<ExportTotals> ExportFromServer(Client* client,
                                      const ExportTilesOptions& options) {
  ASSIGN_OR_RETURN(std::string http, FindHttpAddress(client, options));
  Progress progress("export", "files");
  HttpFetcher fetcher(absl::StrCat("http://", http));
  auto totals = ExportTiles(
      &fetcher, {.directory = options.directory,
                 .policy = &client->policy(),
                 .on_progress = [&progress](uint64_t done, uint64_t total) {
                   progress.Set(done, total);
                 }});
  if (!totals)
    return Prefixed(absl::StrCat("export from ", http),
                    std::move(totals).error());
  return totals;
}

int RunExportTiles(const CommandLine& line, const ExportTilesOptions& options) {
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  auto totals = ExportFromServer(client->get(), options);
  if (!totals) {
    int status = Complain(totals.error());
    return Interrupted() != 0 ? kExitSignal + Interrupted() : status;
  }
  absl::FPrintF(stderr,
                "export: %s entries of %s in %s (%s files fetched, %s there "
                "before), by the key that %s names\n",
                Grouped(totals->tree.size), (*client)->key().name,
                options.directory, Grouped(totals->fetched),
                Grouped(totals->kept), line.server);
  if (totals->redacted > 0) {
    absl::FPrintF(stderr, "export: %s redacted by the log: left empty\n",
                  Grouped(totals->redacted));
  }
  return kExitDone;
}

}  // namespace

void AddExportTiles(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<ExportTilesOptions>();
  CLI::App* command = app->add_subcommand(
      "export-tiles", "Copy the whole log into a directory, for the Web");
  command->add_option("DIR", options->directory, "made if missing")->required();
  command->add_option("--http", options->http,
                      "HOST:PORT of the log's HTTP side, if not as it says");
  command->footer(kExportTilesFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunExportTiles(*line, *options); };
  });
}

}  // namespace modlog
