#include "api/tool/commands/compare/compared_source.h"

namespace modlog {
namespace {

constexpr char kCompareFooter[] = R"(
Each of these holds what was published against what was logged.

Example:
  modlog compare git dmca --platform github
  modlog compare dsa new.csv --previous old.csv --platform tiktok
  modlog compare mastodon july.csv --previous june.csv --platform example.social)";

}  // namespace

void AddCompare(CLI::App* app, CommandLine* line) {
  CLI::App* compare = app->add_subcommand(
      "compare", "Hold what was published against what was logged");
  compare->require_subcommand(1);
  compare->footer(kCompareFooter);
  AddCompareGit(compare, line);
  AddCompareDsa(compare, line);
  AddCompareMastodon(compare, line);
}

}  // namespace modlog
