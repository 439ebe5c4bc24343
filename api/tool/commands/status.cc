#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/tool/commands/command.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kStatusFooter[] = R"(
committed >= signed >= published: what is on the log's disk, what its key has
signed, and what /checkpoint shows.

Examples:
  modlog status
  modlog status --json | jq -r .vkey

Exit status: 0 shown, 2 usage or connection.)";

using Head = v1::GetLogInfoResponse::Head;

constexpr size_t kLogInfoShownMax = 300;

nlohmann::ordered_json HeadJson(bool stands, const Head& head) {
  if (!stands) return nullptr;
  return {{"size", head.size()}, {"root", FormatBase64(AsBytes(head.root()))}};
}

nlohmann::ordered_json WitnessesJson(const v1::GetLogInfoResponse& info) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& witness : info.witnesses()) {
    list.push_back({{"name", witness.name()},
                    {"vkey", witness.vkey()},
                    {"url", witness.url()},
                    {"size", witness.size()},
                    {"cosigned_at", witness.cosigned_at()},
                    {"cosignatures", witness.cosignatures()},
                    {"failures", witness.failures()},
                    {"trouble", witness.trouble()}});
  }
  return list;
}

// "size 17, 3 s ago" or what is wrong.
std::string WitnessWords(const v1::GetLogInfoResponse::Witness& witness) {
  if (witness.url().empty()) return "no address: never asked";
  std::string words = "has cosigned nothing yet";
  if (witness.cosigned_at() > 0) {
    const int64_t now_s = absl::ToUnixSeconds(absl::Now());
    words = absl::StrCat("cosigned ", Grouped(witness.size()), " entries ",
                         now_s - witness.cosigned_at(), " s ago");
  }
  if (!witness.trouble().empty()) {
    absl::StrAppend(&words, "; ", witness.trouble());
  }
  return words;
}

std::string FormatLogInfoJson(const v1::GetLogInfoResponse& info,
                              const std::string& server) {
  nlohmann::ordered_json json = {
      {"origin", info.origin()},
      {"vkey", info.vkey()},
      {"mldsa_vkey", info.mldsa_vkey()},
      {"cose_vkey", info.cose_vkey()},
      {"state", info.state()},
      {"state_reason", info.state_reason()},
      {"committed", HeadJson(true, info.committed())},
      {"signed", HeadJson(info.has_signed_(), info.signed_())},
      {"published", HeadJson(info.has_published(), info.published())},
      {"grpc_address", server},
      {"http_address", info.http_address()},
      {"version", info.version()},
      {"clock",
       {{"wall", info.clock().wall()},
        {"newest", info.clock().newest()},
        {"trouble", info.clock().trouble()},
        {"goes_on_at", info.clock().goes_on_at()},
        {"stays_at_newest", info.clock().stays_at_newest()}}},
      {"hold_back", info.hold_back()},
      {"witnesses", WitnessesJson(info)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

std::string FormatLogInfoTable(const v1::GetLogInfoResponse& info,
                               const std::string& server) {
  std::string table;
  auto row = [&table](std::string_view name, std::string_view value) {
    absl::StrAppendFormat(&table, "%-12s %s\n", name,
                          Printable(value, kLogInfoShownMax));
  };
  auto head_row = [&row](std::string_view name, bool stands, const Head& head) {
    if (!stands) return row(name, "none: nothing is signed in this state");
    row(name, absl::StrFormat("%14s entries  root %s", Grouped(head.size()),
                              FormatBase64(AsBytes(head.root()))));
  };
  row("origin", info.origin());
  row("vkey", info.vkey());
  if (!info.cose_vkey().empty()) row("COSE vkey", info.cose_vkey());
  row("state", info.state());
  if (!info.state_reason().empty()) row("because", info.state_reason());
  if (info.clock().stays_at_newest()) {
    row("clock", absl::StrCat("new entries get the time of the newest, which "
                              "is of the future, until ",
                              FormatTimeMs(info.clock().newest())));
  }
  head_row("committed", true, info.committed());
  head_row("signed", info.has_signed_(), info.signed_());
  head_row("published", info.has_published(), info.published());
  if (info.witnesses_size() > 0) {
    row("witnesses", info.hold_back() ? "hold-back: published once a quorum "
                                        "cosigned"
                                      : "fail-open: published without a "
                                        "quorum after a while");
  }
  for (const auto& witness : info.witnesses()) {
    row(absl::StrCat("  ", witness.name()), WitnessWords(witness));
  }
  row("gRPC", server);
  row("HTTP", info.http_address());
  row("version", info.version());
  return table;
}

int RunStatus(const CommandLine& line, bool json) {
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  auto info = (*client)->GetLogInfo();
  if (!info) return Complain(info.error());
  if (!Print(json ? FormatLogInfoJson(*info, line.server)
                  : FormatLogInfoTable(*info, line.server))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return kExitDone;
}

}  // namespace

void AddStatus(CLI::App* app, CommandLine* line) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app->add_subcommand("status", "Show the log's key, state and size");
  command->add_flag("--json", *json, "print as JSON");
  command->footer(kStatusFooter);
  command->callback([line, json] {
    line->run = [line, json] { return RunStatus(*line, *json); };
  });
}

}  // namespace modlog
