#include "api/tool/commands/import/import_source.h"

namespace modlog {
namespace {

constexpr char kImportFooter[] = R"(
Each source turns files that others published into actions. The same files make
the same actions, so an import can be broken off and run again: what is in the
log already is recognised.

What is refused is named on standard error as FILE:LINE: WHY, and the rest goes
on; with --strict the first refusal ends the import. At the end come counts.

Example:
  modlog import github-dmca dmca --platform github

Exit status: 0 all is logged, 1 something was refused, 2 usage, connection or
file, 130 ended by Ctrl-C after what had been sent was answered.)";

}  // namespace

void AddImport(CLI::App* app, CommandLine* line) {
  CLI::App* import =
      app->add_subcommand("import", "Append what others have published");
  import->require_subcommand(1);
  import->footer(kImportFooter);
  AddImportGithub(import, line);
  AddImportDsa(import, line);
  AddImportMastodon(import, line);
  AddImportOzone(import, line);
  AddImportGitHistory(import, line);
}

}  // namespace modlog
