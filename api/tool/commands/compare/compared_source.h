#ifndef MODLOG_API_TOOL_COMMANDS_COMPARE_COMPARED_SOURCE_H_
#define MODLOG_API_TOOL_COMMANDS_COMPARE_COMPARED_SOURCE_H_

// What the sources of `modlog compare` have in common: one file each adds its
// subcommand with AddCompare….

#include <CLI/App.hpp>
#include <cstdint>
#include <string>

#include "api/import/platform_secret.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/seal_options.h"

namespace modlog {

struct CompareOptions {
  std::string platform;
  std::string secret_file;
  bool json = false;
  bool log = false;  // append PUBLICATION_CHANGED for what differs
  SealOptions seal;
};

// AddCompareOptions: `platform_help` says whose entries they are.
void AddCompareOptions(CLI::App* command, const std::string& platform_help,
                       CompareOptions* options);

// AddCompareLog adds --log, and how what it appends is sealed.
void AddCompareLog(CLI::App* command, CompareOptions* options);

// OpenKnownSecret opens the secret of the import; one made just now would
// recognise nothing. kNotFound where there is none.
Result<PlatformSecret> OpenKnownSecret(const CompareOptions& options);

// One a source.
void AddCompareDsa(CLI::App* compare, CommandLine* line);
void AddCompareGit(CLI::App* compare, CommandLine* line);
void AddCompareMastodon(CLI::App* compare, CommandLine* line);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_COMPARE_COMPARED_SOURCE_H_
