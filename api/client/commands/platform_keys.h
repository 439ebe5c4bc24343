#ifndef MODLOG_API_CLIENT_COMMANDS_PLATFORM_KEYS_H_
#define MODLOG_API_CLIENT_COMMANDS_PLATFORM_KEYS_H_

// `modlog platform keygen|rotate|revoke|show`: keys of a platform.

#include <CLI/App.hpp>

#include "api/client/commands/command.h"

namespace modlog {

// AddPlatformKeys puts the subcommands under `platform`.
void AddPlatformKeys(CLI::App* platform, CommandLine* line);

}  // namespace modlog

#endif  // MODLOG_API_CLIENT_COMMANDS_PLATFORM_KEYS_H_
