#include "api/tool/commands/import/log_sink.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "api/tool/interrupt.h"
#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr size_t kPlaceShownMax = 200;
constexpr size_t kReasonShownMax = 400;

StreamAppenderOptions StreamOptions(const LogSinkOptions& options) {
  StreamAppenderOptions stream_options;
  stream_options.platform = options.platform;
  if (options.handles != nullptr) {
    stream_options.before_send = [handles = options.handles] {
      return handles->BeforeSend();
    };
  }
  return stream_options;
}

std::string Place(const ImportRemark& remark) {
  return Printable(FormatPlace(remark), kPlaceShownMax);
}

std::string Reason(const ImportRemark& remark) {
  return Printable(FormatReason(remark), kReasonShownMax);
}

std::string Counts(const std::map<std::string, uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", Grouped(count), " ", name);
  }
  return text;
}

std::string InBrackets(const std::map<std::string, uint64_t>& counts) {
  return counts.empty() ? "" : absl::StrCat(" (", Counts(counts), ")");
}

}  // namespace

LogSink::LogSink(LogSinkOptions options)
    : options_(std::move(options)),
      progress_("import", options_.unit),
      report_(AckStyle::kNone, &progress_) {}

Result<std::unique_ptr<LogSink>> LogSink::Open(Client* client,
                                               LogSinkOptions options) {
  auto sink = std::unique_ptr<LogSink>(new LogSink(std::move(options)));
  ASSIGN_OR_RETURN(
      sink->stream_,
      OpenAppender(client, sink->options_.seal, StreamOptions(sink->options_),
                   [sink = sink.get()](std::span<const AnsweredItem> answers) {
                     if (sink->options_.handles != nullptr) {
                       sink->options_.handles->OnAnswers(answers);
                     }
                     sink->report_.OnAnswers(answers);
                   }));
  return sink;
}

Result<void> LogSink::Stop() {
  stopped_ = true;
  return Fail(Code::kMalformed, "stopped at the first refusal");
}

Result<void> LogSink::OnAction(ImportedAction action) {
  if (Interrupted() != 0) return Fail(Code::kUnavailable, "interrupted");
  if (options_.strict && report_.totals().refused > 0) return Stop();
  if (options_.handles != nullptr && !action.account.empty()) {
    auto bears = options_.handles->AddHandle(action.action, action.account);
    if (!bears && bears.error().code == Code::kUnavailable) {
      return std::unexpected(bears.error());
    }
    if (!bears) {
      report_.Refuse(Printable(action.source, kPlaceShownMax),
                     bears.error().message);
      return options_.strict ? Stop() : Result<void>();
    }
    action.action = *std::move(bears);
  }
  return stream_->Add({.action = std::move(action.action),
                       .puid = std::move(action.puid),
                       .where = Printable(action.source, kPlaceShownMax),
                       .payload = std::move(action.payload)});
}

Result<void> LogSink::OnRefused(ImportRemark remark) {
  report_.Refuse(Place(remark), Reason(remark));
  return options_.strict ? Stop() : Result<void>();
}

void LogSink::OnWarning(ImportRemark remark) {
  if (!options_.warnings) return;
  progress_.Say(absl::StrCat(Place(remark), ": warning: ", Reason(remark)));
}

void LogSink::OnPassedOver(ImportRemark remark) {
  if (!options_.verbose) return;
  progress_.Say(absl::StrCat(Place(remark), ": passed over: ", Reason(remark)));
}

void LogSink::OnProgress(uint64_t done, uint64_t total) {
  progress_.Set(done, total);
}

void LogSink::Summarize(const ImportTotals& items) {
  std::string text = absl::StrCat(
      "import: ", Grouped(items.items), " ", options_.unit,
      InBrackets(items.items_by_type), ", ", Grouped(items.refused),
      " of them refused, ", Grouped(items.warnings), " warnings; ",
      Grouped(items.actions), " actions", InBrackets(items.actions_by_kind));
  if (!items.left_out.empty()) {
    absl::StrAppend(&text, "; left out: ", Counts(items.left_out));
  }
  if (!items.passed_over.empty()) {
    absl::StrAppend(&text, "; passed over: ", Counts(items.passed_over),
                    options_.verbose ? "" : " (--verbose names them)");
  }
  progress_.Say(text);
  SummarizeFaults(items);
  for (const auto& [note, count] : items.notes) {
    progress_.Say(
        absl::StrCat("import: note: ", Printable(note, kReasonShownMax), " (",
                     Grouped(count), ")"));
  }
}

void LogSink::SummarizeFaults(const ImportTotals& items) {
  if (items.repaired > 0) {
    progress_.Say(absl::StrCat(
        "import: ", Grouped(items.repaired),
        " entries put earlier ones right: ", Counts(items.faults)));
  } else if (!items.faults.empty()) {
    progress_.Say(absl::StrCat(
        "import: the log has entries of an earlier import that are wrong: ",
        Counts(items.faults),
        "; --repair appends the VOID or CORRECTION for each"));
  }
}

void LogSink::SummarizeEntries() {
  const AppendTotals entries = report_.totals();
  std::string text = absl::StrCat(Interrupted() != 0 ? "import, interrupted: "
                                  : stopped_ ? "import, stopped by --strict: "
                                             : "import: ",
                                  Grouped(entries.logged), " entries new, ",
                                  Grouped(entries.duplicates), " known, ",
                                  Grouped(entries.refused), " refused");
  if (stream_->unanswered() > 0) {
    absl::StrAppend(&text, ", ", Grouped(stream_->unanswered()),
                    " without an answer (import again: what is in the log is "
                    "recognised)");
  }
  progress_.Say(text);
}

}  // namespace modlog
