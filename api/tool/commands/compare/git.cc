#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/jsonl.h"
#include "api/client/rpc_error.h"
#include "api/import/git/git_compare.h"
#include "api/tool/commands/compare/compared_source.h"
#include "api/tool/commands/import/import_source.h"
#include "api/tool/commands/import/log_sink.h"
#include "api/tool/interrupt.h"
#include "api/tool/logged_actions.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kCompareGitFooter[] = R"(
REPO is a clone of a repository of notices, as for import git-history. Every
text that was edited in place and every text that vanished is listed, with the
commit that did it and what the log has of it. Needs the secret with which the
notices were imported: entries are recognised by it.

In --json, an item of "edited" or "vanished" has path, commit, date, and whether
the log has the text from before ("logged") and an entry about the very change
("recorded"), and whether --log appended one ("appended"). "added" counts the texts that the history published, "moved" the
deletions of texts that are elsewhere word for word, "not_logged" the notices
at HEAD of which the log has no text.

With --log each edit and each vanished text of a notice that the log has gets
the entry that import git-history would make, and that import then adds nothing
for it. Texts of which the history has nothing any more, because it was
rewritten, cannot be found: the log knows texts by names that are made of them.

Example:
  modlog compare git dmca --platform github
  modlog compare git dmca --platform github --log
  modlog compare git dmca --path 2024 --platform github --json

Exit status: 0 nothing was edited or vanished, 1 something was, 2 usage,
connection, git or file.)";

constexpr size_t kPathShownMax = 200;

struct CompareGitOptions {
  CompareOptions common;
  std::string repository;
  std::vector<std::string> paths;
};

std::string FormatCommitDay(int64_t seconds) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{seconds / 86'400}}};
  return absl::StrFormat("%04d-%02u-%02u", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()));
}

nlohmann::ordered_json ToJson(const std::vector<GitDifference>& differences,
                              bool edited) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const GitDifference& difference : differences) {
    nlohmann::ordered_json item = {
        {"path", difference.path},
        {"commit", difference.commit},
        {"date", FormatCommitDay(difference.committed_at_s)},
        {"logged", difference.logged},
        {"recorded", difference.recorded},
        {"appended", difference.appended}};
    if (edited) {
      item["newer_logged"] = difference.newer_logged;
    } else {
      item["reappeared"] = difference.reappeared;
    }
    list.push_back(std::move(item));
  }
  return list;
}

std::string FormatComparisonJson(const GitComparison& comparison) {
  const nlohmann::ordered_json json = {
      {"edited", ToJson(comparison.edited, true)},
      {"vanished", ToJson(comparison.vanished, false)},
      {"added", comparison.added},
      {"moved", comparison.moved},
      {"not_logged", comparison.not_logged},
      {"shallow", comparison.is_shallow},
      {"replaced", comparison.replacements},
      {"grafts", comparison.has_grafts}};
  // Paths are bytes; what is not UTF-8 in them is replaced.
  return json.dump(1, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

void AddLines(std::string_view word,
              const std::vector<GitDifference>& differences,
              std::string* text) {
  for (const GitDifference& difference : differences) {
    absl::StrAppend(
        text, std::string(word), " ",
        FormatCommitDay(difference.committed_at_s), " ", difference.commit, " ",
        Printable(difference.path, kPathShownMax), "  ",
        difference.logged ? "logged before" : "not logged before",
        difference.recorded   ? ", change logged"
        : difference.appended ? ", change logged now"
                              : "",
        difference.reappeared ? ", came back with other words" : "", "\n");
  }
}

std::string FormatText(const GitComparison& comparison) {
  std::string text;
  AddLines("edited", comparison.edited, &text);
  AddLines("vanished", comparison.vanished, &text);
  absl::StrAppend(
      &text, Grouped(comparison.added), " added, ",
      Grouped(comparison.edited.size()), " edited, ", Grouped(comparison.moved),
      " moved, ", Grouped(comparison.vanished.size()), " vanished; ",
      Grouped(comparison.not_logged), " notices at HEAD not logged\n");
  if (comparison.is_shallow) {
    text += "a shallow clone: what was before its first commit is not seen\n";
  }
  for (const std::string& replaced : comparison.replacements) {
    absl::StrAppend(&text, "the repository replaces ", replaced,
                    " by something else (git replace): read without\n");
  }
  if (comparison.has_grafts) {
    text += "the repository has grafts (info/grafts): read without\n";
  }
  return text;
}

int RunCompareGit(const CommandLine& line, const CompareGitOptions& options) {
  if (!IsPlatform(options.common.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  auto secret = OpenKnownSecret(options.common);
  if (!secret) return Complain({Code::kUnavailable, secret.error().message});
  auto client = Client::Connect(line.server);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  GitHistoryOptions history;
  history.repository = options.repository;
  history.paths = options.paths;
  history.platform = options.common.platform;
  history.secret = *secret;
  history.find = FinderOf(client->get(), options.common.platform);
  history.today = Today();
  std::unique_ptr<LogSink> sink;
  AppendChange append;
  if (options.common.log) {
    auto opened =
        LogSink::Open(client->get(), {.platform = options.common.platform,
                                      .unit = "texts",
                                      .seal = options.common.seal});
    if (!opened) return Complain(opened.error());
    sink = *std::move(opened);
    append = [&sink](ImportedAction action) {
      return sink->OnAction(std::move(action));
    };
  }
  Progress progress("compare", "texts");
  auto comparison = CompareGit(
      history,
      [&](uint64_t done, uint64_t total) -> Result<void> {
        if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
        progress.Set(done, total);
        return {};
      },
      append);
  progress.Clear();
  Result<void> finished;
  if (sink) {
    finished = sink->Finish();
    sink->SummarizeEntries();
  }
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  if (!comparison) {
    return Complain({Code::kUnavailable, comparison.error().message});
  }
  if (!finished) return Complain(finished.error());
  if (!Print(options.common.json ? FormatComparisonJson(*comparison)
                                 : FormatText(*comparison))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return comparison->edited.empty() && comparison->vanished.empty()
             ? kExitDone
             : kExitRefused;
}

}  // namespace

void AddCompareGit(CLI::App* compare, CommandLine* line) {
  auto options = std::make_shared<CompareGitOptions>();
  CLI::App* command = compare->add_subcommand(
      "git", "The history of a git repository of notices");
  command->add_option("REPO", options->repository, "a clone, or a bare one")
      ->required();
  command->add_option("--path", options->paths,
                      "file or folder in it; may be repeated [all]");
  AddCompareOptions(command, "platform of the entries: github",
                    &options->common);
  AddCompareLog(command, &options->common);
  command->footer(kCompareGitFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunCompareGit(*line, *options); };
  });
}

}  // namespace modlog
