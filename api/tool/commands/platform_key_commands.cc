#include "api/tool/commands/platform_key_commands.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/canonical.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/client/seal_key.h"
#include "api/client/sealed_appender.h"

namespace modlog {
namespace {

constexpr char kPlatformKeygenFooter[] = R"(
Prints what the operator needs to register the key: VKEY, which is public, and
the proof that whoever asks has the key. The file stays with the platform.
  modlog platform add NAME --key VKEY --proof PROOF      the operator, key 1
  modlog platform rotate NAME ...                        the platform, later ones

Exit status: 0 done, 2 usage, connection or file.)";

constexpr char kRotateFooter[] = R"(
Makes a new key, registers it and revokes the old one, each by an entry. A batch
with the new key is sealed by the old one. Where the old one is lost, the
operator vouches instead: leave out --seal-key, and say which key is --revoked.
Run again after an interruption, it goes on where it was.

Examples:
  modlog --token-file shop.token platform rotate shop.example \
    --seal-key shop.key --out shop-2.key
  modlog --token-file modlog-data/operator.token platform rotate shop.example \
    --out shop-2.key --revoked 1

Exit status: 0 done, 1 refused, 2 usage, connection or file.)";

constexpr char kRevokeFooter[] = R"(
The entry needs the platform's token or the operator's. From then on the log
takes no seal by the key; what it sealed before stays sealed.

Exit status: 0 done, 1 refused, 2 usage, connection or file.)";

struct PlatformKeyOptions {
  std::string name;
  std::string out;
  std::string seal_key;
  uint32_t number = 0;
  bool json = false;
};

using Key = v1::GetPlatformResponse::Key;

const Key* FindKey(const v1::GetPlatformResponse& known,
                   const SignerKey& wanted) {
  const std::string_view bytes = AsText(wanted.verifier.key.raw());
  const auto found = std::ranges::find_if(known.keys(), [&](const Key& key) {
    return key.use() == v1::KEY_USE_SEAL && key.public_key() == bytes;
  });
  return found == known.keys().end() ? nullptr : &*found;
}

Result<void> CheckIsOf(const SignerKey& key, const std::string& platform) {
  if (key.verifier.name == platform) return {};
  return Fail(Code::kMalformed,
              absl::StrCat("the key is one of ", key.verifier.name, ", not of ",
                           platform));
}

Result<SignerKey> ReadKeyOf(const std::string& platform,
                            const std::string& path) {
  ASSIGN_OR_RETURN(SignerKey key, ReadSealKey(path));
  RETURN_IF_ERROR(CheckIsOf(key, platform));
  return key;
}

// An interrupted run has made the file already.
Result<SignerKey> ReadOrMakeKey(const std::string& platform,
                                const std::string& path) {
  auto key = MakeSealKey(platform, path);
  if (key || key.error().code != Code::kAlreadyExists) return key;
  return ReadKeyOf(platform, path);
}

// One entry, by the platform's token or the operator's.
Result<uint64_t> AppendPlainly(Client* client, const std::string& platform,
                               const v1::Action& action) {
  v1::AppendRequest request;
  request.set_platform(platform);
  request.set_action(EncodeCanonical(action));
  ASSIGN_OR_RETURN(const v1::AppendResponse response, client->Append(request));
  return response.index();
}

// The same under a seal.
Result<uint64_t> AppendSealed(Client* client, const SignerKey& key,
                              const v1::Action& action) {
  AppendItem item{.action = EncodeCanonical(action),
                  .puid = action.puid(),
                  .where = action.puid()};
  CheckedItem answer;
  ASSIGN_OR_RETURN(
      const auto appender,
      SealedAppender::Open(client, key, {},
                           [&answer](std::span<const AnsweredItem> answers) {
                             answer = answers.front().answer;
                           }));
  RETURN_IF_ERROR(appender->Add(std::move(item)));
  RETURN_IF_ERROR(appender->Finish());
  if (answer.outcome == AppendOutcome::kConflict ||
      answer.outcome == AppendOutcome::kRefused) {
    return Fail(Code::kConflict, answer.error);
  }
  return answer.index;
}

Result<void> Keygen(const CommandLine& line,
                    const PlatformKeyOptions& options) {
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  ASSIGN_OR_RETURN(const SignerKey key,
                   ReadOrMakeKey(options.name, options.out));
  const std::string proof =
      ProveSealKey(key, client->key().name, options.number);
  const std::string text =
      absl::StrCat("key ", FormatVerifierKey(key.verifier), "\nproof ",
                   absl::Base64Escape(proof), "\n");
  if (Print(text)) return {};
  return Fail(Code::kUnavailable, "cannot write to standard output");
}

Result<uint32_t> RegisterNext(Client* client, const SignerKey& fresh,
                              const std::optional<SignerKey>& old,
                              const v1::GetPlatformResponse& known) {
  const uint32_t number = known.next_key();
  const v1::Action action = RegistrationOf(fresh, client->key().name, number);
  const auto index = old ? AppendSealed(client, *old, action)
                         : AppendPlainly(client, fresh.verifier.name, action);
  if (!index) return std::unexpected(index.error());
  absl::FPrintF(stderr, "rotate: entry %d registers key %d, %s\n", *index,
                number, old ? "sealed by the old one" : "by the token alone");
  return number;
}

Result<void> RevokeKey(Client* client, const std::string& platform,
                       uint32_t number, const SignerKey* by) {
  const v1::Action action = RevocationOf(v1::KEY_USE_SEAL, number);
  const auto index = by != nullptr ? AppendSealed(client, *by, action)
                                   : AppendPlainly(client, platform, action);
  if (!index) return std::unexpected(index.error());
  absl::FPrintF(stderr, "entry %d revokes key %d of %s\n", *index, number,
                platform);
  return {};
}

// The number of the key to be revoked; 0 for none.
Result<uint32_t> OldNumber(const PlatformKeyOptions& options,
                           const std::optional<SignerKey>& old,
                           const v1::GetPlatformResponse& known) {
  if (!old) return options.number;
  const Key* const key = FindKey(known, *old);
  if (key == nullptr) {
    return Fail(Code::kNotFound,
                absl::StrCat(options.seal_key, " is not registered"));
  }
  return key->state() == v1::KEY_OP_REGISTER ? key->number() : 0;
}

Result<void> Rotate(const CommandLine& line,
                    const PlatformKeyOptions& options) {
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  std::optional<SignerKey> old;
  if (!options.seal_key.empty()) {
    ASSIGN_OR_RETURN(old, ReadKeyOf(options.name, options.seal_key));
  }
  ASSIGN_OR_RETURN(const v1::GetPlatformResponse known,
                   client->GetPlatform(options.name));
  ASSIGN_OR_RETURN(const uint32_t old_number, OldNumber(options, old, known));
  ASSIGN_OR_RETURN(const SignerKey fresh,
                   ReadOrMakeKey(options.name, options.out));
  if (FindKey(known, fresh) == nullptr) {
    RETURN_IF_ERROR(RegisterNext(client.get(), fresh, old, known));
  }
  if (old_number == 0) return {};
  return RevokeKey(client.get(), options.name, old_number, &fresh);
}

Result<void> Revoke(const CommandLine& line,
                    const PlatformKeyOptions& options) {
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  std::optional<SignerKey> by;
  if (!options.seal_key.empty()) {
    ASSIGN_OR_RETURN(by, ReadKeyOf(options.name, options.seal_key));
  }
  return RevokeKey(client.get(), options.name, options.number,
                   by ? &*by : nullptr);
}

const char* UseName(v1::KeyUse use) {
  return use == v1::KEY_USE_VRF ? "handle" : "seal";
}

const char* StateName(v1::KeyOp state) {
  switch (state) {
    case v1::KEY_OP_REGISTER:
      return "in use";
    case v1::KEY_OP_REVOKE:
      return "revoked";
    case v1::KEY_OP_DESTROYED:
      return "destroyed";
    default:
      return "unknown";
  }
}

std::string LastSealHex(const v1::GetPlatformResponse& known) {
  return absl::BytesToHexString(known.last_seal_sha256());
}

std::string ShowJson(const v1::GetPlatformResponse& known) {
  nlohmann::ordered_json json = {{"platform", known.platform()},
                                 {"enrolled", known.enrolled()},
                                 {"actions", known.actions()},
                                 {"sealed", known.sealed()},
                                 {"next_key", known.next_key()}};
  if (!known.last_seal_sha256().empty()) {
    json["last_seal"] = {{"index", known.last_seal_index()},
                         {"sha256", LastSealHex(known)}};
  }
  json["keys"] = nlohmann::ordered_json::array();
  for (const Key& key : known.keys()) {
    json["keys"].push_back(
        {{"number", key.number()},
         {"use", UseName(key.use())},
         {"public_key", absl::Base64Escape(key.public_key())},
         {"state", StateName(key.state())},
         {"since", key.since_index()}});
  }
  return absl::StrCat(json.dump(), "\n");
}

std::string ShowText(const v1::GetPlatformResponse& known) {
  std::string text = absl::StrCat(
      "platform  ", known.platform(),
      known.enrolled() ? ", enrolled" : ", not enrolled: anybody may append",
      "\nactions   ", known.actions(), ", ", known.sealed(),
      " of them under a seal\n");
  if (!known.last_seal_sha256().empty()) {
    absl::StrAppend(&text, "last seal entry ", known.last_seal_index(),
                    ", SHA-256 ", LastSealHex(known), "\n");
  }
  for (const Key& key : known.keys()) {
    absl::StrAppend(&text, UseName(key.use()), " key ", key.number(), "  ",
                    absl::Base64Escape(key.public_key()), "  ",
                    StateName(key.state()), " since entry ", key.since_index(),
                    "\n");
  }
  return text;
}

Result<void> ShowKeys(const CommandLine& line,
                      const PlatformKeyOptions& options) {
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  ASSIGN_OR_RETURN(const v1::GetPlatformResponse known,
                   client->GetPlatform(options.name));
  if (Print(options.json ? ShowJson(known) : ShowText(known))) return {};
  return Fail(Code::kUnavailable, "cannot write to standard output");
}

using Run = Result<void> (*)(const CommandLine&, const PlatformKeyOptions&);

CLI::App* AddOne(CLI::App* platform, CommandLine* line, const char* name,
                 const char* help,
                 const std::shared_ptr<PlatformKeyOptions>& options, Run run) {
  CLI::App* command = platform->add_subcommand(name, help);
  command->add_option("NAME", options->name, "the platform")->required();
  command->callback([line, options, run] {
    line->run = [line, options, run] {
      const auto done = run(*line, *options);
      return done ? kExitDone : Complain(done.error());
    };
  });
  return command;
}

void AddSealKeygen(CLI::App* platform, CommandLine* line) {
  auto options = std::make_shared<PlatformKeyOptions>();
  options->number = 1;
  CLI::App* command =
      AddOne(platform, line, "keygen", "Make a platform's key for seals",
             options, Keygen);
  command->add_option("--out", options->out, "the key's new file, mode 0600")
      ->required();
  command->add_option("--number", options->number,
                      "which key of the platform it becomes [1]");
  command->footer(kPlatformKeygenFooter);
}

void AddRotate(CLI::App* platform, CommandLine* line) {
  auto options = std::make_shared<PlatformKeyOptions>();
  CLI::App* command = AddOne(platform, line, "rotate",
                             "Replace a key for seals", options, Rotate);
  command->add_option("--out", options->out, "the new key's file, mode 0600")
      ->required();
  auto* old = command->add_option("--seal-key", options->seal_key,
                                  "file of the key that is replaced");
  command
      ->add_option("--revoked", options->number,
                   "number of a lost key, to be revoked")
      ->excludes(old);
  command->footer(kRotateFooter);
}

void AddRevoke(CLI::App* platform, CommandLine* line) {
  auto options = std::make_shared<PlatformKeyOptions>();
  CLI::App* command =
      AddOne(platform, line, "revoke", "End a key for seals", options, Revoke);
  command->add_option("--number", options->number, "number of the key")
      ->required();
  command->add_option("--seal-key", options->seal_key,
                      "seal the entry by this key, which another one is");
  command->footer(kRevokeFooter);
}

void AddShowKeys(CLI::App* platform, CommandLine* line) {
  auto options = std::make_shared<PlatformKeyOptions>();
  CLI::App* command =
      AddOne(platform, line, "show", "Show a platform's keys and its last seal",
             options, ShowKeys);
  command->add_flag("--json", options->json, "one JSON object");
}

}  // namespace

void AddPlatformKeys(CLI::App* platform, CommandLine* line) {
  AddSealKeygen(platform, line);
  AddRotate(platform, line);
  AddRevoke(platform, line);
  AddShowKeys(platform, line);
}

}  // namespace modlog
