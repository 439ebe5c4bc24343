#ifndef MODLOG_API_TOOL_COMMANDS_APPEND_REPORT_H_
#define MODLOG_API_TOOL_COMMANDS_APPEND_REPORT_H_

// Tells what became of actions as their answers come: what was acknowledged on
// standard output, one line each and flushed with every message, what was not
// on standard error. A line on standard output is a promise of the log, so it
// is never printed before the answer was checked. Thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "api/client/stream_appender.h"
#include "verifier/base/progress.h"

namespace modlog {

enum class AckStyle {
  kText,  // INDEX LEAF_HASH PUID [duplicate]
  kJson,  // {"index":N,"leaf_hash":b64,"puid":…[,"duplicate":true]}
  kNone,
};

struct AppendTotals {
  uint64_t logged = 0;
  uint64_t duplicates = 0;
  uint64_t refused = 0;  // conflicts among them
  uint64_t warned = 0;   // logged, and the log had warnings
};

class AppendReport {
 public:
  // `progress` takes the lines for standard error; must outlive the report.
  AppendReport(AckStyle style, Progress* progress);

  void OnAnswers(std::span<const AnsweredItem> answers);
  // ShowWarnings prints the log's warnings too, of so many actions at most.
  // Before the first answer.
  static constexpr uint64_t kWarnedShownMax = 100;
  void ShowWarnings() { show_warnings_ = true; }
  // Refuse reports what never went to the log.
  void Refuse(const std::string& where, const std::string& why);

  AppendTotals totals() const;
  // Whether standard output took every line.
  bool printed_all() const;

 private:
  void Warn(const AnsweredItem& answered) const;
  std::string FormatAck(const AnsweredItem& answered) const;

  const AckStyle style_;
  Progress* const progress_;
  bool show_warnings_ = false;
  mutable absl::Mutex mutex_;
  AppendTotals totals_ ABSL_GUARDED_BY(mutex_);
  bool printed_all_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_COMMANDS_APPEND_REPORT_H_
