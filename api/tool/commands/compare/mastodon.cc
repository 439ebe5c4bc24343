#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/client/jsonl.h"
#include "api/client/rpc_error.h"
#include "api/import/mastodon/mastodon_compare.h"
#include "api/tool/commands/compare/compared_source.h"
#include "api/tool/commands/import/log_sink.h"
#include "api/tool/interrupt.h"
#include "api/tool/logged_actions.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kCompareMastodonFooter[] = R"(
LIST is a list of blocked domains as it is published now, --previous the one
that was imported (forms as for import mastodon). Every row that was edited and
every one that vanished is listed, with what the log has of it. Needs the secret
of the import: entries are recognised by it.

A severity that changed and a block that was lifted are decisions: import
mastodon LIST --previous OLDER logs them. What that leaves out, a comment worded
anew and a noop that vanished, --log appends as PUBLICATION_CHANGED, once, about
the newest entry of the domain.

In --json, an item of "edited" or "vanished" has domain, line, row, what changed
(edited), whether it is a decision, whether the log has the domain ("logged")
and an entry about the very change ("recorded").

Example:
  modlog compare mastodon july.csv --previous june.csv --platform example.social
  modlog compare mastodon july.csv --previous june.csv --platform example.social --log

Exit status: 0 nothing was edited or vanished, or --log appended what it could;
1 something was edited or vanished, or an entry or a row was refused; 2 usage,
connection or file.)";

constexpr size_t kDomainShownMax = 260;

struct CompareMastodonOptions {
  CompareOptions common;
  std::string file;
  std::string previous;
};

nlohmann::ordered_json ToJson(const std::vector<ListDifference>& differences,
                              bool edited) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ListDifference& difference : differences) {
    nlohmann::ordered_json item = {{"domain", difference.domain},
                                   {"line", difference.line},
                                   {"row", difference.row}};
    if (edited) item["changed"] = difference.changed;
    item["decision"] = difference.decision;
    item["logged"] = difference.logged;
    item["recorded"] = difference.recorded;
    list.push_back(std::move(item));
  }
  return list;
}

std::string FormatListJson(const ListComparison& comparison) {
  const nlohmann::ordered_json json = {
      {"edited", ToJson(comparison.edited, true)},
      {"vanished", ToJson(comparison.vanished, false)},
      {"added", comparison.added},
      {"unchanged", comparison.unchanged},
      {"refused", comparison.unread}};
  return json.dump(1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

void AddLines(std::string_view word,
              const std::vector<ListDifference>& differences,
              std::string* text) {
  for (const ListDifference& difference : differences) {
    absl::StrAppend(text, std::string(word), " ",
                    Printable(difference.domain, kDomainShownMax), "  row ",
                    difference.row);
    if (!difference.changed.empty()) {
      absl::StrAppend(text, ", ", absl::StrJoin(difference.changed, ", "));
    }
    absl::StrAppend(
        text, difference.decision ? ", a decision" : "",
        difference.logged ? ", logged before" : ", not logged before",
        difference.recorded ? ", change logged" : "", "\n");
  }
}

std::string FormatListText(const ListComparison& comparison) {
  std::string text;
  AddLines("edited", comparison.edited, &text);
  AddLines("vanished", comparison.vanished, &text);
  absl::StrAppend(&text, Grouped(comparison.added), " added, ",
                  Grouped(comparison.edited.size()), " edited, ",
                  Grouped(comparison.vanished.size()), " vanished, ",
                  Grouped(comparison.unchanged), " unchanged; ",
                  Grouped(comparison.unread), " rows refused\n");
  return text;
}

bool PrintComparison(const CompareMastodonOptions& options,
                     const ListComparison& comparison) {
  return Print(options.common.json ? FormatListJson(comparison)
                                   : FormatListText(comparison));
}

int RunAndLog(Client* client, const CompareMastodonOptions& options,
              const MastodonOptions& mastodon) {
  auto sink = LogSink::Open(client, {.platform = options.common.platform,
                                     .unit = "rows",
                                     .seal = options.common.seal});
  if (!sink) return Complain(sink.error());
  auto comparison = CompareMastodon(mastodon, sink->get());
  const Result<void> finished = (*sink)->Finish();
  if (comparison) (*sink)->SummarizeEntries();
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  if (!finished) return Complain(finished.error());
  if (!comparison) {
    return Complain({Code::kUnavailable, comparison.error().message});
  }
  if (!PrintComparison(options, *comparison)) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return (*sink)->totals().refused > 0 ? kExitRefused : kExitDone;
}

int RunCompareMastodon(const CommandLine& line,
                       const CompareMastodonOptions& options) {
  if (!IsPlatform(options.common.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  if (options.file == "-" && options.previous == "-") {
    return Complain({Code::kMalformed,
                     "LIST and --previous cannot both be standard input"});
  }
  auto secret = OpenKnownSecret(options.common);
  if (!secret) return Complain({Code::kUnavailable, secret.error().message});
  auto client = Client::Connect(line.server);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  MastodonOptions mastodon;
  mastodon.file = options.file;
  mastodon.previous = options.previous;
  mastodon.platform = options.common.platform;
  mastodon.secret = *secret;
  mastodon.find = FinderOf(client->get(), options.common.platform);
  if (options.common.log) return RunAndLog(client->get(), options, mastodon);
  auto comparison = CompareMastodon(mastodon, nullptr);
  if (!comparison) {
    return Complain({Code::kUnavailable, comparison.error().message});
  }
  if (!PrintComparison(options, *comparison)) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return comparison->edited.empty() && comparison->vanished.empty()
             ? kExitDone
             : kExitRefused;
}

}  // namespace

void AddCompareMastodon(CLI::App* compare, CommandLine* line) {
  auto options = std::make_shared<CompareMastodonOptions>();
  CLI::App* command =
      compare->add_subcommand("mastodon", "A list of blocked domains");
  command->add_option("LIST", options->file, "as published now; - is stdin")
      ->required();
  command->add_option("--previous", options->previous, "as imported")
      ->required();
  AddCompareOptions(command, "platform of the entries: who publishes the list",
                    &options->common);
  AddCompareLog(command, &options->common);
  command->footer(kCompareMastodonFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunCompareMastodon(*line, *options); };
  });
}

}  // namespace modlog
