#include <google/protobuf/util/json_util.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/tool/action_text.h"
#include "api/tool/commands/command.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr char kShowFooter[] = R"(
Shows an entry, what it is about, what came of it, and so what it is now. The
entry itself is shown only after its proof held; what came of it is what this
log says: "modlog-verify audit" judges that from all entries. Of a corrected
entry the fields that read otherwise now are listed; --json has them all.

Examples:
  modlog show 12
  modlog show --platform github --puid act-3f…
  modlog show 12 --json | jq .state

Exit status: 0 shown, 1 no such entry or a proof that does not hold, 2 usage or
connection.)";

using Response = v1::GetStatusResponse;

constexpr size_t kEventPuidShownMax = 80;

struct ShowOptions {
  std::optional<uint64_t> index;
  std::string platform;
  std::string puid;
  bool json = false;
};

// KIND_APPEAL_FILED as "appeal filed".
std::string Words(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return absl::StrReplaceAll(absl::AsciiStrToLower(std::string(name)),
                             {{"_", " "}});
}

std::string StateWords(Response::State state) {
  return Words(Response::State_Name(state), "");
}

std::string EventLine(const Response::Event& event, std::string_view as_cause) {
  if (event.redacted_by() != 0) {
    return absl::StrFormat("  %10d  %s  %s, redacted by entry %d\n",
                           event.index(), FormatTime(event.logged_at()),
                           Words(v1::Kind_Name(event.kind()), "KIND_"),
                           event.redacted_by());
  }
  std::string line = absl::StrFormat(
      "  %10d  %s  %s", event.index(), FormatTime(event.logged_at()),
      Words(v1::Kind_Name(event.kind()), "KIND_"));
  const auto add = [&](const std::string& words) {
    absl::StrAppend(&line, ", ", words);
  };
  if (event.extent() != 0) {
    add(event.extent() == v1::EXTENT_FULL ? "in full" : "in part");
  }
  if (event.outcome() != 0) {
    add(Words(v1::Outcome_Name(event.outcome()), "OUTCOME_"));
  }
  for (const int measure : event.measures()) {
    add(Words(v1::Measure_Name(static_cast<v1::Measure>(measure)), "MEASURE_"));
  }
  if (event.restored() != 0) {
    add(absl::StrCat(event.restored(), " restored"));
  }
  if (event.reversal_cause() == v1::CAUSE_UNKNOWN) {
    add("cause not known");
  } else if (event.reversal_cause() != 0) {
    add(absl::StrCat("because of ",
                     Words(v1::Cause_Name(event.reversal_cause()), "CAUSE_")));
  }
  if (event.as_cause()) add(std::string(as_cause));
  return absl::StrCat(line, "  (", Printable(event.puid(), kEventPuidShownMax),
                      ")\n");
}

Result<std::string> EntryTable(const Response& status) {
  if (status.redacted_by() == 0) {
    return FormatEntryTable(status.index(), status.leaf());
  }
  return absl::StrFormat(
      "%-20s %d\n%-20s by entry %d: its hash stands in the tree, its bytes are "
      "gone\n",
      "index", status.index(), "redacted", status.redacted_by());
}

// Fields of a corrected entry that read otherwise than they were logged.
constexpr size_t kFieldShownMax = 200;
std::string CorrectedLines(const Response& status) {
  std::string text =
      "                     corrected: a later entry says how it should read\n";
  if (!status.has_reads()) return text;
  std::map<std::string, std::string> logged;
  if (const auto entry = DecodeEntry(status.leaf())) {
    v1::Action action;
    static_cast<void>(action.ParseFromArray(
        entry->action.data(), static_cast<int>(entry->action.size())));
    for (auto& [name, value] : DescribeAction(action)) logged[name] = value;
  }
  const auto add = [&](const std::string& name, const std::string& value) {
    absl::StrAppendFormat(&text, "%-20s %s\n", "  " + name,
                          Printable(value, kFieldShownMax));
  };
  for (const auto& [name, value] : DescribeAction(status.reads())) {
    const auto before = logged.extract(name);
    if (before.empty() || before.mapped() != value) add(name, value);
  }
  for (const auto& [name, value] : logged) add(name, "absent");
  return text;
}

Result<std::string> FormatEntryStatusTable(const Response& status) {
  ASSIGN_OR_RETURN(std::string text, EntryTable(status));
  absl::StrAppendFormat(&text, "\n%-20s %s (%s)\n", "state",
                        StateWords(status.state()), status.because());
  if (status.corrected()) {
    absl::StrAppend(&text, CorrectedLines(status));
  }
  if (!status.refers_to().empty()) absl::StrAppend(&text, "\nrefers to\n");
  for (const auto& event : status.refers_to()) {
    absl::StrAppend(&text, EventLine(event, "its cause"));
  }
  absl::StrAppend(&text,
                  status.events().empty() ? "\nno later entry refers to it"
                                          : "\nwhat came of it",
                  ", as of ", status.tree_size(), " entries\n");
  for (const auto& event : status.events()) {
    absl::StrAppend(&text, EventLine(event, "caused by it"));
  }
  return text;
}

Result<nlohmann::ordered_json> MessageJson(
    const google::protobuf::Message& message, const std::string& what) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options)
           .ok()) {
    return Fail(Code::kMalformed,
                absl::StrCat(what, " cannot be written as JSON"));
  }
  return nlohmann::ordered_json::parse(text, nullptr, false);
}

Result<nlohmann::ordered_json> EventJson(const Response::Event& event) {
  ASSIGN_OR_RETURN(auto json, MessageJson(event, "an event"));
  json["index"] = event.index();  // as numbers, as in the other commands
  json["logged_at"] = event.logged_at();
  if (event.restored() != 0) json["restored"] = event.restored();
  return json;
}

Result<std::string> FormatEntryStatusJson(const Response& status) {
  nlohmann::ordered_json json;
  if (status.redacted_by() != 0) {
    json["index"] = status.index();
    json["redacted_by"] = status.redacted_by();
  } else {
    ASSIGN_OR_RETURN(const std::string entry,
                     FormatEntryJson(status.index(), status.leaf()));
    json = nlohmann::ordered_json::parse(entry, nullptr, false);
  }
  json["state"] = Response::State_Name(status.state());
  json["because"] = status.because();
  json["corrected"] = status.corrected();
  if (status.has_reads()) {
    ASSIGN_OR_RETURN(json["reads"],
                     MessageJson(status.reads(), "what the entry reads"));
  }
  json["tree_size"] = status.tree_size();
  json["refers_to"] = nlohmann::ordered_json::array();
  json["events"] = nlohmann::ordered_json::array();
  for (const auto& event : status.refers_to()) {
    ASSIGN_OR_RETURN(auto one, EventJson(event));
    json["refers_to"].push_back(std::move(one));
  }
  for (const auto& event : status.events()) {
    ASSIGN_OR_RETURN(auto one, EventJson(event));
    json["events"].push_back(std::move(one));
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

// That the entry is redacted is believed of the entry that says so.
Result<void> CheckRedaction(Client* client, const Response& status) {
  ASSIGN_OR_RETURN(const VerifiedReceipt receipt,
                   client->GetReceipt(status.redacted_by()));
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(receipt.leaf));
  v1::Action action;
  if (action.ParseFromArray(entry.action.data(),
                            static_cast<int>(entry.action.size())) &&
      action.kind() == v1::KIND_LEAF_REDACTED &&
      action.about_index_size() == 1 &&
      action.about_index(0) == status.index()) {
    return {};
  }
  return Fail(Code::kBadProof, absl::StrCat("entry ", status.redacted_by(),
                                            " does not say that entry ",
                                            status.index(), " is redacted"));
}

Result<Response> GetStatus(Client* client, const ShowOptions& options) {
  v1::GetStatusRequest request;
  request.set_index(options.index.value_or(0));
  request.set_platform(options.platform);
  request.set_puid(options.puid);
  ASSIGN_OR_RETURN(Response response, client->GetStatus(request));
  if (response.redacted_by() != 0) {
    RETURN_IF_ERROR(CheckRedaction(client, response));
    return response;
  }
  ASSIGN_OR_RETURN(const VerifiedReceipt receipt,
                   client->GetReceipt(response.index()));
  if (receipt.leaf != response.leaf()) {
    return Fail(Code::kBadProof,
                absl::StrCat("the log shows another entry ", response.index(),
                             " than the one that it proves"));
  }
  return response;
}

int RunShow(const CommandLine& line, const ShowOptions& options) {
  const bool by_puid = !options.platform.empty() && !options.puid.empty();
  if (options.index.has_value() == by_puid) {
    return Complain(
        {Code::kUnavailable, "give either INDEX or --platform and --puid"});
  }
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  const auto status = GetStatus(client->get(), options);
  if (!status) return Complain(status.error());
  const auto text = options.json ? FormatEntryStatusJson(*status)
                                 : FormatEntryStatusTable(*status);
  if (!text) return Complain(text.error());
  return Print(*text) ? kExitDone
                      : Complain({Code::kUnavailable,
                                  "cannot write to standard output"});
}

}  // namespace

void AddShow(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command =
      app->add_subcommand("show", "Show an entry and what came of it");
  command->add_option("INDEX", options->index, "index of the entry, from 0")
      ->check(IsIndex());
  command->add_option("--platform", options->platform, "or: its platform");
  command->add_option("--puid", options->puid, "and the platform's id of it");
  command->add_flag("--json", options->json, "print as JSON");
  command->footer(kShowFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunShow(*line, *options); };
  });
}

}  // namespace modlog
