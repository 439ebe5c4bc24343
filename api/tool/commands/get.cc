#include <memory>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/tool/action_text.h"
#include "api/tool/commands/command.h"
#include "api/tool/payload_text.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr char kGetFooter[] = R"(
The entry is shown only after its proof held: it stands at INDEX in the tree of
the log's published checkpoint, signed by the key that this server names.

Examples:
  modlog get 0
  modlog get 0 --json | jq .action
  modlog get 0 --payload
  modlog get 0 --leaf entry.bin      (0x00 and these bytes, hashed, are the leaf)

Exit status: 0 shown, 1 no such entry or a proof that does not hold, 2 usage,
connection or file.)";

struct GetOptions {
  uint64_t index = 0;
  bool json = false;
  std::string leaf_file;
  bool payload = false;
};

Result<void> ShowEntry(const GetOptions& options,
                       const VerifiedReceipt& receipt) {
  if (!options.leaf_file.empty() && options.leaf_file != "-") {
    return WriteFileDurably(options.leaf_file, receipt.leaf, 0644);
  }
  Result<std::string> text = receipt.leaf;
  if (options.json) {
    text = FormatEntryJson(options.index, receipt.leaf);
    if (text) *text += '\n';
  } else if (options.leaf_file.empty()) {
    text = FormatEntryTable(options.index, receipt.leaf);
  }
  if (!text) return std::unexpected(std::move(text).error());
  if (!Print(*text)) {
    return Fail(Code::kUnavailable, "cannot write to standard output");
  }
  return {};
}

Result<v1::Action> ActionOf(const std::string& leaf) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  v1::Action action;
  if (!action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size()))) {
    return Fail(Code::kMalformed, "the entry holds no action");
  }
  return action;
}

Result<void> ShowPayload(const GetOptions& options, Client* client,
                         const VerifiedReceipt& receipt) {
  ASSIGN_OR_RETURN(const v1::Action action, ActionOf(receipt.leaf));
  v1::GetPayloadRequest request;
  request.set_index(options.index);
  ASSIGN_OR_RETURN(const v1::GetPayloadResponse response,
                   client->GetPayload(request));
  RETURN_IF_ERROR(CheckPayload(action, response.payload()));
  if (!Print(FormatPayload(options.index, action, response))) {
    return Fail(Code::kUnavailable, "cannot write to standard output");
  }
  return {};
}

int RunGet(const CommandLine& line, const GetOptions& options) {
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  auto receipt = (*client)->GetReceipt(options.index);
  if (!receipt) {
    return Complain(
        {receipt.error().code,
         absl::StrCat("entry ", options.index, ": ", receipt.error().message)});
  }
  Result<void> shown = options.payload
                           ? ShowPayload(options, client->get(), *receipt)
                           : ShowEntry(options, *receipt);
  return shown ? kExitDone : Complain(shown.error());
}

}  // namespace

void AddGet(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* command = app->add_subcommand("get", "Show an entry");
  command->add_option("INDEX", options->index, "index of the entry, from 0")
      ->check(IsIndex())
      ->required();
  auto* json = command->add_flag("--json", options->json, "print as JSON");
  command
      ->add_flag("--payload", options->payload,
                 "show the private parts kept beside the entry: open ones, and "
                 "restricted ones with the token of its platform")
      ->excludes(json);
  command
      ->add_option("--leaf", options->leaf_file,
                   "write the leaf bytes to this file; - prints them")
      ->excludes(json);
  command->footer(kGetFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunGet(*line, *options); };
  });
}

}  // namespace modlog
