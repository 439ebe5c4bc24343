#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "api/client/canonical.h"
#include "api/client/stream_appender.h"
#include "api/import/dsa_codes.h"
#include "api/tool/commands/append_report.h"
#include "api/tool/commands/command.h"

namespace modlog {
namespace {

constexpr char kTermFooter[] = R"(
A term is a reviewed public text without personal data: a policy, a statute, a
template, the name of a court or body, a label. It gets a number of the platform
before its first use, for ever; actions then name the number (policy_term,
legal_term, reason_term, body_term, label_terms), and everybody finds the text
at /term/<SHA-256 in hex> of the log's HTTP side.

Example:
  modlog term add policy-v3.txt --kind policy --number 12 --platform example \
      --valid-from 2026-01-01 --replaces 7

Adding the same again is harmless. Exit status: 0 registered (or was), 1
refused, 2 usage, connection or file.)";

constexpr size_t kTextSizeMax = 8'192;

struct TermOptions {
  std::string file;
  std::string kind;
  uint32_t number = 0;
  std::string platform;
  std::string valid_from;
  uint32_t replaces = 0;
  std::string puid;
};

const std::map<std::string, v1::TermKind>& Kinds() {
  static const std::map<std::string, v1::TermKind> kinds = {
      {"policy", v1::TERM_KIND_POLICY},
      {"law", v1::TERM_KIND_LAW},
      {"reason", v1::TERM_KIND_REASON},
      {"body", v1::TERM_KIND_BODY},
      {"label", v1::TERM_KIND_LABEL}};
  return kinds;
}

Result<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kTextSizeMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return Fail(Code::kNotFound, absl::StrCat("cannot read ", path));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.empty() || text.size() > kTextSizeMax || !IsUtf8(text)) {
    return Fail(Code::kMalformed, absl::StrCat(path, ": want 1..", kTextSizeMax,
                                               " bytes of UTF-8"));
  }
  return text;
}

// YYYY-MM-DD as days since 1970-01-01.
Result<uint32_t> ParseDay(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [&](size_t from, size_t size, auto* out) {
    const char* const end = text.data() + from + size;
    const auto read = std::from_chars(text.data() + from, end, *out);
    return read.ec == std::errc() && read.ptr == end;
  };
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      number(0, 4, &year) && number(5, 2, &month) &&
                      number(8, 2, &day);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!shaped || !date.ok() || year < 2000 || year > 2037) {
    return Fail(Code::kMalformed,
                "--valid-from: want a day as YYYY-MM-DD, 2000 to 2037");
  }
  return static_cast<uint32_t>(
      std::chrono::sys_days(date).time_since_epoch().count());
}

Result<AppendItem> MakeItem(const TermOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadText(options.file));
  v1::Action action;
  action.set_kind(v1::KIND_TERM);
  action.set_puid(options.puid.empty() ? absl::StrCat("term-", options.number)
                                       : options.puid);
  action.set_taxonomy(kDsaTaxonomyV2);
  v1::Term* term = action.mutable_term();
  term->set_kind(Kinds().at(options.kind));
  term->set_number(options.number);
  const Hash hash = Sha256(AsBytes(text));
  term->set_text_sha256(hash.data(), hash.size());
  term->set_replaces(options.replaces);
  if (!options.valid_from.empty()) {
    ASSIGN_OR_RETURN(const uint32_t day, ParseDay(options.valid_from));
    term->set_valid_from(day);
  }
  v1::Payload payload;
  payload.set_term_text(text);
  return AppendItem{.action = EncodeCanonical(action),
                    .puid = action.puid(),
                    .where = options.file,
                    .payload = payload.SerializeAsString()};
}

int RunAddTerm(const CommandLine& line, const TermOptions& options) {
  auto item = MakeItem(options);
  if (!item) return Complain(item.error());
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  Progress progress("term", "terms");
  AppendReport report(AckStyle::kText, &progress);
  StreamAppender stream(client->get(), {.platform = options.platform},
                        [&](std::span<const AnsweredItem> answers) {
                          report.OnAnswers(answers);
                        });
  Result<void> done = stream.Add(*std::move(item));
  if (Result<void> finished = stream.Finish(); done) done = finished;
  if (!done) return Complain(done.error());
  if (!report.printed_all()) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return report.totals().refused > 0 ? kExitRefused : kExitDone;
}

}  // namespace

void AddTerm(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<TermOptions>();
  CLI::App* term = app->add_subcommand("term", "Register public texts");
  term->require_subcommand(1);
  term->footer(kTermFooter);
  CLI::App* add = term->add_subcommand("add", "Register the text of a file");
  add->add_option("FILE", options->file, "the text, at most 8,192 bytes")
      ->required();
  add->add_option("--kind", options->kind, "policy, law, reason, body, label")
      ->required()
      ->check(CLI::IsMember(Kinds()));
  add->add_option("--number", options->number, "1..1048576, not used before")
      ->required()
      ->check(CLI::Range(1u, 1u << 20));
  add->add_option("--platform", options->platform, "whose term it is")
      ->required();
  add->add_option("--valid-from", options->valid_from,
                  "day from which it holds, YYYY-MM-DD");
  add->add_option("--replaces", options->replaces,
                  "number of the term whose next version it is")
      ->check(CLI::Range(1u, 1u << 20));
  add->add_option("--puid", options->puid, "id of the entry [term-NUMBER]");
  add->footer(kTermFooter);
  add->callback([line, options] {
    line->run = [line, options] { return RunAddTerm(*line, *options); };
  });
}

}  // namespace modlog
