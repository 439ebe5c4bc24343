#include "api/import/ozone/ozone.h"

#include <memory>

#include "api/tool/commands/import/import_source.h"
#include "api/tool/logged_actions.h"

namespace modlog {
namespace {

constexpr char kImportOzoneFooter[] = R"(
Each FILE holds moderation events as Bluesky's Ozone returns them
(tools.ozone.moderation.queryEvents): an array, an object with "events", or one
event a line; - is standard input. Reports, takedowns and their reversals,
appeals, labels, schedules and other decisions are logged, oldest first; what is
left out is counted at the end. What refers to what follows from the subject: a
later day's file is linked to what the log has of it. Import files in the order
of their events; those given at once may come in any order and overlap.

No account, handle or comment gets into the log: all are committed to.

Example:
  modlog import ozone events.jsonl --platform labeler.example
  modlog import ozone 2025.json 2026.json --platform labeler.example --own

Exit status: 0 all is logged, 1 an event or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

struct ImportOzoneOptions {
  ImportOptions common;
  std::vector<std::string> files;
  bool own = false;
};

int RunOzone(const CommandLine& line, const ImportOzoneOptions& options) {
  return RunImport(line, options.common,
                   {.unit = "events",
                    .check = [&] { return CheckFiles(options.files); },
                    .run =
                        [&](const ImportRun& run) {
                          OzoneOptions ozone;
                          ozone.files = options.files;
                          ozone.platform = options.common.platform;
                          ozone.secret = run.secret;
                          ozone.today = Today();
                          ozone.own = options.own;
                          ozone.repair = options.common.repair;
                          ozone.keep = KeepPayloadOf(options.common);
                          ozone.find =
                              FinderOf(run.client, options.common.platform);
                          return ImportOzone(ozone, run.sink);
                        }});
}

}  // namespace

void AddImportOzone(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<ImportOzoneOptions>();
  CLI::App* command =
      import->add_subcommand("ozone", "Moderation events of Bluesky's Ozone");
  command->add_option("FILE", options->files, "JSON; - is standard input")
      ->required();
  command->add_flag("--own", options->own,
                    "the platform imports its own events: entries are its own "
                    "word, and what refers to nothing is refused");
  AddImportOptions(command, "platform of the entries: whose moderation it is",
                   &options->common);
  AddPublishPayload(command, &options->common);
  AddRepair(command, &options->common);
  AddHandleOptions(command, &options->common.handles);
  command->footer(kImportOzoneFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunOzone(*line, *options); };
  });
}

}  // namespace modlog
