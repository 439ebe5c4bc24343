#include <memory>

#include "api/import/github/github_dmca.h"
#include "api/tool/commands/import/import_source.h"
#include "api/tool/logged_actions.h"

namespace modlog {
namespace {

constexpr char kImportGithubFooter[] = R"(
DIR is a copy of https://github.com/github/dmca: folders 2011, 2012, ... with
one notice a file. No name in a notice gets into the log: entries are named
after a hash under a secret, which is kept in a file. Keep that file: with
another one every notice would be appended a second time.

What a notice is says its text: where that and the name disagree, --warnings
says so. Files that are no notices by their place (README.md, data, PDFs) are
passed over; --verbose names them.

Example:
  git clone --depth 1 https://github.com/github/dmca
  modlog import github-dmca dmca --platform github

Exit status: 0 all is logged, 1 a file or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

struct ImportGithubOptions {
  ImportOptions common;
  std::string directory;
};

int RunGithub(const CommandLine& line, const ImportGithubOptions& options) {
  return RunImport(
      line, options.common,
      {.unit = "files",
       .check = [&] { return CheckDirectory(options.directory); },
       .run =
           [&](const ImportRun& run) {
             return ImportGithubDmca(
                 {.directory = options.directory,
                  .platform = options.common.platform,
                  .secret = run.secret,
                  .today = Today(),
                  .keep = KeepPayloadOf(options.common),
                  .find = FinderOf(run.client, options.common.platform),
                  .repair = options.common.repair},
                 run.sink);
           }});
}

}  // namespace

void AddImportGithub(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<ImportGithubOptions>();
  CLI::App* command = import->add_subcommand(
      "github-dmca", "GitHub's published takedown notices");
  command
      ->add_option("DIR", options->directory, "copy of github.com/github/dmca")
      ->required();
  AddImportOptions(command, "platform of the entries: github",
                   &options->common);
  AddPublishPayload(command, &options->common);
  AddRepair(command, &options->common);
  command->footer(kImportGithubFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunGithub(*line, *options); };
  });
}

}  // namespace modlog
