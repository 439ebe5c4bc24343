#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/tool/commands/command.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr char kClockFooter[] = R"(
A log's entries bear its time for ever, so a clock that is not likely to be
right stops appends: state CLOCK. A clock that was set right is believed by
itself once it has held for a minute.

Examples:
  modlog clock
  modlog clock accept --token-file modlog-data/operator.token

Exit status: 0 the log's clock is believed; 1 it is not; 2 usage or connection.)";

constexpr char kAcceptFooter[] = R"(
Look at the time that "modlog clock" shows, and at a clock that you trust,
before you say so: the first entry makes it the log's time for ever.

A log whose newest entry is of the future, because its clock was wrong when that
was written, has three ways on, and time never goes backwards in any of them:
  wait          until that time has passed; for minutes or hours the best one
  succeed       end the log and go on with a successor, whose entries bear true
                times: modlog succeed --help
  --entries-stay-at-newest
                new entries get the newest one's time until that has passed.
                What they say of their own time is then false; witnesses'
                cosignatures still show when they were there at the latest

Only the operator may do this, with --token-file modlog-data/operator.token.

Exit status: 0 accepted; 1 refused; 2 usage, connection, or not the operator.)";

std::string ClockWords(const v1::Clock& clock) {
  std::string words =
      absl::StrCat("the log's clock  ", FormatTimeMs(clock.wall()), "\n");
  absl::StrAppend(&words, "newest entry     ",
                  clock.newest() > 0 ? FormatTimeMs(clock.newest()) : "none",
                  "\n");
  if (clock.stays_at_newest()) {
    absl::StrAppend(&words, "new entries get the newest one's time until ",
                    FormatTimeMs(clock.newest()), "\n");
  }
  if (clock.trouble().empty()) return words + "it is believed\n";
  absl::StrAppend(&words, Printable(clock.trouble(), 400), "\n");
  if (clock.goes_on_at() > 0) {
    absl::StrAppend(&words,
                    "if it stays as it is, the log goes on by itself at ",
                    FormatTimeMs(clock.goes_on_at()), "\n");
  }
  return words;
}

int Tell(const v1::Clock& clock) {
  if (!Print(ClockWords(clock))) {
    return Complain({Code::kUnavailable, "cannot write to standard output"});
  }
  return clock.trouble().empty() ? kExitDone : kExitRefused;
}

int RunClock(const CommandLine& line) {
  const auto client = Connect(line);
  if (!client) return Complain(client.error());
  const auto info = (*client)->GetLogInfo();
  if (!info) return Complain(info.error());
  if (!info->has_clock()) {
    return Complain({Code::kUnavailable,
                     "this log says nothing of its clock: "
                     "it is of an older version"});
  }
  return Tell(info->clock());
}

int RunAccept(const CommandLine& line, bool stay) {
  const auto client = Connect(line, Speaker::kOperator);
  if (!client) return Complain(client.error());
  v1::AcceptClockRequest request;
  request.set_entries_stay_at_newest(stay);
  const auto accepted = (*client)->AcceptClock(request);
  if (!accepted) return Complain(accepted.error());
  return Tell(accepted->clock());
}

}  // namespace

void AddClock(CLI::App* app, CommandLine* line) {
  CLI::App* command = app->add_subcommand(
      "clock", "Show the log's clock, or say that it is right");
  command->footer(kClockFooter);
  command->require_subcommand(0, 1);
  command->fallthrough();
  CLI::App* accept =
      command->add_subcommand("accept", "Say that the log's clock is right");
  auto stay = std::make_shared<bool>(false);
  accept->add_flag("--entries-stay-at-newest", *stay,
                   "where the newest entry is of the future, give new ones "
                   "its time until that has passed");
  accept->footer(kAcceptFooter);
  accept->fallthrough();
  command->callback([command, accept, line, stay] {
    if (accept->parsed()) {
      line->run = [line, stay] { return RunAccept(*line, *stay); };
    } else {
      line->run = [line] { return RunClock(*line); };
    }
  });
}

}  // namespace modlog
