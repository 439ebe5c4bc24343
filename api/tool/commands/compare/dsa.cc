#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "api/client/jsonl.h"
#include "api/client/rpc_error.h"
#include "api/import/dsa/dsa_compare.h"
#include "api/tool/commands/compare/compared_source.h"
#include "api/tool/commands/import/import_source.h"
#include "api/tool/commands/import/log_sink.h"
#include "api/tool/interrupt.h"
#include "api/tool/logged_actions.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kCompareDsaFooter[] = R"(
FILE is a dump as it is published now, as for import dsa-csv; --previous is the
one that was imported. Every statement that reads otherwise, and every one that
is gone, is listed, with what the log has of it. Without --previous statements
are held against the log's own records, and what is gone cannot be known.

Another way to quote a cell is no difference. With --log, each difference of a
statement that the log has becomes a PUBLICATION_CHANGED about it, once.

Example:
  modlog compare dsa new.csv --previous old.csv --platform tiktok
  modlog compare dsa new.csv --previous old.csv --platform tiktok --log

Exit status: 0 nothing was edited or vanished, or all of it is in the log now; 1
something was, or a row could not be read; 2 usage, connection or file.)";

constexpr size_t kShownMax = 200;

struct CompareDsaOptions {
  CompareOptions common;
  std::vector<std::string> files;
  std::vector<std::string> previous;
  std::string platform_name;
};

nlohmann::ordered_json DsaJson(const std::vector<DsaDifference>& differences) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const DsaDifference& difference : differences) {
    list.push_back({{"puid", difference.puid},
                    {"place", difference.place},
                    {"logged", difference.logged},
                    {"recorded", difference.recorded}});
  }
  return list;
}

std::string FormatDsaComparisonJson(const DsaComparison& comparison) {
  const nlohmann::ordered_json json = {
      {"edited", DsaJson(comparison.edited)},
      {"vanished", DsaJson(comparison.vanished)},
      {"unchanged", comparison.unchanged},
      {"added", comparison.added},
      {"unread", comparison.unread}};
  return json.dump(1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

void AddDsaLines(std::string_view word,
                 const std::vector<DsaDifference>& differences,
                 std::string* text) {
  for (const DsaDifference& difference : differences) {
    absl::StrAppend(text, std::string(word), " ", difference.puid, " ",
                    Printable(difference.place, kShownMax), "  ",
                    difference.logged ? "logged before" : "not logged before",
                    difference.recorded ? ", change logged" : "", "\n");
  }
}

std::string FormatDsaComparison(const DsaComparison& comparison) {
  std::string text;
  AddDsaLines("edited", comparison.edited, &text);
  AddDsaLines("vanished", comparison.vanished, &text);
  absl::StrAppend(&text, Grouped(comparison.unchanged), " unchanged, ",
                  Grouped(comparison.added), " added, ",
                  Grouped(comparison.edited.size()), " edited, ",
                  Grouped(comparison.vanished.size()), " vanished\n");
  if (comparison.unread > 0) {
    absl::StrAppend(&text, Grouped(comparison.unread),
                    " rows could not be read: what is gone is not judged\n");
  }
  return text;
}

// LogChanges appends what the log lacks and returns whether all is there.
Result<bool> LogChanges(Client* client, const CompareOptions& options,
                        const DsaComparison& comparison) {
  ASSIGN_OR_RETURN(const auto sink,
                   LogSink::Open(client, {.platform = options.platform,
                                          .unit = "changes",
                                          .seal = options.seal}));
  bool all = true;
  for (const auto* list : {&comparison.edited, &comparison.vanished}) {
    for (const DsaDifference& difference : *list) {
      if (difference.recorded) continue;
      if (!difference.logged) {
        all = false;
        continue;
      }
      RETURN_IF_ERROR(sink->OnAction(difference.change));
    }
  }
  RETURN_IF_ERROR(sink->Finish());
  sink->SummarizeEntries();
  return all && sink->totals().refused == 0;
}

int RunCompareDsa(const CommandLine& line, const CompareDsaOptions& options) {
  const CompareOptions& common = options.common;
  if (!IsPlatform(common.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  for (const auto* files : {&options.files, &options.previous}) {
    if (auto checked = CheckFiles(*files); !checked) {
      return Complain({Code::kUnavailable, checked.error().message});
    }
  }
  auto secret = OpenKnownSecret(common);
  if (!secret) return Complain({Code::kUnavailable, secret.error().message});
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  Progress progress("compare", "rows");
  auto comparison = CompareDsa(
      {.dump = {.files = options.files,
                .record = {.platform = common.platform,
                           .secret = *secret,
                           .today = Today()},
                .platform_name = options.platform_name},
       .previous = options.previous,
       .find = FinderOf(client->get(), common.platform)},
      [&](const ImportRemark& remark) -> Result<void> {
        if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
        progress.Say(absl::StrCat(Printable(FormatPlace(remark), kShownMax),
                                  ": ", FormatReason(remark)));
        return {};
      });
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  if (!comparison) {
    return Complain({Code::kUnavailable, comparison.error().message});
  }
  if (!Print(common.json ? FormatDsaComparisonJson(*comparison)
                         : FormatDsaComparison(*comparison))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  bool clean = comparison->edited.empty() && comparison->vanished.empty();
  if (common.log && !clean) {
    const auto logged = LogChanges(client->get(), common, *comparison);
    if (!logged) return Complain(logged.error());
    clean = *logged;
  }
  return clean && comparison->unread == 0 ? kExitDone : kExitRefused;
}

}  // namespace

void AddCompareDsa(CLI::App* compare, CommandLine* line) {
  auto options = std::make_shared<CompareDsaOptions>();
  CLI::App* command = compare->add_subcommand(
      "dsa", "A dump of the DSA database that was published anew");
  command->add_option("FILE", options->files, "files, plain or zipped")
      ->required();
  command->add_option("--previous", options->previous,
                      "the dump as it was; may be repeated");
  command->add_option("--platform-name", options->platform_name,
                      "take the statements of this platform_name alone");
  AddCompareOptions(command, "platform of the entries", &options->common);
  AddCompareLog(command, &options->common);
  command->footer(kCompareDsaFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunCompareDsa(*line, *options); };
  });
}

}  // namespace modlog
