#include "api/tool/handles/handle_options.h"

namespace modlog {

void AddHandleDirectory(CLI::App* command, std::string* directory) {
  command->add_option("--handles", *directory,
                      "folder of the platform's keys for handles "
                      "[~/.config/modlog/PLATFORM.handles]");
}

void AddHandleOptions(CLI::App* command, HandleOptions* options) {
  command->add_flag("--subject-handle", options->wanted,
                    "give each action that names an account a handle, by which "
                    "that account's person, and nobody else, can be shown it "
                    "(modlog handle --help)");
  AddHandleDirectory(command, &options->directory);
}

Result<std::string> HandleDirectory(const std::string& directory,
                                    std::string_view platform) {
  if (!directory.empty()) return directory;
  return DefaultHandleDirectory(platform);
}

Result<std::unique_ptr<HandleWriter>> OpenHandles(const HandleOptions& options,
                                                  Client* client,
                                                  const std::string& platform) {
  if (!options.wanted) return nullptr;
  ASSIGN_OR_RETURN(const std::string directory,
                   HandleDirectory(options.directory, platform));
  return HandleWriter::Open(directory, client->key().name, platform);
}

}  // namespace modlog
