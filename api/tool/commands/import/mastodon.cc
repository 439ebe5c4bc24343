#include "api/import/mastodon/mastodon.h"

#include <memory>

#include "api/tool/commands/import/import_source.h"
#include "api/tool/logged_actions.h"

namespace modlog {
namespace {

constexpr char kImportMastodonFooter[] = R"(
FILE is a list of blocked domains, - standard input: the CSV that Mastodon
exports (#domain,#severity,...) or other tools write, with or without a header,
between the columns a comma, a semicolon or a tab; one domain a line; or the
JSON of /api/v1/instance/domain_blocks. A suspend is logged as a suspension of
the domain, a silence as a demotion, a noop as no action; where a list has no
severities, all are suspended. No domain and no comment gets into the log: both
are committed to.

With --previous, what changed between the two lists is logged: domains added,
severities changed, blocks lifted. Import lists in their order, each with the
one before it as --previous; a list imported before adds nothing. A row that
cannot be read leaves its domain as it was. Where more than three blocks and a
tenth of the list vanish at once, or all, that is a question: --allow-vanished.

Which lists were imported is kept in a file beside the secret (its name and
.lists), so that lists that go back and forth are told from a second run.

Example:
  modlog import mastodon june.csv --platform example.social
  modlog import mastodon july.csv --previous june.csv --platform example.social

Exit status: 0 all is logged, 1 a row or an entry was refused or a question is
open, 2 usage, connection or file, 130 ended by Ctrl-C after what had been sent
was answered.)";

struct ImportMastodonOptions {
  ImportOptions common;
  std::string file;
  std::string previous;
  uint64_t allow_vanished = 0;
  bool new_step = false;
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

Result<std::string> RecordPath(const ImportOptions& common) {
  std::string path = common.secret_file;
  if (path.empty()) {
    ASSIGN_OR_RETURN(path, DefaultSecretPath(common.platform));
  }
  return path + ".lists";
}

int RunMastodon(const CommandLine& line, const ImportMastodonOptions& options) {
  return RunImport(
      line, options.common,
      {.unit = "rows",
       .check = [&] { return CheckInputs(options); },
       .run = [&](const ImportRun& run) -> Result<ImportTotals> {
         MastodonOptions mastodon;
         ASSIGN_OR_RETURN(mastodon.record, RecordPath(options.common));
         mastodon.allow_vanished = options.allow_vanished;
         mastodon.new_step = options.new_step;
         mastodon.repair = options.common.repair;
         mastodon.file = options.file;
         mastodon.previous = options.previous;
         mastodon.platform = options.common.platform;
         mastodon.secret = run.secret;
         mastodon.keep = KeepPayloadOf(options.common);
         mastodon.find = FinderOf(run.client, options.common.platform);
         return ImportMastodon(mastodon, run.sink);
       }});
}

}  // namespace

void AddImportMastodon(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<ImportMastodonOptions>();
  CLI::App* command =
      import->add_subcommand("mastodon", "Mastodon's lists of blocked domains");
  command->add_option("FILE", options->file, "the list; - is standard input")
      ->required();
  command->add_option("--previous", options->previous,
                      "the list before it: log the differences");
  command->add_option("--allow-vanished", options->allow_vanished,
                      "up to so many blocks were lifted at once");
  command->add_flag("--new-step", options->new_step,
                    "the list went back to what it was: log the change, "
                    "although the same two lists were imported before");
  AddImportOptions(command, "platform of the entries: who publishes the list",
                   &options->common);
  AddPublishPayload(command, &options->common);
  AddRepair(command, &options->common);
  command->footer(kImportMastodonFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunMastodon(*line, *options); };
  });
}

}  // namespace modlog
