#include "api/import/github/github_name.h"

#include <chrono>
#include <utility>
#include <vector>

#include "api/import/input/ascii.h"

namespace modlog {
namespace {

constexpr std::pair<std::string_view, NoticeType> kSuffixes[] = {
    {"-counternotice-retraction", NoticeType::kCounterRetraction},
    {"-counter-retraction", NoticeType::kCounterRetraction},
    {"-counternotice-reversal", NoticeType::kCounterReversal},
    {"-counternotice", NoticeType::kCounterNotice},
    {"-retraction", NoticeType::kRetraction},
    {"-reversal", NoticeType::kReversal},
};
constexpr size_t kDateSize = 10;  // YYYY-MM-DD

// NumberAt returns what exactly `size` digits at `at` say, else nothing.
std::optional<unsigned> NumberAt(std::string_view text, size_t at,
                                 size_t size) {
  if (text.size() < at + size) return std::nullopt;
  unsigned number = 0;
  for (const char c : text.substr(at, size)) {
    if (!IsDigit(c)) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

uint32_t DayNumber(std::chrono::year_month_day date) {
  return static_cast<uint32_t>(
      std::chrono::sys_days(date).time_since_epoch().count());
}

std::vector<std::string_view> SplitPath(std::string_view path) {
  std::vector<std::string_view> names;
  for (size_t slash; (slash = path.find('/')) != std::string_view::npos;) {
    names.push_back(path.substr(0, slash));
    path.remove_prefix(slash + 1);
  }
  names.push_back(path);
  return names;
}

// LastDayOf returns the last day of the folder that holds a path, a year's or
// a month's; nothing where it is below neither.
std::optional<uint32_t> LastDayOf(const std::vector<std::string_view>& names) {
  const std::optional<unsigned> year = NumberAt(names[0], 0, 4);
  if (names.size() < 2 || names[0].size() != 4 || !year || *year < 2000) {
    return std::nullopt;
  }
  unsigned month = 12;
  if (names.size() > 2 && names[1].size() == 2) {
    month = NumberAt(names[1], 0, 2).value_or(0);
  }
  const std::chrono::year_month_day date =
      std::chrono::year(static_cast<int>(*year)) / std::chrono::month(month) /
      std::chrono::last;
  if (!date.ok()) return std::nullopt;
  return DayNumber(date);
}

// WithoutEnding returns a name without ".md" or ".markdown", blanks around
// either forgiven.
std::optional<std::string_view> WithoutEnding(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string ending = ToLower(Trim(name.substr(dot + 1)));
  if (ending != "md" && ending != "markdown") return std::nullopt;
  return Trim(name.substr(0, dot));
}

bool BeginsWithDate(std::string_view stem) {
  return NumberAt(stem, 0, 4) && NumberAt(stem, 5, 2) && NumberAt(stem, 8, 2) &&
         stem.size() > kDateSize && stem[4] == '-' && stem[7] == '-' &&
         stem[kDateSize] == '-';
}

// REQUIRES: BeginsWithDate(stem).
std::optional<uint32_t> DayNamed(std::string_view stem, uint32_t last_day) {
  const std::chrono::year_month_day date =
      std::chrono::year(static_cast<int>(*NumberAt(stem, 0, 4))) /
      std::chrono::month(*NumberAt(stem, 5, 2)) /
      std::chrono::day(*NumberAt(stem, 8, 2));
  if (!date.ok() || date.year() < std::chrono::year(2000)) return std::nullopt;
  const uint32_t day = DayNumber(date);
  return day <= last_day ? std::optional(day) : std::nullopt;
}

// WithoutNumber removes "-2" and the like from the end.
std::string_view WithoutNumber(std::string_view label) {
  size_t end = label.size();
  while (end > 0 && IsDigit(label[end - 1])) --end;
  const bool numbered = end < label.size() && end > 0 && label[end - 1] == '-';
  return numbered ? label.substr(0, end - 1) : label;
}

}  // namespace

std::string_view NoticeTypeName(NoticeType type) {
  switch (type) {
    case NoticeType::kTakedown:
      return "takedown";
    case NoticeType::kCounterNotice:
      return "counternotice";
    case NoticeType::kRetraction:
      return "retraction";
    case NoticeType::kReversal:
      return "reversal";
    case NoticeType::kCounterReversal:
      return "counternotice-reversal";
    case NoticeType::kCounterRetraction:
      return "counternotice-retraction";
  }
  MODLOG_CHECK(false, "a notice has one of six types");
  return "";
}

Result<NoticeName> ParseNoticeName(std::string_view path) {
  const std::vector<std::string_view> names = SplitPath(path);
  const std::optional<std::string_view> stem = WithoutEnding(names.back());
  if (!stem) return Fail(Code::kMalformed, "not a notice: no Markdown file");
  const std::optional<uint32_t> last_day = LastDayOf(names);
  if (!last_day) {
    return Fail(Code::kMalformed, "not a notice: not below a year's folder");
  }
  if (!BeginsWithDate(*stem)) {
    return Fail(Code::kMalformed, "not a notice: its name begins with no date");
  }
  const std::optional<uint32_t> day = DayNamed(*stem, *last_day);
  // With its dash, so that a name that is nothing but a type has one too.
  const std::string rest = "-" + ToLower(Trim(stem->substr(kDateSize + 1)));
  const std::string_view label = WithoutNumber(rest);
  for (const auto& [suffix, type] : kSuffixes) {
    if (label.ends_with(suffix)) {
      const std::string_view own =
          label.substr(0, label.size() - suffix.size());
      return NoticeName{type, std::string(WithoutNumber(own)), day,
                        day.value_or(*last_day)};
    }
  }
  return NoticeName{NoticeType::kTakedown, std::string(label), day,
                    day.value_or(*last_day)};
}

}  // namespace modlog
