#include <fcntl.h>
#include <grpcpp/client_context.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/platform_key_commands.h"

namespace modlog {
namespace {

constexpr char kPlatformFooter[] = R"(
From then on entries of this platform need its token, or the operator's. The
token is shown once; the log keeps its SHA-256 only. Adding a platform again
gives it a new token, and the old one is good no longer.

The caller must be the operator: --token-file, or ./modlog-data/operator.token.

Example:
  modlog platform add shop.example --token-out shop.token
  modlog --token-file shop.token append --platform shop.example actions.jsonl

Exit status: 0 done, 1 wrong token, 2 refused, usage, connection or file.)";

struct PlatformOptions {
  std::string name;
  std::string token_file;
  std::string key;    // a vkey, or empty
  std::string proof;  // base64
};

// What --key and --proof say.
Result<void> AddKey(const PlatformOptions& options,
                    v1::AddPlatformRequest* request) {
  if (options.key.empty()) return {};
  auto key = ParseVerifierKey(options.key);
  if (!key) return Prefixed("--key", key.error());
  if (key->name != options.name || key->type != SignatureType::kEd25519) {
    return Fail(
        Code::kMalformed,
        absl::StrCat("--key must be an Ed25519 key named ", options.name));
  }
  request->set_seal_key(std::string(AsText(key->key.raw())));
  if (!absl::Base64Unescape(options.proof, request->mutable_proof())) {
    return Fail(Code::kMalformed, "--proof must be base64");
  }
  return {};
}

Result<std::string> Enrol(const CommandLine& line,
                          const PlatformOptions& options) {
  v1::AddPlatformRequest request;
  request.set_platform(options.name);
  RETURN_IF_ERROR(AddKey(options, &request));
  ASSIGN_OR_RETURN(const auto client, Connect(line, Speaker::kOperator));
  ASSIGN_OR_RETURN(const v1::AddPlatformResponse response,
                   client->AddPlatform(request));
  return response.token() + "\n";
}

// The file is made first: a token that cannot be kept is better not issued.
Result<void> EnrolIntoFile(const CommandLine& line,
                           const PlatformOptions& options) {
  const std::string& path = options.token_file;
  const auto failed = [&path](std::string_view what) {
    return Fail(Code::kUnavailable,
                absl::StrCat("cannot ", std::string(what), " ", path, ": ",
                             std::strerror(errno)));
  };
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed("make");
  const auto token = Enrol(line, options);
  Result<void> done = {};
  if (!token) {
    done = std::unexpected(token.error());
  } else if (write(fd, token->data(), token->size()) !=
                 static_cast<ssize_t>(token->size()) ||
             fsync(fd) != 0) {
    done = failed("write");
  }
  close(fd);
  if (!done) unlink(path.c_str());
  return done;
}

int RunAddPlatform(const CommandLine& line, const PlatformOptions& options) {
  if (!options.token_file.empty()) {
    const auto done = EnrolIntoFile(line, options);
    return done ? kExitDone : Complain(done.error());
  }
  const auto token = Enrol(line, options);
  if (!token) return Complain(token.error());
  if (!Print(*token)) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return kExitDone;
}

}  // namespace

void AddPlatform(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<PlatformOptions>();
  CLI::App* command =
      app->add_subcommand("platform", "Enrol platforms, and their keys");
  command->require_subcommand(1);
  CLI::App* add = command->add_subcommand("add", "Give a platform its token");
  add->add_option("NAME", options->name, "the platform")->required();
  add->add_option("--token-out", options->token_file,
                  "write the token to this new file, mode 0600 [print it]");
  auto* key = add->add_option("--key", options->key,
                              "the platform's key for seals: what modlog "
                              "platform keygen printed")
                  ->type_name("VKEY");
  auto* proof =
      add->add_option("--proof", options->proof, "and that the platform has it")
          ->needs(key);
  key->needs(proof);
  add->footer(kPlatformFooter);
  add->callback([line, options] {
    line->run = [line, options] { return RunAddPlatform(*line, *options); };
  });
  AddPlatformKeys(command, line);
}

}  // namespace modlog
