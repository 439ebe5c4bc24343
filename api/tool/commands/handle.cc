#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/canonical.h"
#include "api/client/jsonl.h"
#include "api/import/dsa_codes.h"
#include "api/tool/commands/append_report.h"
#include "api/tool/commands/command.h"
#include "api/tool/copy/entry_reader.h"
#include "api/tool/copy/http_fetcher.h"
#include "api/tool/handles/handle_options.h"
#include "api/tool/handles/handle_proofs.h"
#include "api/tool/interrupt.h"
#include "api/tool/logged_actions.h"
#include "verifier/core/entry.h"
#include "verifier/core/seal.h"

namespace modlog {
namespace {

constexpr uint32_t kBeyondMax = 1'000;

constexpr char kHandleFooter[] = R"(
A handle is 16 bytes in an entry about an account. To everybody they mean
nothing, and the handles of one account look like those of two. The platform,
which has the key, can show a person which entries are about them, and that
there are no more. Off by default; keys are spoken of with the platform's token
(--token-file or MODLOG_TOKEN_FILE) or the operator's:

  modlog handle new-key --platform example             once a period
  modlog append --platform example --subject-handle actions.jsonl
  modlog handle prove --platform example --account acct:ann@example \
      --out ann.handles                                 give it to Ann
  modlog handle find ann.handles                        Ann, or without trust:
  modlog-verify audit ADDRESS --policy FILE --first-use --handles ann.handles
  modlog handle destroy-key 1 --platform example        when the period is over

The key is in ~/.config/modlog/PLATFORM.handles, with what says which entries of
an account have which number: keep a backup until it is destroyed. Entries keep
their handles afterwards, and nobody, the platform included, can tell any more
whom they are about; proofs that were handed out remain good.)";

struct KeyOptions {
  std::string platform;
  std::string directory;
  uint32_t number = 0;
};

Result<void> CheckPlatform(const std::string& platform) {
  if (IsPlatform(platform)) return {};
  return Fail(Code::kMalformed,
              "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$");
}

// AppendEvent logs one event of a key; true where it stands in the log.
Result<bool> AppendEvent(Client* client, const std::string& platform,
                         const std::string& puid, const v1::KeyEvent& event) {
  v1::Action action;
  action.set_kind(v1::KIND_PLATFORM_KEY);
  action.set_puid(puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  *action.mutable_key_event() = event;
  Progress progress("handle", "entries");
  AppendReport report(AckStyle::kText, &progress);
  StreamAppender stream(client, {.platform = platform},
                        [&](std::span<const AnsweredItem> answers) {
                          report.OnAnswers(answers);
                        });
  Result<void> done =
      stream.Add({.action = EncodeCanonical(action),
                  .puid = puid,
                  .where = absl::StrCat("key ", event.number())});
  if (Result<void> finished = stream.Finish(); done) done = finished;
  RETURN_IF_ERROR(done);
  return report.totals().refused == 0;
}

// ---- new-key

// NextKey is the key that is to be registered: one that was made and not
// registered, because an earlier run ended in between, or a new one.
Result<HandleKey> NextKey(Client* client, const std::string& platform,
                          const std::string& directory) {
  const std::string& origin = client->key().name;
  for (uint32_t number = 1; number <= kHandleKeysMax; ++number) {
    ASSIGN_OR_RETURN(const auto logged, FindOne(FinderOf(client, platform),
                                                HandleKeyPuid(number)));
    if (logged) continue;
    ASSIGN_OR_RETURN(auto made,
                     ReadHandleKey(directory, origin, platform, number));
    if (made) {
      RETURN_IF_ERROR(HandleNumbers::Create(directory, number));
      return *std::move(made);
    }
    HandleKey key{origin, platform, number, VrfPrivateKey::Generate()};
    RETURN_IF_ERROR(WriteHandleKey(directory, key));
    RETURN_IF_ERROR(HandleNumbers::Create(directory, number));
    return key;
  }
  return Fail(Code::kTooLarge, absl::StrCat("the platform has had ",
                                            kHandleKeysMax, " keys already"));
}

Result<bool> MakeKey(const CommandLine& line, const KeyOptions& options) {
  RETURN_IF_ERROR(CheckPlatform(options.platform));
  ASSIGN_OR_RETURN(const std::string directory,
                   HandleDirectory(options.directory, options.platform));
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  ASSIGN_OR_RETURN(const HandleKey key,
                   NextKey(client.get(), options.platform, directory));
  v1::KeyEvent event;
  event.set_op(v1::KEY_OP_REGISTER);
  event.set_use(v1::KEY_USE_VRF);
  event.set_number(key.number);
  event.set_public_key(std::string(AsText(key.key.PublicKey().raw())));
  const std::string text = KeyProofText(key.origin, key.platform, key.number);
  ASSIGN_OR_RETURN(*event.mutable_proof(), key.key.Prove(AsBytes(text)));
  ASSIGN_OR_RETURN(const bool logged,
                   AppendEvent(client.get(), options.platform,
                               HandleKeyPuid(key.number), event));
  if (logged) {
    absl::FPrintF(stderr,
                  "handle: key %u of %s is in %s: keep it, and destroy it when "
                  "its period is over\n",
                  key.number, key.platform,
                  HandleKeyPath(directory, key.number));
  }
  return logged;
}

// ---- destroy-key

Result<bool> DestroyKey(const CommandLine& line, const KeyOptions& options) {
  RETURN_IF_ERROR(CheckPlatform(options.platform));
  ASSIGN_OR_RETURN(const std::string directory,
                   HandleDirectory(options.directory, options.platform));
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  // Of this log and platform, or of none: a wrong folder destroys nothing.
  RETURN_IF_ERROR(ReadHandleKey(directory, client->key().name, options.platform,
                                options.number));
  v1::KeyEvent event;
  event.set_op(v1::KEY_OP_DESTROYED);
  event.set_use(v1::KEY_USE_VRF);
  event.set_number(options.number);
  // The entry first: from then on the log takes no handle under the key.
  ASSIGN_OR_RETURN(const bool logged,
                   AppendEvent(client.get(), options.platform,
                               HandleKeyDestroyedPuid(options.number), event));
  if (!logged) return false;
  RETURN_IF_ERROR(DestroyHandleKey(directory, options.number));
  absl::FPrintF(stderr,
                "handle: key %u of %s is destroyed in %s; copies and backups "
                "of it are yours to destroy\n",
                options.number, options.platform, directory);
  return true;
}

// ---- prove

struct ProveOptions {
  KeyOptions key;  // number 0: the newest
  std::string account;
  uint32_t beyond = 1;
  std::string out;
};

Result<HandleKey> KeyOf(const KeyOptions& options, const std::string& directory,
                        const std::string& origin) {
  ASSIGN_OR_RETURN(std::vector<HandleKey> keys,
                   ReadHandleKeys(directory, origin, options.platform));
  const auto found =
      options.number == 0
          ? (keys.empty() ? keys.end() : keys.end() - 1)
          : std::ranges::find(keys, options.number, &HandleKey::number);
  if (found != keys.end()) return *std::move(found);
  return Fail(Code::kNotFound,
              options.number == 0
                  ? absl::StrCat("no key for handles in ", directory)
                  : absl::StrCat("no key ", options.number, " in ", directory,
                                 ": if it was destroyed, nobody can prove its "
                                 "handles any more"));
}

Result<void> Prove(const CommandLine& line, const ProveOptions& options) {
  RETURN_IF_ERROR(CheckPlatform(options.key.platform));
  RETURN_IF_ERROR(CheckHandleAccount(options.account));
  ASSIGN_OR_RETURN(
      const std::string directory,
      HandleDirectory(options.key.directory, options.key.platform));
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  ASSIGN_OR_RETURN(const HandleKey key,
                   KeyOf(options.key, directory, client->key().name));
  ASSIGN_OR_RETURN(
      const HandleNumbers numbers,
      HandleNumbers::Open(directory, key, HandleNumbers::Use::kRead));
  const uint32_t last =
      numbers.Last(HandleNumbers::TagsOf(key, options.account, "").account);
  if (last > kHandlesMax - options.beyond) {
    return Fail(Code::kTooLarge,
                absl::StrCat("the account has ", last, " numbers, limit ",
                             kHandlesMax - options.beyond, " a file"));
  }
  std::vector<uint32_t> wanted(last + options.beyond);
  std::iota(wanted.begin(), wanted.end(), 1);
  ASSIGN_OR_RETURN(const HandleFile file,
                   MakeHandleFile(client.get(), key, options.account, wanted));
  RETURN_IF_ERROR(WriteHandleFile(options.out, file));
  absl::FPrintF(stderr,
                "handle: %s: %u numbers of the account are given under key %u, "
                "%u beyond them are proved too; it is for that person alone\n",
                options.out, last, key.number, options.beyond);
  return {};
}

// ---- find

struct FindOptions {
  std::string file;
  std::string http;
  bool json = false;
};

struct Found {
  uint32_t number;
  std::vector<uint64_t> entries;
};
using FoundByHandle = std::map<std::string, Found>;

void Look(const ReadEntry& entry, const ProvedHandles& proved,
          FoundByHandle* found) {
  const auto decoded = DecodeEntry(entry.leaf);
  if (!decoded || decoded->platform != proved.platform) return;
  for (const v1::Action* record : {&entry.action, &entry.action.corrected()}) {
    const auto it = found->find(record->subject_handle());
    if (it == found->end() || record->handle_key() != proved.key) continue;
    it->second.entries.push_back(entry.index);
  }
}

std::string FoundText(const std::vector<Found>& found, uint64_t size) {
  std::string text;
  for (const Found& handle : found) {
    absl::StrAppend(&text, "number ", handle.number, "\t");
    for (const uint64_t entry : handle.entries) {
      absl::StrAppend(&text, entry == handle.entries.front() ? "" : ", ",
                      "entry ", entry);
    }
    if (handle.entries.empty()) {
      absl::StrAppend(&text, "in none of ", size, " entries");
    }
    text += '\n';
  }
  return text;
}

std::string FoundJson(const std::vector<Found>& found, uint64_t size) {
  nlohmann::ordered_json json = {{"size", size},
                                 {"handles", nlohmann::ordered_json::array()}};
  for (const Found& handle : found) {
    json["handles"].push_back(
        {{"number", handle.number}, {"entries", handle.entries}});
  }
  return json.dump() + "\n";
}

Result<void> Find(const CommandLine& line, const FindOptions& options) {
  ASSIGN_OR_RETURN(const auto client, Connect(line));
  ASSIGN_OR_RETURN(const ProvedHandles proved,
                   ReadHandleFile(client.get(), options.file));
  FoundByHandle by_handle;
  for (const NumberedHandle& handle : proved.handles) {
    by_handle.emplace(handle.handle, Found{handle.number, {}});
  }
  std::string http = options.http;
  if (http.empty()) {
    ASSIGN_OR_RETURN(const v1::GetLogInfoResponse info, client->GetLogInfo());
    http = info.http_address();
  }
  HttpFetcher fetcher(absl::StrCat("http://", http));
  CatchInterrupt();
  Progress progress("handle", "entries");
  EntryReaderOptions reading;
  reading.wants_payload = [](const ReadEntry&) { return false; };
  reading.on_entry = [&](const ReadEntry& entry) -> Result<void> {
    Look(entry, proved, &by_handle);
    progress.Set(entry.index + 1, 0);
    return {};
  };
  ASSIGN_OR_RETURN(const TreeHead tree,
                   ReadEntries(client.get(), &fetcher, reading));
  progress.Clear();
  std::vector<Found> found;
  for (auto& [handle, where] : by_handle) found.push_back(std::move(where));
  std::ranges::sort(found, {}, &Found::number);
  const std::string text =
      options.json ? FoundJson(found, tree.size) : FoundText(found, tree.size);
  if (Print(text)) return {};
  return Fail(Code::kUnavailable, "cannot write to standard output");
}

// ---- the command line

int Ended(const Result<void>& done) {
  return done ? kExitDone : Complain(done.error());
}
int Ended(const Result<bool>& logged) {
  if (!logged) return Complain(logged.error());
  return *logged ? kExitDone : kExitRefused;
}

void AddKeyOptions(CLI::App* command, KeyOptions* options) {
  command->add_option("--platform", options->platform, "whose key it is")
      ->required();
  AddHandleDirectory(command, &options->directory);
}

void AddNewKey(CLI::App* handle, CommandLine* line) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* command = handle->add_subcommand(
      "new-key", "Make the key of a period and register it in the log");
  AddKeyOptions(command, options.get());
  command->callback([line, options] {
    line->run = [line, options] { return Ended(MakeKey(*line, *options)); };
  });
}

void AddDestroyKey(CLI::App* handle, CommandLine* line) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* command = handle->add_subcommand(
      "destroy-key", "Log that a key is destroyed, then destroy it");
  command->add_option("NUMBER", options->number, "number of the key")
      ->required()
      ->check(CLI::Range(1u, kHandleKeysMax));
  AddKeyOptions(command, options.get());
  command->footer(
      "\nIt cannot be undone. Records of its period cannot be sent again with "
      "their\nhandles, and whom they are about cannot be proved any more.");
  command->callback([line, options] {
    line->run = [line, options] { return Ended(DestroyKey(*line, *options)); };
  });
}

void AddProve(CLI::App* handle, CommandLine* line) {
  auto options = std::make_shared<ProveOptions>();
  CLI::App* command = handle->add_subcommand(
      "prove", "Write the file by which a person finds their entries");
  AddKeyOptions(command, &options->key);
  command
      ->add_option("--account", options->account,
                   "the account, as it is in the payload's part 1")
      ->required();
  command
      ->add_option("--key", options->key.number,
                   "number of the key [the newest]")
      ->check(CLI::Range(1u, kHandleKeysMax));
  command
      ->add_option("--beyond", options->beyond,
                   "numbers to prove beyond the last that was given, so that "
                   "it is seen that no entry bears them")
      ->check(CLI::Range(0u, kBeyondMax))
      ->capture_default_str();
  command->add_option("--out", options->out, "the file, mode 0600")->required();
  command->callback([line, options] {
    line->run = [line, options] { return Ended(Prove(*line, *options)); };
  });
}

void AddFind(CLI::App* handle, CommandLine* line) {
  auto options = std::make_shared<FindOptions>();
  CLI::App* command = handle->add_subcommand(
      "find", "Read the log for the entries that bear handles");
  command->add_option("FILE", options->file, "from modlog handle prove")
      ->required();
  command->add_option("--http", options->http,
                      "HOST:PORT of the log's HTTP side [as it says itself]");
  command->add_flag("--json", options->json, "print one JSON object");
  command->footer(
      "\nAll entries are read and held against the signed root, by the key "
      "that the\nlog names. modlog-verify audit --handles trusts the policy's "
      "key instead.");
  command->callback([line, options] {
    line->run = [line, options] {
      const int status = Ended(Find(*line, *options));
      return Interrupted() != 0 ? kExitSignal + Interrupted() : status;
    };
  });
}

}  // namespace

void AddHandle(CLI::App* app, CommandLine* line) {
  CLI::App* handle = app->add_subcommand(
      "handle", "Subject handles: whom an entry is about, for them alone");
  handle->require_subcommand(1);
  handle->footer(kHandleFooter);
  AddNewKey(handle, line);
  AddDestroyKey(handle, line);
  AddProve(handle, line);
  AddFind(handle, line);
}

}  // namespace modlog
