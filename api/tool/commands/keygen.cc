#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "api/keys/key_file.h"
#include "api/keys/token_key.h"
#include "api/tool/commands/command.h"

namespace modlog {
namespace {

constexpr char kKeygenFooter[] = R"(
Makes the key of a new log before its first start, and prints its verifier key,
which is public: give it to those who verify. Without this command modlogd makes
log.key in its data directory by itself. Talks to no log.

The name is the log's origin, for ever, and so is the key: there is no other key
under the same origin. A key that is to be replaced ends its log, which names a
successor (modlog succeed).

--out writes a file of mode 0600; an existing one is never replaced. Keep a copy
where the disk's end is not its end.
--pkcs11 makes the key in a token instead, and there it stays: nobody can read
it or copy it, not even you, so a token that is lost ends the log. The URI
(RFC 7512) names token, key and driver, and a file of mode 0600 with the PIN.

Examples:
  modlog keygen --name log.example.org/moderation --out /etc/modlog/log.key
  modlogd --key /etc/modlog/log.key

  KEY='pkcs11:token=modlog;object=log?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/modlog/pin'
  modlog keygen --name log.example.org/moderation --pkcs11 "$KEY"
  modlogd --origin log.example.org/moderation --key "$KEY"

Exit status: 0 made, 2 usage, file or token.)";

struct KeygenOptions {
  std::string name;
  std::string out;
  std::string uri;
};

Result<VerifierKey> Make(const KeygenOptions& options) {
  RETURN_IF_ERROR(CheckOrigin(options.name));
  if (options.uri.empty()) {
    ASSIGN_OR_RETURN(const SignerKey key,
                     MakeLogKey(options.name, options.out));
    return key.verifier;
  }
  ASSIGN_OR_RETURN(const auto key, MakeTokenKey(options.uri));
  return MakeVerifierKey(options.name, SignatureType::kEd25519,
                         key->public_key());
}

// The log is not asked, so nothing was refused: every error is one of usage,
// file or token.
int RunKeygen(const KeygenOptions& options) {
  if (options.out.empty() == options.uri.empty()) {
    return Complain(
        {Code::kUnavailable, "keygen: want either --out FILE or --pkcs11 URI"});
  }
  const auto made = Make(options);
  if (!made) return Complain({Code::kUnavailable, made.error().message});
  if (Print(absl::StrCat(FormatVerifierKey(*made), "\n"))) return kExitDone;
  return Complain({Code::kUnavailable, "cannot write to standard output"});
}

}  // namespace

void AddKeygen(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<KeygenOptions>();
  CLI::App* command =
      app->add_subcommand("keygen", "Make the key of a new log");
  command->add_option("--name", options->name, "the log's origin, for ever")
      ->type_name("ORIGIN")
      ->required();
  command->add_option("--out", options->out, "new file for the key, mode 0600")
      ->type_name("FILE");
  command
      ->add_option("--pkcs11", options->uri,
                   "make it in a token, named by this pkcs11: URI")
      ->type_name("URI");
  command->footer(kKeygenFooter);
  command->callback([line, options] {
    line->run = [options] { return RunKeygen(*options); };
  });
}

}  // namespace modlog
