#include <atomic>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/client/rpc_error.h"
#include "api/tool/commands/command.h"
#include "api/tool/commands/filter_options.h"
#include "api/tool/interrupt.h"
#include "verifier/base/progress.h"

namespace modlog {
namespace {

constexpr char kWatchFooter[] = R"(
Prints entries as they are published, until Ctrl-C, and then where to go on. A
connection that breaks is made again, from the entry after the last one seen.

Examples:
  modlog watch --platform github
  modlog watch --from 120000 --kind REVERSAL --json | jq -r .action.puid

Exit status: 2 usage or connection, 130 ended by Ctrl-C.)";

constexpr auto kWatchPause = std::chrono::seconds(1);
constexpr int kTriesMax = 60;

struct WatchOptions {
  FilterOptions filter;
  std::optional<uint64_t> from;
  bool json = false;
};

// Cancels the call when a signal comes: a read of a stream does not return
// before the log has something to say.
class CancelOnInterrupt {
 public:
  explicit CancelOnInterrupt(grpc::ClientContext* context)
      : thread_([this, context] {
          while (!done_ && Interrupted() == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
          }
          if (!done_) context->TryCancel();
        }) {}
  ~CancelOnInterrupt() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

class Watcher {
 public:
  Watcher(Client* client, const WatchOptions& options, v1::WatchRequest request)
      : client_(client), options_(options), request_(std::move(request)) {}

  // Run returns when a signal came, or with why it cannot go on.
  Result<void> Run() {
    Progress progress("", "");
    for (int tries = 0; Interrupted() == 0 && tries < kTriesMax; ++tries) {
      const uint64_t before = request_.from_index();
      const grpc::Status status = WatchOnce();
      if (failed_) return std::unexpected(*failed_);
      if (Interrupted() != 0) break;
      const RpcFailure failure = ParseFailure(status);
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
        return std::unexpected(ErrorFrom(failure));
      }
      if (request_.from_index() != before) tries = 0;
      if (tries == 0) {
        progress.Say(absl::StrCat("watch: ", failure.text, ": trying again"));
      }
      std::this_thread::sleep_for(kWatchPause);
    }
    progress.Say(
        absl::StrCat("watch: go on with --from ", request_.from_index()));
    if (Interrupted() == 0) {
      return Fail(Code::kUnavailable, "the log has not answered for a minute");
    }
    return {};
  }

 private:
  grpc::Status WatchOnce() {
    grpc::ClientContext context;
    const CancelOnInterrupt cancel(&context);
    const auto stream = client_->stub()->Watch(&context, request_);
    v1::WatchResponse response;
    while (!failed_ && stream->Read(&response)) {
      for (const v1::FoundEntry& entry : response.entries()) PrintOne(entry);
      if (!failed_) request_.set_from_index(response.next_index());
    }
    if (failed_) context.TryCancel();
    return stream->Finish();
  }

  void PrintOne(const v1::FoundEntry& entry) {
    if (failed_) return;
    const auto line = FormatFound(entry, options_.json);
    if (!line) {
      failed_ = line.error();
    } else if (!Print(*line)) {
      failed_ = Error{Code::kUnavailable, "cannot write to standard output"};
    }
  }

  Client* const client_;
  const WatchOptions& options_;
  v1::WatchRequest request_;
  std::optional<Error> failed_;
};

int RunWatch(const CommandLine& line, const WatchOptions& options) {
  const auto filter = MakeFilter(options.filter);
  if (!filter) return Complain({Code::kUnavailable, filter.error().message});
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  CatchInterrupt();
  v1::WatchRequest request;
  *request.mutable_filter() = *filter;
  if (options.from) {
    request.set_from_index(*options.from);
  } else {
    const auto info = (*client)->GetLogInfo();
    if (!info) return Complain(info.error());
    request.set_from_index(info->published().size());
  }
  Watcher watcher(client->get(), options, std::move(request));
  const auto watched = watcher.Run();
  if (!watched) return Complain(watched.error());
  return kExitSignal + Interrupted();
}

}  // namespace

void AddWatch(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command =
      app->add_subcommand("watch", "Print entries as they are published");
  AddFilterOptions(command, &options->filter);
  command
      ->add_option("--from", options->from,
                   "index to begin at [the next entry published]")
      ->check(IsIndex());
  command->add_flag("--json", options->json, "print as JSON, one a line");
  command->footer(kWatchFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunWatch(*line, *options); };
  });
}

}  // namespace modlog
