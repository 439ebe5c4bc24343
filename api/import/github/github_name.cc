#include "api/import/github/github_name.h"

#include <algorithm>
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

// What lies beside notices, or is made of them.
constexpr std::string_view kAttachments[] = {
    "pdf",  "png", "jpg",  "jpeg", "gif", "webp", "svg",  "bmp",  "tif",
    "tiff", "zip", "gz",   "tgz",  "7z",  "rar",  "doc",  "docx", "odt",
    "rtf",  "xls", "xlsx", "ods",  "csv", "tsv",  "json", "xml",  "html",
    "htm",  "eml", "msg",  "mp4",  "mov", "mp3",  "p7s",  "sig",  "asc"};

// WithoutEnding returns a name without ".md", ".markdown" or ".txt", blanks
// around either forgiven, or as it is: "2023-08-11-example.com". Nothing for an
// attachment.
std::optional<std::string_view> WithoutEnding(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return Trim(name);
  const std::string ending = ToLower(Trim(name.substr(dot + 1)));
  if (std::ranges::find(kAttachments, ending) != std::end(kAttachments)) {
    return std::nullopt;
  }
  const bool text = ending == "md" || ending == "markdown" || ending == "txt";
  return Trim(text ? name.substr(0, dot) : name);
}

// Whether a name begins with something like a date: "2021-5-12", "20107-05-22".
bool BeginsLikeADate(std::string_view stem) {
  constexpr int kDigitsMin = 6;
  constexpr size_t kLookedAt = 11;
  int digits = 0;
  for (const char c : stem.substr(0, kLookedAt)) {
    if (IsDigit(c)) {
      ++digits;
    } else if (c != '-' && c != '_' && c != '.' && c != ' ') {
      break;
    }
  }
  return digits >= kDigitsMin;
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

// Distance counts letters put in, left out or exchanged.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

constexpr std::string_view kSeparators = "-_. ";

std::string_view LastWord(std::string_view label) {
  return label.substr(label.find_last_of(kSeparators) + 1);
}

std::string Compressed(std::string_view label) {
  std::string text(label);
  std::erase_if(text, [](char c) {
    return kSeparators.find(c) != std::string_view::npos;
  });
  return text;
}

// An ending that is near one of the table.
struct NearEnding {
  size_t size = 0;  // of the label's end that it is; 0: none
  bool doubtful = false;
};

// "counter-notice", "counternnotice", "matchcounternotice"; "counter" alone may
// be a thing that counts.
NearEnding NearCounter(std::string_view label) {
  constexpr size_t kSizeMin = 10;
  constexpr size_t kSizeMax = 22;
  constexpr size_t kDistanceMax = 2;
  size_t best = kDistanceMax + 1;
  NearEnding found;
  for (size_t size = kSizeMin; size <= std::min(kSizeMax, label.size());
       ++size) {
    const std::string end = Compressed(label.substr(label.size() - size));
    if (!end.starts_with("co") && !end.starts_with("cn")) continue;
    for (const std::string_view word :
         {"counternotice", "counternotices", "counternotification"}) {
      const size_t distance = Distance(end, word);
      if (distance >= best) continue;
      best = distance;
      found = {size, false};
    }
  }
  if (found.size > 0) return found;
  const std::string_view word = LastWord(label);
  for (const std::string_view doubtful :
       {"counter", "counters", "countered", "counterclaim", "counternote"}) {
    if (word == doubtful) return {word.size(), true};
  }
  return {};
}

NearEnding NearRetraction(std::string_view label) {
  constexpr std::string_view kWord = "retraction";
  const std::string_view word = LastWord(label);
  for (const std::string_view form :
       {"retract", "retracts", "retracted", "retracting", "retractions",
        "retractation"}) {
    if (word == form) return {word.size(), false};
  }
  const size_t distance = Distance(word, kWord);
  if ((word.starts_with("re") && distance <= 1 && word != "refraction") ||
      (word.starts_with("ret") && distance <= 2)) {
    return {word.size(), false};
  }
  if (word.ends_with("retractions")) return {kWord.size() + 1, false};
  if (word.ends_with(kWord)) return {kWord.size(), false};
  for (const std::string_view doubtful :
       {"withdrawal", "withdrawals", "withdrawn", "withdraw", "rescission",
        "rescind", "rescinded"}) {
    if (word == doubtful) return {word.size(), true};
  }
  return {};
}

NearEnding NearReversal(std::string_view label) {
  constexpr std::string_view kWord = "reversal";
  const std::string_view word = LastWord(label);
  if (word == "reversed") return {word.size(), true};
  if (word.starts_with("rev") && Distance(word, kWord) <= 1) {
    return {word.size(), false};
  }
  if (word.ends_with(kWord)) return {kWord.size(), true};
  return {};
}

std::string_view WithoutEnd(std::string_view label, size_t size) {
  label.remove_suffix(size);
  while (!label.empty() &&
         kSeparators.find(label.back()) != std::string_view::npos) {
    label.remove_suffix(1);
  }
  return label;
}

// SetType fills what the words at the end of `label` say.
void SetType(std::string_view label, NoticeName* name) {
  std::string_view own = label;
  name->type = NoticeType::kTakedown;
  for (const auto& [suffix, type] : kSuffixes) {
    if (!label.ends_with(suffix)) continue;
    name->type = type;
    own = label.substr(0, label.size() - suffix.size());
    break;
  }
  name->table_type = name->type;
  const NearEnding retraction = NearRetraction(label);
  const NearEnding reversal = NearReversal(label);
  const size_t ended = std::max(retraction.size, reversal.size);
  const std::string_view before = WithoutEnd(label, ended);
  const NearEnding counter = NearCounter(WithoutNumber(before));
  const bool ends = retraction.size > 0 || reversal.size > 0;
  NoticeType near = NoticeType::kTakedown;
  if (ends && counter.size > 0) {
    near = retraction.size > 0 ? NoticeType::kCounterRetraction
                               : NoticeType::kCounterReversal;
  } else if (ends) {
    near =
        retraction.size > 0 ? NoticeType::kRetraction : NoticeType::kReversal;
  } else if (counter.size > 0) {
    near = NoticeType::kCounterNotice;
  }
  if (near != NoticeType::kTakedown && near != name->type) {
    const bool doubtful =
        ends ? retraction.doubtful || reversal.doubtful : counter.doubtful;
    name->type = near;
    name->ending = doubtful ? NameEnding::kDoubtful : NameEnding::kNear;
    own = before;
    if (counter.size > 0) {
      own = WithoutEnd(WithoutNumber(before), counter.size);
    }
  }
  name->label = std::string(WithoutNumber(own));
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
  if (!stem)
    return Fail(Code::kNotFound, "not a notice: an attachment or data");
  const std::optional<uint32_t> last_day = LastDayOf(names);
  if (!last_day) {
    return BeginsWithDate(*stem)
               ? Fail(Code::kMalformed,
                      "not below a year's folder: put it where its date "
                      "belongs, 2021/01/2021-01-05-name.md")
               : Fail(Code::kNotFound,
                      "not a notice: not below a year's folder");
  }
  if (!BeginsWithDate(*stem)) {
    return BeginsLikeADate(*stem)
               ? Fail(Code::kMalformed,
                      "its name begins with no date, and nearly with one: want "
                      "2021-01-05-name.md")
               : Fail(Code::kNotFound,
                      "not a notice: its name begins with no date");
  }
  NoticeName name;
  name.day = DayNamed(*stem, *last_day);
  name.sort_day = name.day.value_or(*last_day);
  // With its dash, so that a name that is nothing but a type has one too.
  const std::string rest = "-" + ToLower(Trim(stem->substr(kDateSize + 1)));
  SetType(WithoutNumber(rest), &name);
  return name;
}

}  // namespace modlog
