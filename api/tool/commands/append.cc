#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "api/client/jsonl.h"
#include "api/client/stream_appender.h"
#include "api/tool/commands/append_report.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/seal_options.h"
#include "api/tool/handles/handle_options.h"
#include "api/tool/interrupt.h"
#include "api/tool/line_reader.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kAppendFooter[] = R"(
The file has one JSON object a line, either of
  {"platform":"example","action":{"kind":"KIND_ACTION","puid":"a-1",...}}
  {"kind":"KIND_ACTION","puid":"a-1",...}          with --platform example

Each action is printed when the log has acknowledged it: INDEX LEAF_HASH PUID.
With --subject-handle, the account that an action is about stands beside it
("account":"acct:ann@example", which is not sent), or in part 1 of its payload.
What is refused is named on standard error as FILE:LINE: FIELD: WHY, and the
rest goes on. Appending a file again is harmless: what is in the log already is
printed with "duplicate" and counts as success. What the log takes with a
warning is named too (the first 100), and is no failure.

Examples:
  modlog append examples/january-2021.jsonl
  tail -f actions.jsonl | modlog append --platform example --json -
  modlog --token-file shop.token append --platform shop.example \
    --seal-key shop.key actions.jsonl

Exit status: 0 all is logged, 1 something was refused, 2 usage, connection or
file, 130 ended by Ctrl-C after printing all that had been sent.)";

struct AppendOptions {
  std::string file;
  std::string platform;
  bool json = false;
  HandleOptions handles;
  SealOptions seal;
};

// One run over one file.
class Appending {
 public:
  Appending(const AppendOptions& options, Client* client, int fd)
      : options_(options),
        client_(client),
        progress_("append", "actions"),
        report_(options.json ? AckStyle::kJson : AckStyle::kText, &progress_),
        reader_(fd, kJsonLineSizeMax, [this] { FlushWhileWaiting(); }) {
    report_.ShowWarnings();
  }

  int Run() {
    Result<void> done = ReadAll();
    Result<void> finished = FinishStream();
    if (done) done = finished;
    Summarize();
    if (!done) return Complain(done.error());
    if (!report_.printed_all()) {
      return Complain({Code::kUnavailable, "cannot write to standard output"});
    }
    if (Interrupted() != 0) return kExitSignal + Interrupted();
    return report_.totals().refused > 0 ? kExitRefused : kExitDone;
  }

 private:
  Result<void> ReadAll() {
    while (report_.printed_all()) {
      auto line = reader_.Next();
      if (!line) return Prefixed(options_.file, line.error());
      if (!*line) break;
      RETURN_IF_ERROR(AppendLine(**line));
    }
    return {};
  }

  Result<void> AppendLine(const LineReader::Line& line) {
    std::string where = absl::StrCat(options_.file, ":", line.number);
    if (line.too_long) {
      report_.Refuse(where, absl::StrCat("line of more than ", kJsonLineSizeMax,
                                         " bytes"));
      return {};
    }
    auto parsed = ParseActionLine(line.text, options_.platform);
    if (!parsed) {
      report_.Refuse(where, parsed.error().message);
      return {};
    }
    RETURN_IF_ERROR(OpenStream(parsed->platform));
    if (auto bears = AddHandle(&*parsed); !bears) {
      report_.Refuse(where, bears.error().message);
      return bears.error().code == Code::kUnavailable ? bears : Result<void>();
    }
    return stream_->Add({.action = std::move(parsed->action),
                         .puid = std::move(parsed->puid),
                         .where = std::move(where),
                         .payload = std::move(parsed->payload)});
  }

  // What says nothing of an account bears no handle.
  Result<void> AddHandle(ParsedLine* line) {
    if (!handles_) return {};
    const std::string account =
        line->account.empty() ? AccountOf(line->payload) : line->account;
    if (account.empty()) {
      ++without_account_;
      return {};
    }
    ASSIGN_OR_RETURN(line->action, handles_->AddHandle(line->action, account));
    return {};
  }

  // A stream is one platform's. Ending one before the next begins keeps the
  // order of the file.
  Result<void> OpenStream(const std::string& platform) {
    if (stream_ && platform == platform_) return {};
    RETURN_IF_ERROR(FinishStream());
    platform_ = platform;
    ASSIGN_OR_RETURN(handles_,
                     OpenHandles(options_.handles, client_, platform));
    StreamAppenderOptions options;
    options.platform = platform;
    if (handles_) {
      options.before_send = [this] { return handles_->BeforeSend(); };
    }
    ASSIGN_OR_RETURN(
        stream_, OpenAppender(client_, options_.seal, std::move(options),
                              [this](std::span<const AnsweredItem> answers) {
                                if (handles_) handles_->OnAnswers(answers);
                                report_.OnAnswers(answers);
                              }));
    return {};
  }

  Result<void> FinishStream() {
    if (!stream_) return {};
    Result<void> finished = stream_->Finish();
    unanswered_ += stream_->unanswered();
    stream_.reset();
    if (handles_) {
      given_ += handles_->given();
      if (auto kept = handles_->BeforeSend(); finished) finished = kept;
      handles_.reset();
    }
    return finished;
  }

  void FlushWhileWaiting() {
    // An error comes back with the next Add.
    if (stream_) static_cast<void>(stream_->Flush());
  }

  void Summarize() {
    AppendTotals totals = report_.totals();
    std::string text = absl::StrCat(
        Interrupted() != 0 ? "append, interrupted: " : "append: ",
        Grouped(totals.logged), " logged, ", Grouped(totals.duplicates),
        " logged before, ", Grouped(totals.refused), " refused");
    if (totals.warned > 0) {
      absl::StrAppend(&text, ", ", Grouped(totals.warned),
                      " logged with a warning");
    }
    if (unanswered_ > 0) {
      absl::StrAppend(&text, ", ", Grouped(unanswered_),
                      " without an answer (append the file again: what is in "
                      "the log is recognised)");
    }
    if (options_.handles.wanted) {
      progress_.Say(absl::StrCat("append: ", Grouped(given_),
                                 " with a handle, ", Grouped(without_account_),
                                 " without an account to give it for"));
    }
    if (reader_.saw_byte_order_mark()) {
      progress_.Say(
          absl::StrCat(options_.file, ":1: the byte order mark was left out"));
    }
    if (reader_.saw_cr_lf()) {
      progress_.Say(
          absl::StrCat(options_.file, ": lines end in CR LF, read as LF"));
    }
    progress_.Say(text);
  }

  const AppendOptions& options_;
  Client* const client_;
  Progress progress_;
  AppendReport report_;
  LineReader reader_;
  std::string platform_;                   // of stream_
  std::unique_ptr<HandleWriter> handles_;  // or null; outlives stream_
  std::unique_ptr<Appender> stream_;
  uint64_t unanswered_ = 0;
  uint64_t given_ = 0;
  uint64_t without_account_ = 0;
};

int RunAppend(const CommandLine& line, const AppendOptions& options) {
  if (!options.platform.empty() && !IsPlatform(options.platform)) {
    return Complain(
        {Code::kMalformed, "--platform must match ^[a-z0-9][a-z0-9.-]{0,63}$"});
  }
  int fd = STDIN_FILENO;
  if (options.file != "-") {
    fd = open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return Complain(
          {Code::kUnavailable, absl::StrCat("cannot open ", options.file, ": ",
                                            std::strerror(errno))});
    }
  }
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  int status = Appending(options, client->get(), fd).Run();
  if (fd != STDIN_FILENO) close(fd);
  return status;
}

}  // namespace

void AddAppend(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<AppendOptions>();
  CLI::App* command =
      app->add_subcommand("append", "Append actions from JSON Lines");
  command->add_option("FILE", options->file, "JSON Lines; - is standard input")
      ->required();
  command->add_option("--platform", options->platform,
                      "platform of lines that hold a bare action");
  command->add_flag("--json", options->json,
                    "print acknowledgements as JSON, one a line");
  AddHandleOptions(command, &options->handles);
  AddSealOptions(command, &options->seal);
  command->footer(kAppendFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunAppend(*line, *options); };
  });
}

}  // namespace modlog
