#ifndef MODLOG_API_TOOL_COMMANDS_SEAL_OPTIONS_H_
#define MODLOG_API_TOOL_COMMANDS_SEAL_OPTIONS_H_

// Whether a command's actions are sealed by their platform's key.

#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "api/client/appender.h"
#include "api/client/client.h"
#include "api/client/stream_appender.h"

namespace modlog {

struct SealOptions {
  std::string key_file;  // or empty: no seals
  size_t every = 1'024;  // 1..4,096 actions under one
};

// AddSealOptions adds --seal-key and --seal-every.
void AddSealOptions(CLI::App* command, SealOptions* options);

// OpenAppender opens a stream, or what seals: then errors are also those of
// ReadSealKey and SealedAppender::Open, and kMalformed for a key that is
// another platform's.
Result<std::unique_ptr<Appender>> OpenAppender(Client* client,
                                               const SealOptions& seal,
                                               StreamAppenderOptions options,
                                               OnAnswers on_answers);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_SEAL_OPTIONS_H_
