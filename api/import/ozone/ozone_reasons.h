#ifndef MODLOG_API_IMPORT_OZONE_OZONE_REASONS_H_
#define MODLOG_API_IMPORT_OZONE_OZONE_REASONS_H_

// The reasons that a report may give (com.atproto.moderation.defs#reasonType,
// tools.ozone.report.defs#reasonType) as categories and keywords of the DSA's
// list: the project's own reading of them. Pure functions, thread-safe.

#include <string_view>

#include "modlog/v1/action.pb.h"

namespace modlog {

struct ReportReason {
  std::string_view name;  // "reasonSpam"
  v1::Category category;
  v1::Keyword keyword;  // 0: none fits
};

// FindReportReason returns null for one that the lexicons of August 2026 lack.
const ReportReason* FindReportReason(std::string_view name);

inline constexpr std::string_view kReasonAppeal = "reasonAppeal";

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_OZONE_OZONE_REASONS_H_
