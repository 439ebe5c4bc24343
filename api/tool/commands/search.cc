#include <memory>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/filter_options.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"

namespace modlog {
namespace {

constexpr char kSearchFooter[] = R"(
Reads through the log from --from on and prints the entries that match, oldest
first: index, time logged, kind, platform, puid. Everything given must hold. An
entry asked for by --puid is looked up at once; everything else is searched for.

Examples:
  modlog search --platform github --kind REVERSAL
  modlog search --platform github --refers-to act-3f… --json
  modlog search --category VIOLENCE --since 2021-01-01 --until 2021-01-31

Exit status: 0 something was found, 1 nothing, 2 usage or connection, 130 ended
by Ctrl-C.)";

constexpr uint32_t kPageSize = 1'000;

struct SearchOptions {
  FilterOptions filter;
  uint64_t from = 0;
  uint64_t limit = 100;
  bool json = false;
};

// Prints one page; true where that was the last.
Result<bool> PrintPage(const SearchOptions& options,
                       const v1::SearchResponse& response, uint64_t* found) {
  for (const v1::FoundEntry& entry : response.entries()) {
    ASSIGN_OR_RETURN(const std::string line, FormatFound(entry, options.json));
    if (!Print(line)) {
      return Fail(Code::kUnavailable, "cannot write to standard output");
    }
    ++*found;
  }
  return response.next_index() >= response.tree_size() ||
         *found >= options.limit;
}

Result<uint64_t> Search(Client* client, const SearchOptions& options,
                        v1::SearchRequest request) {
  Progress progress("search", "entries");
  uint64_t found = 0;
  while (Interrupted() == 0) {
    request.set_limit(static_cast<uint32_t>(
        std::min<uint64_t>(kPageSize, options.limit - found)));
    ASSIGN_OR_RETURN(const v1::SearchResponse response,
                     client->Search(request));
    progress.Clear();
    ASSIGN_OR_RETURN(const bool last, PrintPage(options, response, &found));
    if (last) break;
    progress.Set(response.next_index(), response.tree_size());
    request.set_from_index(response.next_index());
  }
  return found;
}

int RunSearch(const CommandLine& line, const SearchOptions& options) {
  const auto filter = MakeFilter(options.filter);
  if (!filter) return Complain({Code::kUnavailable, filter.error().message});
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  v1::SearchRequest request;
  request.set_from_index(options.from);
  *request.mutable_filter() = *filter;
  const auto found = Search(client->get(), options, std::move(request));
  if (!found) return Complain(found.error());
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  return *found > 0 ? kExitDone : kExitRefused;
}

}  // namespace

void AddSearch(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<SearchOptions>();
  CLI::App* command = app->add_subcommand("search", "Find entries");
  AddFilterOptions(command, &options->filter);
  command->add_option("--from", options->from, "index to begin at [0]")
      ->check(IsIndex());
  command->add_option("--limit", options->limit, "entries to print [100]")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}));
  command->add_flag("--json", options->json, "print as JSON, one a line");
  command->footer(kSearchFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunSearch(*line, *options); };
  });
}

}  // namespace modlog
