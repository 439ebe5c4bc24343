#include "api/import/mastodon/mastodon.h"

#include <memory>

#include "api/client/commands/import/source.h"
#include "api/client/logged_actions.h"

namespace modlog {
namespace {

constexpr char kImportMastodonFooter[] = R"(
FILE is a list of blocked domains as Mastodon exports it (#domain,#severity,...)
or as other tools write it, without "#"; - is standard input. A suspend is
logged as a suspension of the domain, a silence as a demotion, a noop as no
action. No domain and no comment gets into the log: both are committed to.

With --previous, what changed between the two lists is logged: domains added,
severities changed, blocks lifted. Import lists in their order, each with the
one before it as --previous; a list imported before adds nothing.

Example:
  modlog import mastodon june.csv --platform example.social
  modlog import mastodon july.csv --previous june.csv --platform example.social

Exit status: 0 all is logged, 1 a row or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

struct ImportMastodonOptions {
  ImportOptions common;
  std::string file;
  std::string previous;
};

Result<void> CheckInputs(const ImportMastodonOptions& options) {
  if (options.file == "-" && options.previous == "-") {
    return Fail(Code::kMalformed,
                "FILE and --previous cannot both be standard input");
  }
  RETURN_IF_ERROR(CheckFiles({options.file}));
  return options.previous.empty() ? Result<void>()
                                  : CheckFiles({options.previous});
}

int RunMastodon(const CommandLine& line, const ImportMastodonOptions& options) {
  return RunImport(line, options.common,
                   {.unit = "rows",
                    .check = [&] { return CheckInputs(options); },
                    .run =
                        [&](const ImportRun& run) {
                          MastodonOptions mastodon;
                          mastodon.file = options.file;
                          mastodon.previous = options.previous;
                          mastodon.platform = options.common.platform;
                          mastodon.secret = run.secret;
                          mastodon.keep = KeepPayloadOf(options.common);
                          mastodon.find =
                              FinderOf(run.client, options.common.platform);
                          return ImportMastodon(mastodon, run.sink);
                        }});
}

}  // namespace

void AddImportMastodon(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<ImportMastodonOptions>();
  CLI::App* command =
      import->add_subcommand("mastodon", "Mastodon's lists of blocked domains");
  command->add_option("FILE", options->file, "CSV; - is standard input")
      ->required();
  command->add_option("--previous", options->previous,
                      "the list before it: log the differences");
  AddImportOptions(command, "platform of the entries: who publishes the list",
                   &options->common);
  AddPublishPayload(command, &options->common);
  command->footer(kImportMastodonFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunMastodon(*line, *options); };
  });
}

}  // namespace modlog
