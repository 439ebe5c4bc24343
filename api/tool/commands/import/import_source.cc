#include "api/tool/commands/import/import_source.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "api/client/jsonl.h"
#include "api/import/input/input_file.h"
#include "api/tool/commands/import/log_sink.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

// FirstEntry returns the index of the first record that the log has of the
// platform, or nothing. Terms and keys are no records: no secret is in them.
Result<std::optional<uint64_t>> FirstEntry(Client* client,
                                           const std::string& platform) {
  v1::SearchRequest request;
  request.set_limit(1);
  request.mutable_filter()->set_platform(platform);
  for (int kind = v1::KIND_ACTION; kind <= v1::Kind_MAX; ++kind) {
    if ((kind < v1::KIND_PAYLOAD_ERASED || kind > v1::KIND_PLATFORM_KEY) &&
        kind != v1::KIND_SUCCESSION) {
      request.mutable_filter()->add_kinds(static_cast<v1::Kind>(kind));
    }
  }
  Progress progress("import", "entries looked at for earlier ones");
  while (true) {
    ASSIGN_OR_RETURN(const v1::SearchResponse response,
                     client->Search(request));
    progress.Clear();
    if (response.entries_size() > 0) return response.entries(0).index();
    if (response.next_index() >= response.tree_size()) return std::nullopt;
    progress.Set(response.next_index(), response.tree_size());
    request.set_from_index(response.next_index());
  }
}

// A secret made beside earlier entries would give every record another puid, so
// that all of them were logged a second time.
Result<void> CheckIsFirst(Client* client, const ImportOptions& options,
                          const std::string& path) {
  ASSIGN_OR_RETURN(const auto first, FirstEntry(client, options.platform));
  if (!first) return {};
  return Fail(
      Code::kNotFound,
      absl::StrCat("no secret at ", path, ", but ", options.platform,
                   " has entries in this log already (the first is entry ",
                   *first,
                   "): restore the file, or name it with --secret; where "
                   "these entries were made without one, say --new-secret"));
}

Result<PlatformSecret> OpenSecret(Client* client,
                                  const ImportOptions& options) {
  std::string path = options.secret_file;
  if (path.empty()) {
    ASSIGN_OR_RETURN(path, DefaultSecretPath(options.platform));
  }
  ASSIGN_OR_RETURN(const auto found, FindPlatformSecret(path));
  if (found) return *found;
  if (!options.new_secret) {
    RETURN_IF_ERROR(CheckIsFirst(client, options, path));
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

int RunInto(Client* client, const ImportOptions& options,
            const ImportPlan& plan, const PlatformSecret& secret) {
  auto handles = OpenHandles(options.handles, client, options.platform);
  if (!handles) return ComplainOfFiles(handles.error());
  auto opened = LogSink::Open(client, {.platform = options.platform,
                                       .unit = plan.unit,
                                       .warnings = options.warnings,
                                       .verbose = options.verbose,
                                       .strict = options.strict,
                                       .handles = handles->get(),
                                       .seal = options.seal});
  if (!opened) return Complain(opened.error());
  LogSink& sink = **opened;
  auto items = plan.run({client, secret, &sink});
  Result<void> finished = sink.Finish();
  if (*handles) {
    if (auto kept = (*handles)->BeforeSend(); finished) finished = kept;
    sink.Say(absl::StrCat("import: ", Grouped((*handles)->given()),
                          " actions with a handle"));
  }
  if (items) sink.Summarize(*items);
  const AppendTotals totals = sink.totals();
  if (items || sink.stopped() || totals.logged > 0) sink.SummarizeEntries();
  if (Interrupted() != 0) return kExitSignal + Interrupted();
  // Where the stream broke, the importer only passes that on.
  if (!finished) return Complain(finished.error());
  if (sink.stopped()) return kExitRefused;
  if (!items) return ComplainOfFiles(items.error());
  return totals.refused > 0 ? kExitRefused : kExitDone;
}

}  // namespace

void AddImportOptions(CLI::App* command, const std::string& platform_help,
                      ImportOptions* options) {
  command->add_option("--platform", options->platform, platform_help)
      ->required();
  command->add_option("--secret", options->secret_file,
                      "file of the platform's secret, made if missing "
                      "[~/.config/modlog/PLATFORM.secret]");
  command->add_flag("--new-secret", options->new_secret,
                    "make a missing secret although the platform has entries: "
                    "what was imported with another one is logged again");
  AddSealOptions(command, &options->seal);
  command->add_flag("--warnings", options->warnings, "print warnings, too");
  command->add_flag("--verbose", options->verbose,
                    "name what was passed over, because it is no record of "
                    "this source by its place");
  command->add_flag("--strict", options->strict,
                    "stop at the first refusal, instead of going on with the "
                    "rest");
}

void AddPublishPayload(CLI::App* command, ImportOptions* options) {
  command->add_flag("--publish-payload", options->publish_payload,
                    "hand the private parts (texts, names, domains) to the "
                    "log to keep, instead of committing to them alone");
}

void AddRepair(CLI::App* command, ImportOptions* options) {
  command->add_flag("--repair", options->repair,
                    "append VOID or CORRECTION for entries that an earlier "
                    "import made wrongly; without it they are counted");
}

KeepPayload KeepPayloadOf(const ImportOptions& options) {
  return options.publish_payload ? KeepPayload::kYes : KeepPayload::kNo;
}

int RunImport(const CommandLine& line, const ImportOptions& options,
              const ImportPlan& plan) {
  if (!IsPlatform(options.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  if (auto checked = plan.check(); !checked) {
    return ComplainOfFiles(checked.error());
  }
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  auto secret = OpenSecret(client->get(), options);
  if (!secret) return ComplainOfFiles(secret.error());
  CatchInterrupt();
  return RunInto(client->get(), options, plan, *secret);
}

Result<void> CheckFiles(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    RETURN_IF_ERROR(InputFile::Open(path));
  }
  return {};
}

Result<void> CheckDirectory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  return Fail(Code::kUnavailable,
              absl::StrCat("cannot read the directory ", path, ": ",
                           error ? error.message() : "Not a directory"));
}

uint32_t Today() {
  const auto today =
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<uint32_t>(today.time_since_epoch().count());
}

}  // namespace modlog
