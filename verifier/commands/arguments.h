#ifndef MODLOG_VERIFIER_COMMANDS_ARGUMENTS_H_
#define MODLOG_VERIFIER_COMMANDS_ARGUMENTS_H_

// The arguments of `watch` and `gossip`, and what --help says of them.

#include <CLI/CLI.hpp>
#include <functional>

#include "verifier/watch/gossip.h"
#include "verifier/watch/watch_command.h"

namespace modlog {

// Each adds a command to the program; `chosen` is called where it is the one
// that was asked for. The options must outlive the parsing.
void AddWatchCommand(CLI::App* app, WatchOptions* options,
                     std::function<void()> chosen);
void AddGossipCommand(CLI::App* app, GossipOptions* options,
                      std::function<void()> chosen);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_COMMANDS_ARGUMENTS_H_
