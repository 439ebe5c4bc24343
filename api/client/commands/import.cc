#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "api/client/commands/append_report.h"
#include "api/client/commands/command.h"
#include "api/client/interrupt.h"
#include "api/client/jsonl.h"
#include "api/client/rpc_error.h"
#include "api/client/stream_appender.h"
#include "api/import/github_dmca.h"

namespace modlog {
namespace {

constexpr char kFooter[] = R"(
Each source turns files that others published into actions. The same files make
the same actions, so an import can be broken off and run again: what is in the
log already is recognised.

Example:
  modlog import github-dmca dmca --platform github)";

constexpr char kGithubFooter[] = R"(
DIR is a copy of https://github.com/github/dmca: folders 2011, 2012, ... with
one notice a file. No name in a notice gets into the log: entries are named
after a hash under a secret, which is kept in a file. Keep that file: with
another one every notice would be appended a second time.

Files that are no notices are named on standard error, and the rest goes on.

Example:
  git clone --depth 1 https://github.com/github/dmca
  modlog import github-dmca dmca --platform github

Exit status: 0 all is logged, 1 a file or an entry was refused, 2 usage,
connection or file, 130 ended by Ctrl-C after what had been sent was answered.)";

constexpr size_t kSourceShownMax = 200;

struct Options {
  std::string directory;
  std::string platform;
  std::string secret_file;
  bool warnings = false;
};

// Takes what the importer hands out to the log.
class LogSink : public ImportSink {
 public:
  LogSink(Client* client, const Options& options)
      : options_(options),
        progress_("import", "files"),
        report_(AckStyle::kNone, &progress_),
        stream_(client, StreamOptions(options),
                [this](std::span<const AnsweredItem> answers) {
                  report_.OnAnswers(answers);
                }) {}

  Result<void> OnAction(ImportedAction action) override {
    if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
    return stream_.Add({.action = std::move(action.action),
                        .puid = std::move(action.puid),
                        .where = Printable(action.source, kSourceShownMax)});
  }
  void OnRefused(ImportRemark remark) override {
    report_.Refuse(Printable(remark.source, kSourceShownMax), remark.reason);
  }
  void OnWarning(ImportRemark remark) override {
    if (!options_.warnings) return;
    progress_.Say(absl::StrCat(Printable(remark.source, kSourceShownMax),
                               ": warning: ", remark.reason));
  }
  void OnProgress(uint64_t files_done, uint64_t files_total) override {
    progress_.Set(files_done, files_total);
  }

  Result<void> Finish() { return stream_.Finish(); }
  AppendTotals totals() const { return report_.totals(); }
  uint64_t unanswered() const { return stream_.unanswered(); }
  void Say(std::string_view line) { progress_.Say(line); }

 private:
  static StreamAppenderOptions StreamOptions(const Options& options) {
    StreamAppenderOptions stream_options;
    stream_options.platform = options.platform;
    return stream_options;
  }

  const Options& options_;
  Progress progress_;
  AppendReport report_;
  StreamAppender stream_;
};

std::string Counts(const std::map<std::string, uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", WithCommas(count), " ",
                    name);
  }
  return text;
}

void Summarize(const ImportTotals& files, LogSink* sink) {
  sink->Say(absl::StrCat("import: ", WithCommas(files.files), " files (",
                         Counts(files.files_by_type), "), ",
                         WithCommas(files.refused), " of them refused, ",
                         WithCommas(files.warnings), " warnings; ",
                         WithCommas(files.actions), " actions (",
                         Counts(files.actions_by_kind), ")"));
}

void Summarize(const AppendTotals& entries, LogSink* sink) {
  std::string text =
      absl::StrCat(Interrupted() != 0 ? "import, interrupted: " : "import: ",
                   WithCommas(entries.logged), " entries new, ",
                   WithCommas(entries.duplicates), " known, ",
                   WithCommas(entries.refused), " refused");
  if (sink->unanswered() > 0) {
    absl::StrAppend(&text, ", ", WithCommas(sink->unanswered()),
                    " without an answer (import again: what is in the log is "
                    "recognised)");
  }
  sink->Say(text);
}

Result<PlatformSecret> OpenSecret(const Options& options) {
  std::string path = options.secret_file;
  if (path.empty()) {
    ASSIGN_OR_RETURN(path, DefaultSecretPath(options.platform));
  }
  ASSIGN_OR_RETURN(OpenedSecret opened, OpenPlatformSecret(path));
  if (opened.created) {
    Progress("", "").Say(absl::StrCat(
        "import: made ", path,
        ": keep it, entries of later imports are recognised by it"));
  }
  return opened.secret;
}

// What is wrong with this machine's files says nothing about a log.
int ComplainOfFiles(const Error& error) {
  return Complain({Code::kUnavailable, error.message});
}

int ImportGithub(Client* client, const Options& options,
                 const PlatformSecret& secret) {
  auto today =
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())
          .time_since_epoch();
  LogSink sink(client, options);
  auto files = ImportGithubDmca({.directory = options.directory,
                                 .platform = options.platform,
                                 .secret = secret,
                                 .today = static_cast<uint32_t>(today.count())},
                                &sink);
  Result<void> finished = sink.Finish();
  if (files) Summarize(*files, &sink);
  if (files || sink.totals().logged > 0) Summarize(sink.totals(), &sink);
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  // Where the stream broke, the importer only passes that on.
  if (!finished) return Complain(finished.error());
  if (!files) return ComplainOfFiles(files.error());
  return sink.totals().refused > 0 ? kExitRefused : kExitDone;
}

int RunGithub(const CommandLine& line, const Options& options) {
  if (!IsPlatform(options.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  // Before anything is made: a secret beside a misspelt directory puzzles.
  std::error_code error;
  if (!std::filesystem::is_directory(options.directory, error)) {
    return ComplainOfFiles(
        {Code::kUnavailable,
         absl::StrCat("cannot read the directory ", options.directory, ": ",
                      error ? error.message() : "Not a directory")});
  }
  auto client = Client::Connect(line.server);
  if (!client) return Complain(client.error());
  auto secret = OpenSecret(options);
  if (!secret) return ComplainOfFiles(secret.error());
  CatchInterrupt();
  return ImportGithub(client->get(), options, *secret);
}

void AddGithub(CLI::App* import, CommandLine* line) {
  auto options = std::make_shared<Options>();
  CLI::App* command = import->add_subcommand(
      "github-dmca", "GitHub's published takedown notices");
  command
      ->add_option("DIR", options->directory, "copy of github.com/github/dmca")
      ->required();
  command
      ->add_option("--platform", options->platform,
                   "platform of the entries: github")
      ->required();
  command->add_option("--secret", options->secret_file,
                      "file of the platform's secret, made if missing "
                      "[~/.config/modlog/PLATFORM.secret]");
  command->add_flag("--warnings", options->warnings,
                    "print the warnings about notices, too");
  command->footer(kGithubFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunGithub(*line, *options); };
  });
}

}  // namespace

void AddImport(CLI::App* app, CommandLine* line) {
  CLI::App* import =
      app->add_subcommand("import", "Append what others have published");
  import->require_subcommand(1);
  import->footer(kFooter);
  AddGithub(import, line);
}

}  // namespace modlog
