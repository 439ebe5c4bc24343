#ifndef MODLOG_API_TOOL_COMMANDS_IMPORT_IMPORT_SOURCE_H_
#define MODLOG_API_TOOL_COMMANDS_IMPORT_IMPORT_SOURCE_H_

// What the sources of `modlog import` have in common: one file each adds its
// subcommand with Add…, and runs its importer with RunImport.

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/client/client.h"
#include "api/import/importer.h"
#include "api/import/platform_secret.h"
#include "api/import/record_payload.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/seal_options.h"
#include "api/tool/handles/handle_options.h"

namespace modlog {

// Options of every source.
struct ImportOptions {
  std::string platform;
  std::string secret_file;
  bool new_secret = false;
  bool warnings = false;
  bool verbose = false;
  bool strict = false;
  bool repair = false;
  bool publish_payload = false;
  HandleOptions handles;
  SealOptions seal;
};

// AddImportOptions: `platform_help` says whose entries they are.
void AddImportOptions(CLI::App* command, const std::string& platform_help,
                      ImportOptions* options);

// What an importer is run with.
struct ImportRun {
  Client* client;
  const PlatformSecret& secret;
  ImportSink* sink;
};

// AddPublishPayload adds the option for sources whose private parts are
// otherwise committed to and not stored.
void AddPublishPayload(CLI::App* command, ImportOptions* options);
// AddRepair adds the option for sources that recognise entries which an earlier
// version logged wrongly.
void AddRepair(CLI::App* command, ImportOptions* options);
KeepPayload KeepPayloadOf(const ImportOptions& options);

struct ImportPlan {
  std::string unit;  // what the source is made of: "files", "rows"
  // Asked before anything is made: a secret beside a misspelt path puzzles.
  std::function<Result<void>()> check;
  std::function<Result<ImportTotals>(const ImportRun&)> run;
};

// RunImport connects, opens or makes the secret, runs the plan and returns the
// exit status: kExitRefused where an item or an entry was refused.
int RunImport(const CommandLine& line, const ImportOptions& options,
              const ImportPlan& plan);

// CheckFiles: every path but "-" is a file that can be opened.
Result<void> CheckFiles(const std::vector<std::string>& paths);
// CheckDirectory: the path is a directory.
Result<void> CheckDirectory(const std::string& path);

// Days since 1970-01-01 in UTC.
uint32_t Today();

// One a source.
void AddImportDsa(CLI::App* import, CommandLine* line);
void AddImportGithub(CLI::App* import, CommandLine* line);
void AddImportMastodon(CLI::App* import, CommandLine* line);
void AddImportOzone(CLI::App* import, CommandLine* line);
void AddImportGitHistory(CLI::App* import, CommandLine* line);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_IMPORT_IMPORT_SOURCE_H_
