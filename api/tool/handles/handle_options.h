#ifndef MODLOG_API_TOOL_HANDLES_HANDLE_OPTIONS_H_
#define MODLOG_API_TOOL_HANDLES_HANDLE_OPTIONS_H_

// The options by which `append` and `import` give subject handles, and where
// the keys for them are.

#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "api/client/client.h"
#include "api/tool/handles/handle_writer.h"

namespace modlog {

struct HandleOptions {
  bool wanted = false;
  std::string directory;  // empty: the default
};

// AddHandleOptions adds --subject-handle and --handles.
void AddHandleOptions(CLI::App* command, HandleOptions* options);
// AddHandleDirectory adds --handles alone.
void AddHandleDirectory(CLI::App* command, std::string* directory);

// HandleDirectory returns the folder that was named, or the default one.
Result<std::string> HandleDirectory(const std::string& directory,
                                    std::string_view platform);

// OpenHandles returns null where no handles are wanted.
Result<std::unique_ptr<HandleWriter>> OpenHandles(const HandleOptions& options,
                                                  Client* client,
                                                  const std::string& platform);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_HANDLES_HANDLE_OPTIONS_H_
