#include "api/tool/commands/append_report.h"

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"
#include "api/tool/commands/command.h"

namespace modlog {
namespace {

// A puid on a line. The log holds only [A-Za-z0-9_-]; what a caller sent is
// printed only when the log took it.
constexpr size_t kPuidShownMax = 64;

bool IsAck(AppendOutcome outcome) {
  return outcome == AppendOutcome::kLogged ||
         outcome == AppendOutcome::kDuplicate;
}

}  // namespace

AppendReport::AppendReport(AckStyle style, Progress* progress)
    : style_(style), progress_(progress) {}

void AppendReport::OnAnswers(std::span<const AnsweredItem> answers) {
  std::string acks;
  absl::MutexLock lock(&mutex_);
  for (const AnsweredItem& answered : answers) {
    switch (answered.answer.outcome) {
      case AppendOutcome::kLogged:
        ++totals_.logged;
        if (answered.answer.warnings.empty()) break;
        ++totals_.warned;
        if (show_warnings_ && totals_.warned <= kWarnedShownMax) Warn(answered);
        break;
      case AppendOutcome::kDuplicate:
        ++totals_.duplicates;
        break;
      case AppendOutcome::kConflict:
      case AppendOutcome::kRefused:
        ++totals_.refused;
        progress_->Say(
            absl::StrCat(answered.item.where, ": ", answered.answer.error));
        break;
    }
    if (IsAck(answered.answer.outcome)) acks += FormatAck(answered);
  }
  if (!acks.empty() && !Print(acks)) printed_all_ = false;
}

void AppendReport::Refuse(const std::string& where, const std::string& why) {
  progress_->Say(absl::StrCat(where, ": ", why));
  absl::MutexLock lock(&mutex_);
  ++totals_.refused;
}

AppendTotals AppendReport::totals() const {
  absl::MutexLock lock(&mutex_);
  return totals_;
}

bool AppendReport::printed_all() const {
  absl::MutexLock lock(&mutex_);
  return printed_all_;
}

void AppendReport::Warn(const AnsweredItem& answered) const {
  for (const std::string& warning : answered.answer.warnings) {
    progress_->Say(absl::StrCat(answered.item.where, ": warning: ", warning));
  }
}

std::string AppendReport::FormatAck(const AnsweredItem& answered) const {
  const CheckedItem& answer = answered.answer;
  std::string puid = Printable(answered.item.puid, kPuidShownMax);
  bool duplicate = answer.outcome == AppendOutcome::kDuplicate;
  switch (style_) {
    case AckStyle::kText:
      return absl::StrCat(answer.index, " ", FormatHex(answer.leaf_hash), " ",
                          puid, duplicate ? " duplicate\n" : "\n");
    case AckStyle::kJson:
      return absl::StrCat("{\"index\":", answer.index, ",\"leaf_hash\":\"",
                          FormatBase64(answer.leaf_hash), "\",\"puid\":\"",
                          puid,
                          duplicate ? "\",\"duplicate\":true}\n" : "\"}\n");
    case AckStyle::kNone:
      return "";
  }
  return "";
}

}  // namespace modlog
