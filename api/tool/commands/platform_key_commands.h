#ifndef MODLOG_API_TOOL_COMMANDS_PLATFORM_KEY_COMMANDS_H_
#define MODLOG_API_TOOL_COMMANDS_PLATFORM_KEY_COMMANDS_H_

// `modlog platform keygen|rotate|revoke|show`: keys of a platform.

#include <CLI/App.hpp>

#include "api/tool/commands/command.h"

namespace modlog {

// AddPlatformKeys puts the subcommands under `platform`.
void AddPlatformKeys(CLI::App* platform, CommandLine* line);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_PLATFORM_KEY_COMMANDS_H_
