#include "api/tool/commands/compare/compared_source.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace modlog {

void AddCompareOptions(CLI::App* command, const std::string& platform_help,
                       CompareOptions* options) {
  command->add_option("--platform", options->platform, platform_help)
      ->required();
  command->add_option("--secret", options->secret_file,
                      "file of the platform's secret "
                      "[~/.config/modlog/PLATFORM.secret]");
  command->add_flag("--json", options->json, "print one JSON object");
}

void AddCompareLog(CLI::App* command, CompareOptions* options) {
  command->add_flag("--log", options->log,
                    "append a PUBLICATION_CHANGED for each difference that "
                    "the log does not have yet");
  AddSealOptions(command, &options->seal);
}

Result<PlatformSecret> OpenKnownSecret(const CompareOptions& options) {
  std::string path = options.secret_file;
  if (path.empty()) {
    ASSIGN_OR_RETURN(path, DefaultSecretPath(options.platform));
  }
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Fail(Code::kNotFound,
                absl::StrCat("no secret at ", path,
                             ": entries are recognised by that of their "
                             "import; --secret names another file"));
  }
  ASSIGN_OR_RETURN(const OpenedSecret opened, OpenPlatformSecret(path));
  return opened.secret;
}

}  // namespace modlog
