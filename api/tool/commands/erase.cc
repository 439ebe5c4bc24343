#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/erasure_bases.h"

namespace modlog {
namespace {

constexpr char kEraseFooter[] = R"(
Erases what is kept beside entries: the keys are overwritten, then the encrypted
parts are removed from every file of the log. The entries stay as they are, and
every proof of them. An entry says that, when for which basis and which parts
something was erased; one a day speaks of many, so that none points at what was
sensitive. --now writes it at once, for all that wait.

Parts are named as in proto/modlog/v1/payload.proto without TAG_, such as
decision_facts or complainant; without --part it is all of them, and the salts
and commitments. An entry's platform may do this, with its token, and the
operator.

Example:
  modlog erase --index 17 --index 23 --basis person
  modlog erase --index 17 --part complainant --basis authority --now

Exit status: 0 accepted, 1 refused, 2 usage, connection, or no right to it.)";

struct EraseOptions {
  std::vector<uint64_t> indexes;
  std::vector<std::string> parts;
  std::string basis;
  bool now = false;
};

Result<uint32_t> TagNamed(const std::string& name) {
  v1::Tag tag = v1::TAG_UNSPECIFIED;
  const std::string full =
      "TAG_" + absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}}));
  if (!v1::Tag_Parse(full, &tag) || tag == v1::TAG_UNSPECIFIED) {
    return Fail(Code::kMalformed,
                absl::StrCat("--part: no part is named ", Quote(name),
                             "; see modlog erase --help"));
  }
  return static_cast<uint32_t>(tag);
}

Result<v1::EraseRequest> MakeEraseRequest(const EraseOptions& options) {
  v1::EraseRequest request;
  for (const uint64_t index : options.indexes) request.add_indexes(index);
  std::vector<uint32_t> tags;
  for (const std::string& part : options.parts) {
    ASSIGN_OR_RETURN(const uint32_t tag, TagNamed(part));
    tags.push_back(tag);
  }
  std::ranges::sort(tags);
  for (const uint32_t tag : tags) request.add_tags(tag);
  request.set_basis(ErasureBases().at(options.basis));
  request.set_now(options.now);
  return request;
}

int RunErase(const CommandLine& line, const EraseOptions& options) {
  auto request = MakeEraseRequest(options);
  if (!request) return Complain(request.error());
  auto client = Connect(line, Speaker::kOperator);
  if (!client) return Complain(client.error());
  const auto response = (*client)->Erase(*request);
  if (!response) return Complain(response.error());
  std::string text = absl::StrCat("accepted ", response->accepted());
  for (const uint64_t entry : response->entry_indexes()) {
    absl::StrAppend(&text, ", erased by entry ", entry);
  }
  if (!options.now) text += ", erased with the next daily run";
  if (!Print(text + "\n")) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return kExitDone;
}

}  // namespace

void AddErase(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<EraseOptions>();
  CLI::App* command =
      app->add_subcommand("erase", "Erase private parts kept beside entries");
  command->add_option("--index", options->indexes, "an entry; may be repeated")
      ->check(IsIndex())
      ->required();
  command->add_option("--part", options->parts, "a part; may be repeated");
  command->add_option("--basis", options->basis, "person, platform, authority")
      ->check(CLI::IsMember(ErasureBases()))
      ->required();
  command->add_flag("--now", options->now, "at once, not with the daily run");
  command->footer(kEraseFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunErase(*line, *options); };
  });
}

}  // namespace modlog
