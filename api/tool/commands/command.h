#ifndef MODLOG_API_TOOL_COMMANDS_COMMAND_H_
#define MODLOG_API_TOOL_COMMANDS_COMMAND_H_

// The subcommands of `modlog`, one file each. Add… puts one on the command
// line; parsing it sets what is to be run.

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "api/client/client.h"
#include "verifier/core/result.h"

namespace modlog {

// Exit statuses, the same for every command.
inline constexpr int kExitDone = 0;     // all of it
inline constexpr int kExitRefused = 1;  // some of it, or an answer is false
inline constexpr int kExitFailed = 2;   // usage, connection, files
// 128 + the signal: ended in order on Ctrl-C (130) or SIGTERM (143).
inline constexpr int kExitSignal = 128;

struct CommandLine {
  std::string server;
  std::string token_file;  // may be empty
  std::function<int()> run;
};

void AddAppend(CLI::App* app, CommandLine* line);
void AddImport(CLI::App* app, CommandLine* line);
void AddCompare(CLI::App* app, CommandLine* line);
void AddGet(CLI::App* app, CommandLine* line);
void AddReceipt(CLI::App* app, CommandLine* line);
void AddKeygen(CLI::App* app, CommandLine* line);
void AddPlatform(CLI::App* app, CommandLine* line);
void AddClock(CLI::App* app, CommandLine* line);
void AddStatus(CLI::App* app, CommandLine* line);
void AddExport(CLI::App* app, CommandLine* line);
void AddShow(CLI::App* app, CommandLine* line);
void AddSearch(CLI::App* app, CommandLine* line);
void AddWatch(CLI::App* app, CommandLine* line);
void AddExportTiles(CLI::App* app, CommandLine* line);
void AddSucceed(CLI::App* app, CommandLine* line);
void AddErase(CLI::App* app, CommandLine* line);
void AddRedact(CLI::App* app, CommandLine* line);
void AddTerm(CLI::App* app, CommandLine* line);
void AddHandle(CLI::App* app, CommandLine* line);
void AddWitnessNetwork(CLI::App* app, CommandLine* line);
void AddBench(CLI::App* app, CommandLine* line);

// Connect connects to the log with the token that --token-file names. For what
// is the operator's to do, the default is ./modlog-data/operator.token, if it
// is there.
enum class Speaker { kPlatform, kOperator };
Result<std::unique_ptr<Client>> Connect(const CommandLine& line,
                                        Speaker speaker = Speaker::kPlatform);

// IsIndex accepts 0..2^64-1 in decimal, nothing else: the parser of the options
// would take "-1" for the largest of them.
CLI::Validator IsIndex();

// Complain writes "modlog: <message>" to standard error and returns the exit
// status for the error: kExitRefused where the log was judged, else
// kExitFailed.
int Complain(const Error& error);

// Print writes to standard output and flushes. False where that fails.
bool Print(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_COMMAND_H_
