#ifndef MODLOG_API_TOOL_COMMANDS_IMPORT_LOG_SINK_H_
#define MODLOG_API_TOOL_COMMANDS_IMPORT_LOG_SINK_H_

// Takes what an importer hands out to a log, and says on standard error what
// was refused, as FILE:LINE: row N, column NAME: WHY. Not thread-safe.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/client/client.h"
#include "api/client/stream_appender.h"
#include "api/import/importer.h"
#include "api/tool/commands/append_report.h"
#include "api/tool/commands/seal_options.h"
#include "api/tool/handles/handle_writer.h"

namespace modlog {

struct LogSinkOptions {
  std::string platform;
  std::string unit;       // what the source is made of: "files", "rows"
  bool warnings = false;  // say them, too
  bool verbose = false;   // name what was passed over
  // Whether the first refusal, by the importer or by the log, ends the import.
  // What had been sent when the log's answer came is logged nevertheless.
  bool strict = false;
  HandleWriter* handles = nullptr;  // gives handles, or null
  SealOptions seal = {};
};

class LogSink : public ImportSink {
 public:
  // Open connects the sink with the log; the errors of OpenAppender. `client`
  // must outlive the sink.
  static Result<std::unique_ptr<LogSink>> Open(Client* client,
                                               LogSinkOptions options);

  Result<void> OnAction(ImportedAction action) override;
  Result<void> OnRefused(ImportRemark remark) override;
  void OnWarning(ImportRemark remark) override;
  void OnPassedOver(ImportRemark remark) override;
  void OnProgress(uint64_t done, uint64_t total) override;

  // Finish sends what is left and waits for all answers.
  Result<void> Finish() { return stream_->Finish(); }

  // Whether the import ended because of `strict`.
  bool stopped() const { return stopped_; }
  AppendTotals totals() const { return report_.totals(); }

  // Summarize says what became of the items, where the source was read to its
  // end, and of the entries.
  void Summarize(const ImportTotals& items);
  void SummarizeEntries();
  void Say(std::string_view line) { progress_.Say(line); }

 private:
  explicit LogSink(LogSinkOptions options);
  Result<void> Stop();
  void SummarizeFaults(const ImportTotals& items);

  const LogSinkOptions options_;
  Progress progress_;
  AppendReport report_;
  std::unique_ptr<Appender> stream_;
  bool stopped_ = false;
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_IMPORT_LOG_SINK_H_
