#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/erasure_bases.h"

namespace modlog {
namespace {

constexpr char kRedactFooter[] = R"(
Takes the bytes of one entry out of the log, for ever. It is for an accident: an
entry holds no prose, but a puid or a date may turn out to name a person. What
is kept beside an entry is erased with "modlog erase" and needs no redaction.

An entry that says so is published first, with the basis, the entry's hash and
the numbers of the fields that were wrong. Then the entry is an empty slot in
its bundle, its bytes are purged from every file of the log, and what was kept
beside it is erased. Nobody can bring it back.

What stays:
  the entry's hash in the tree, and so every proof and receipt given for it:
    whoever holds the bytes can still prove that they were logged
  its index, kind, platform and time, and its puid's hash: the puid is taken for
    ever, and what referred to the entry still does
  copies that others have. Mirrors are told by the list at /redactions; nobody
    can be made to follow it. Back-ups are yours to clean
  a search: who guesses all of the entry's content can find it by its hash

Other people's tools that read whole bundles (Tessera's fsck) fail on the empty
slot; "modlog-verify audit" names it and exits 0. Terms, statistics, keys,
erasures, redactions and seals are never redacted. Only the operator may do
this, with --token-file modlog-data/operator.token.

Example:
  modlog redact --index 17 --basis person --field puid --yes

Exit status: 0 redacted, now or before; 1 refused; 2 usage, connection, or not
the operator.)";

struct RedactOptions {
  uint64_t index = 0;
  std::string basis;
  std::vector<std::string> fields;
  bool yes = false;
};

Result<v1::RedactRequest> MakeRedactRequest(const RedactOptions& options) {
  v1::RedactRequest request;
  request.set_index(options.index);
  request.set_basis(ErasureBases().at(options.basis));
  std::vector<uint32_t> numbers;
  for (const std::string& name : options.fields) {
    const auto* field = v1::Action::descriptor()->FindFieldByName(name);
    if (field == nullptr) {
      return Fail(Code::kMalformed,
                  absl::StrCat("--field: an action has no field ", Quote(name),
                               ": see proto/modlog/v1/action.proto"));
    }
    numbers.push_back(static_cast<uint32_t>(field->number()));
  }
  std::ranges::sort(numbers);
  const auto rest = std::ranges::unique(numbers);
  numbers.erase(rest.begin(), rest.end());
  request.mutable_fields()->Assign(numbers.begin(), numbers.end());
  return request;
}

int RunRedact(const CommandLine& line, const RedactOptions& options) {
  if (!options.yes) {
    return Complain(
        {Code::kUnavailable,
         absl::StrCat("entry ", options.index,
                      " would be gone for ever: look at it with \"modlog show ",
                      options.index,
                      "\", read \"modlog redact --help\", and "
                      "say --yes")});
  }
  const auto request = MakeRedactRequest(options);
  if (!request) return Complain(request.error());
  auto client = Connect(line, Speaker::kOperator);
  if (!client) return Complain(client.error());
  const auto response = (*client)->Redact(*request);
  if (!response) return Complain(response.error());
  if (!Print(absl::StrCat("entry ", options.index, " redacted by entry ",
                          response->entry_index(), "\n"))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return kExitDone;
}

}  // namespace

void AddRedact(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<RedactOptions>();
  CLI::App* command = app->add_subcommand(
      "redact", "Take the bytes of an entry out of the log, for ever");
  command->add_option("--index", options->index, "the entry")
      ->check(IsIndex())
      ->required();
  command->add_option("--basis", options->basis, "person, platform, authority")
      ->check(CLI::IsMember(ErasureBases()))
      ->required();
  command->add_option("--field", options->fields,
                      "a field that held the mistake; may be repeated");
  command->add_flag("--yes", options->yes, "yes, for ever");
  command->footer(kRedactFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunRedact(*line, *options); };
  });
}

}  // namespace modlog
