#include "api/import/importer.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace modlog {

std::string FormatPlace(const ImportRemark& remark) {
  if (remark.line == 0) return remark.source;
  return absl::StrCat(remark.source, ":", remark.line);
}

std::string FormatReason(const ImportRemark& remark) {
  std::string place;
  if (remark.row > 0) place = absl::StrCat("row ", remark.row);
  if (!remark.column.empty()) {
    absl::StrAppend(&place, place.empty() ? "" : ", ", "column ",
                    remark.column);
  }
  if (place.empty()) return remark.reason;
  return absl::StrCat(place, ": ", remark.reason);
}

Result<std::optional<LoggedAction>> FindOne(const FindLogged& find,
                                            const std::string& puid) {
  ASSIGN_OR_RETURN(auto found, find({puid}));
  MODLOG_CHECK(found.size() == 1, "one answer for each puid");
  return std::move(found.front());
}

void CountAction(v1::Kind kind, ImportTotals* totals) {
  constexpr size_t kPrefix = std::string_view("KIND_").size();
  ++totals->actions;
  ++totals->actions_by_kind[v1::Kind_Name(kind).substr(kPrefix)];
}

}  // namespace modlog
