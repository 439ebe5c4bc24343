#include "api/import/git/git_history.h"

#include <memory>

#include "api/tool/commands/import/import_source.h"
#include "api/tool/logged_actions.h"

namespace modlog {
namespace {

constexpr char kImportGitHistoryFooter[] = R"(
REPO is a clone of https://github.com/github/dmca, or of another repository of
notices named like its: 2021/01/2021-01-05-name.md. Its whole history is read,
oldest commit first: a text that was added becomes the entries that import
github-dmca makes of it; one that was edited, moved, removed or restored
becomes an entry about the first, with the day of the commit.

What git would put in the place of objects (git replace, grafts) is named, and
not read. A history that was rewritten adds nothing but what became of texts.

Use the same secret as for import github-dmca: texts are recognised by it.

Example:
  git clone https://github.com/github/dmca
  modlog import git-history dmca --platform github
  modlog import git-history dmca --path 2024 --path 2025 --platform github

Exit status: 0 all is logged, 1 a text or an entry was refused, 2 usage,
connection, git or file, 130 ended by Ctrl-C after what had been sent was
answered.)";

struct ImportGitHistoryOptions {
  ImportOptions common;
  std::string repository;
  std::vector<std::string> paths;
};

int RunGitHistory(const CommandLine& line,
                  const ImportGitHistoryOptions& options) {
  return RunImport(line, options.common,
                   {.unit = "texts and changes",
                    .check = [&] { return CheckDirectory(options.repository); },
                    .run =
                        [&](const ImportRun& run) {
                          GitHistoryOptions history;
                          history.repository = options.repository;
                          history.paths = options.paths;
                          history.platform = options.common.platform;
                          history.secret = run.secret;
                          history.today = Today();
                          history.keep = KeepPayloadOf(options.common);
                          history.find =
                              FinderOf(run.client, options.common.platform);
                          history.repair = options.common.repair;
                          return ImportGitHistory(history, run.sink);
                        }});
}

}  // namespace

void AddImportGitHistory(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<ImportGitHistoryOptions>();
  CLI::App* command = import->add_subcommand(
      "git-history", "A git repository of notices, commit by commit");
  command->add_option("REPO", options->repository, "a clone, or a bare one")
      ->required();
  command->add_option("--path", options->paths,
                      "file or folder in it; may be repeated [all]");
  AddImportOptions(command, "platform of the entries: github",
                   &options->common);
  AddPublishPayload(command, &options->common);
  AddRepair(command, &options->common);
  command->footer(kImportGitHistoryFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunGitHistory(*line, *options); };
  });
}

}  // namespace modlog
