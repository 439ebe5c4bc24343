#include "api/tool/commands/filter_options.h"

#include <charconv>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/rpc_error.h"
#include "api/tool/action_text.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr size_t kFilterShownMax = 80;

// Names of an enum's codes without their prefix, for a message.
template <typename Parse>
Result<int> CodeOf(const std::string& option, const std::string& name,
                   const std::string& prefix, Parse parse) {
  std::string upper = absl::AsciiStrToUpper(name);
  if (!upper.starts_with(prefix)) upper = absl::StrCat(prefix, upper);
  int code = 0;
  if (parse(upper, &code)) return code;
  return Fail(Code::kMalformed,
              absl::StrCat(option, ": ", Printable(name, kFilterShownMax),
                           " is no code: see proto/modlog/v1/action.proto"));
}

Result<uint32_t> DayOf(const std::string& option, const std::string& text) {
  if (text.empty()) return uint32_t{0};
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const char* const begin = text.data();
  const auto read = [&](size_t at, size_t size, auto* out) {
    const auto result = std::from_chars(begin + at, begin + at + size, *out);
    return result.ec == std::errc() && result.ptr == begin + at + size;
  };
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      read(0, 4, &year) && read(5, 2, &month) &&
                      read(8, 2, &day);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!shaped || !date.ok() || year < 1970) {
    return Fail(Code::kMalformed,
                absl::StrCat(option, " must be a date, YYYY-MM-DD"));
  }
  return static_cast<uint32_t>(
      std::chrono::sys_days{date}.time_since_epoch().count());
}

}  // namespace

void AddFilterOptions(CLI::App* command, FilterOptions* options) {
  command->add_option("--platform", options->platform, "of this platform");
  command->add_option("--puid", options->puid,
                      "the entry with this puid; needs --platform");
  command->add_option("--refers-to", options->refers_to,
                      "naming this puid in about or cause; needs --platform");
  command->add_option("--kind", options->kinds,
                      "of this kind: ACTION, REVERSAL, …; may be repeated");
  command->add_option("--category", options->categories,
                      "of this category: VIOLENCE, …; may be repeated");
  command->add_option("--since", options->since,
                      "applied (or published, or logged) on this day or later");
  command->add_option("--until", options->until, "on this day or earlier");
}

Result<v1::Filter> MakeFilter(const FilterOptions& options) {
  v1::Filter filter;
  filter.set_platform(options.platform);
  filter.set_puid(options.puid);
  filter.set_refers_to(options.refers_to);
  for (const std::string& name : options.kinds) {
    ASSIGN_OR_RETURN(const int code, CodeOf("--kind", name, "KIND_",
                                            [](const auto& text, int* out) {
                                              v1::Kind kind;
                                              if (!v1::Kind_Parse(text, &kind))
                                                return false;
                                              *out = kind;
                                              return true;
                                            }));
    filter.add_kinds(static_cast<v1::Kind>(code));
  }
  for (const std::string& name : options.categories) {
    ASSIGN_OR_RETURN(
        const int code,
        CodeOf("--category", name, "CATEGORY_", [](const auto& text, int* out) {
          v1::Category category;
          if (!v1::Category_Parse(text, &category)) return false;
          *out = category;
          return true;
        }));
    filter.add_categories(static_cast<v1::Category>(code));
  }
  ASSIGN_OR_RETURN(const uint32_t since, DayOf("--since", options.since));
  ASSIGN_OR_RETURN(const uint32_t until, DayOf("--until", options.until));
  filter.set_date_from(since);
  filter.set_date_to(until);
  return filter;
}

Result<std::string> FormatFound(const v1::FoundEntry& found, bool json) {
  if (found.leaf().empty()) {
    return absl::StrFormat(json ? "{\"index\":%d,\"redacted_by\":%d}\n"
                                : "%10d  redacted by entry %d\n",
                           found.index(), found.redacted_by());
  }
  if (json) {
    ASSIGN_OR_RETURN(std::string line,
                     FormatEntryJson(found.index(), found.leaf()));
    return line + "\n";
  }
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(found.leaf()));
  v1::Action action;
  if (!action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size()))) {
    return Fail(Code::kMalformed, "the entry's action does not parse");
  }
  std::string kind = absl::StrCat("kind ", static_cast<int>(action.kind()));
  if (v1::Kind_IsValid(action.kind())) {
    kind = v1::Kind_Name(action.kind()).substr(5);
  }
  return absl::StrFormat("%10d  %s  %-20s %-20s %s\n", found.index(),
                         FormatTime(entry.logged_at_ms), kind,
                         entry.platform.empty() ? "(the log)" : entry.platform,
                         Printable(action.puid(), kFilterShownMax));
}

}  // namespace modlog
