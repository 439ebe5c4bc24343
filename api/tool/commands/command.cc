#include "api/tool/commands/command.h"

// All of CLI11, so that what commands declare with its App alone can be linked.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>

#include "absl/strings/str_format.h"
#include "api/client/token.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr char kOperatorTokenFile[] = "./modlog-data/operator.token";

int StatusFor(Code code) {
  switch (code) {
    case Code::kBadProof:
    case Code::kConflict:
    case Code::kCorrupt:
    case Code::kNotFound:
    case Code::kOutOfRange:
    case Code::kUntrusted:
      return kExitRefused;
    default:
      return kExitFailed;
  }
}

}  // namespace

Result<std::unique_ptr<Client>> Connect(const CommandLine& line,
                                        Speaker speaker) {
  std::string file = line.token_file;
  if (file.empty() && speaker == Speaker::kOperator &&
      std::filesystem::exists(kOperatorTokenFile)) {
    file = kOperatorTokenFile;
  }
  if (file.empty()) return Client::Connect(line.server);
  ASSIGN_OR_RETURN(const std::string token, ReadTokenFile(file));
  return Client::Connect(line.server, token);
}

CLI::Validator IsIndex() {
  auto check = [](const std::string& text) -> std::string {
    return ParseDecimal(text) ? "" : "must be a number from 0 on";
  };
  return CLI::Validator(check, "INDEX");
}

int Complain(const Error& error) {
  absl::FPrintF(stderr, "modlog: %s\n", error.message);
  return StatusFor(error.code);
}

bool Print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

}  // namespace modlog
