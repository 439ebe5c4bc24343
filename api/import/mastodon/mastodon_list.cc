#include "api/import/mastodon/mastodon_list.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "api/import/input/csv_reader.h"
#include "api/import/input/utf8.h"
#include "api/import/mastodon/mastodon_json.h"
#include "api/import/mastodon/mastodon_row.h"

namespace modlog {
namespace {

constexpr std::string_view kWantHeader =
    "want #domain,#severity,... or one domain a line";

ReadBytes FromText(std::string_view text) {
  return [text](std::span<char> out) mutable -> Result<size_t> {
    const size_t size = std::min(text.size(), out.size());
    std::copy_n(text.begin(), size, out.begin());
    text.remove_prefix(size);
    return size;
  };
}

std::string ColumnName(std::string_view cell) {
  std::string name = ToLower(Trim(cell));
  if (name.starts_with('#')) name.erase(0, 1);
  name = ToLower(Trim(name));
  std::ranges::replace(name, ' ', '_');
  std::ranges::replace(name, '-', '_');
  return name;
}

bool IsHeader(const std::vector<std::string_view>& cells) {
  return std::ranges::any_of(cells, [](std::string_view cell) {
    return FindDomainColumn(ColumnName(cell)) == kDomain;
  });
}

// TakeLine takes a line off the front of `rest`, without its end.
std::string_view TakeLine(std::string_view* rest) {
  const size_t end = std::min(rest->find_first_of("\r\n"), rest->size());
  const std::string_view line = rest->substr(0, end);
  const bool crlf = rest->substr(end).starts_with("\r\n");
  rest->remove_prefix(std::min(end + (crlf ? 2 : 1), rest->size()));
  return line;
}

bool IsComment(std::string_view line) {
  return line.starts_with('#') && !ColumnName(line).starts_with("domain") &&
         !line.starts_with("#severity");
}

// A domain by itself, and a comment behind " #".
struct PlainLine {
  std::string_view domain;
  std::string_view comment;
};
PlainLine SplitPlain(std::string_view line) {
  size_t mark = line.find(" #");
  mark = std::min(mark, line.find("\t#"));
  if (mark == std::string_view::npos) return {line, {}};
  return {Trim(line.substr(0, mark)), Trim(line.substr(mark + 2))};
}

// The form of a table by its first line that says anything; 0: plain text, or
// no line at all.
char GuessDelimiter(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = Trim(TakeLine(&text));
    if (line.empty() || IsComment(line)) continue;
    const std::string_view head = SplitPlain(line).domain;
    char best = 0;
    ptrdiff_t most = 0;
    for (const char c : {',', ';', '\t'}) {
      const ptrdiff_t count = std::ranges::count(head, c);
      if (count > most) best = c;
      most = std::max(most, count);
    }
    // A column by itself with its name above is a table, too.
    return best == 0 && ColumnName(head) == "domain" ? ',' : best;
  }
  return 0;
}

class TableParser {
 public:
  TableParser(const std::string& source, DomainRows* rows, DomainList* list)
      : source_(source), rows_(rows), list_(list) {}

  Result<void> Parse(std::string_view text, char delimiter);

 private:
  Result<void> ReadFirst(const CsvRow& row);
  Result<void> ReadHeader(const CsvRow& header);
  Result<void> AssumeHeader(const CsvRow& row);
  Result<void> ReadRow(const CsvRow& row);
  void JudgeEnd(bool has_line_end);
  bool IsCutSeverity() const;

  const std::string& source_;
  DomainRows* const rows_;
  DomainList* const list_;
  std::optional<size_t> places_[kDomainColumns];
  std::vector<std::string> header_;
  size_t width_ = 0;  // of the header; 0: none was read yet
  // Of the rows that were read, but for the last.
  size_t fewest_cells_ = 0;
  // The last row.
  uint64_t line_ = 0;
  uint64_t row_ = 0;
  size_t cells_ = 0;  // 0: refused as a whole, or no row of the list
  bool open_quote_ = false;
};

Result<void> TableParser::Parse(std::string_view text, char delimiter) {
  CsvReader reader(FromText(text),
                   {.row_size_max = kDomainRowSizeMax, .delimiter = delimiter});
  for (;;) {
    ASSIGN_OR_RETURN(const CsvRow* row, reader.Next());
    if (row == nullptr) break;
    if (width_ == 0) {
      RETURN_IF_ERROR(ReadFirst(*row));
    } else {
      RETURN_IF_ERROR(ReadRow(*row));
    }
  }
  if (width_ == 0) return Fail(Code::kMalformed, source_ + ": empty");
  JudgeEnd(text.ends_with('\n') || text.ends_with('\r'));
  return {};
}

Result<void> TableParser::ReadFirst(const CsvRow& row) {
  if (row.refused) {
    return Fail(Code::kMalformed,
                absl::StrCat(source_, ":", row.line, ": ", *row.refused));
  }
  if (IsHeader(row.cells)) return ReadHeader(row);
  if (Trim(row.cells[0]).starts_with('#') && IsComment(Trim(row.cells[0]))) {
    rows_->PassOver(row.line, row.number, "comments", "a comment");
    return {};
  }
  RETURN_IF_ERROR(AssumeHeader(row));
  return ReadRow(row);
}

Result<void> TableParser::ReadHeader(const CsvRow& header) {
  std::ranges::fill(places_, std::nullopt);
  width_ = header.cells.size();
  header_.clear();
  for (size_t i = 0; i < width_; ++i) {
    std::string name = ColumnName(header.cells[i]);
    header_.push_back(name);
    const auto column = FindDomainColumn(name);
    if (!column) {
      if (!IsKnownUnread(name)) {
        list_->warnings.push_back({source_, "unknown column, not read",
                                   header.line, header.number, Quote(name)});
      }
      continue;
    }
    std::optional<size_t>& place = places_[*column];
    if (!place) {
      place = i;
    } else if (name == DomainColumnName(*column)) {
      if (ColumnName(header.cells[*place]) == name) {
        return Fail(Code::kMalformed,
                    absl::StrCat(source_, ":", header.line, ": column ", name,
                                 " twice"));
      }
      place = i;  // its own name goes before another tool's
    }
  }
  list_->has_severities = places_[kSeverity].has_value();
  return {};
}

// Without a header the number of columns says what they are.
Result<void> TableParser::AssumeHeader(const CsvRow& row) {
  static constexpr DomainColumn kShort[] = {kDomain, kSeverity, kPublicComment};
  static constexpr DomainColumn kExport[] = {kDomain,        kSeverity,
                                             kRejectMedia,   kRejectReports,
                                             kPublicComment, kObfuscate};
  const std::span<const DomainColumn> columns =
      row.cells.size() == std::size(kExport)
          ? std::span<const DomainColumn>(kExport)
          : std::span<const DomainColumn>(kShort).first(
                std::min(row.cells.size(), std::size(kShort)));
  const bool is_domain = row.cells[0].find('.') != std::string_view::npos;
  if (!is_domain || columns.size() != row.cells.size()) {
    return Fail(Code::kMalformed,
                absl::StrCat(source_, ":", row.line,
                             ": no column domain in the header; ",
                             std::string(kWantHeader)));
  }
  width_ = columns.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    places_[columns[i]] = i;
    header_.push_back(DomainColumnName(columns[i]));
  }
  list_->has_severities = places_[kSeverity].has_value();
  return {};
}

Result<void> TableParser::ReadRow(const CsvRow& row) {
  if (cells_ > 0 && (fewest_cells_ == 0 || cells_ < fewest_cells_)) {
    fewest_cells_ = cells_;
  }
  line_ = row.line;
  row_ = row.number;
  cells_ = 0;
  if (row.refused) {
    open_quote_ = row.refused->ends_with("is without its end");
    rows_->Refuse(
        row.line, row.number,
        row.refused_column == 0 ? "" : std::to_string(row.refused_column),
        *row.refused, "");
    return {};
  }
  if (std::ranges::all_of(row.cells, [](std::string_view cell) {
        return Trim(cell).empty();
      })) {
    return {};
  }
  // A list put together from several has their headers in the middle. Where
  // one has other columns, what follows is read by it.
  if (IsHeader(row.cells) && row.cells.size() > 0 &&
      std::ranges::all_of(row.cells, [](std::string_view cell) {
        const std::string name = ColumnName(cell);
        return FindDomainColumn(name).has_value() || IsKnownUnread(name);
      })) {
    std::vector<std::string> names;
    for (const std::string_view cell : row.cells) {
      names.push_back(ColumnName(cell));
    }
    const bool same = names == header_;
    rows_->PassOver(row.line, row.number, "header lines",
                    same ? "the header once more"
                         : "another header: what follows is read by it");
    return same ? Result<void>() : ReadHeader(row);
  }
  if (Trim(row.cells[0]).starts_with('#')) {
    rows_->PassOver(row.line, row.number, "comments", "a comment");
    return {};
  }
  cells_ = row.cells.size();
  DomainCells cells;
  for (size_t i = 0; i < kDomainColumns; ++i) {
    if (places_[i] && *places_[i] < row.cells.size()) {
      cells[i] = row.cells[*places_[i]];
    }
  }
  if (row.cells.size() > width_) {
    // A comma that no quote protects: the cells before it are what they say.
    rows_->Refuse(
        row.line, row.number, "",
        absl::StrCat(row.cells.size(), " cells, the header has ", width_),
        places_[kDomain] == 0U && IsUtf8(cells[kDomain]) &&
                !IsMasked(cells[kDomain])
            ? DomainId(ToLower(Trim(cells[kDomain])))
            : "");
    return {};
  }
  rows_->Add(cells, row.line, row.number);
  return {};
}

// "susp" at the end of a file was to be "suspend".
bool TableParser::IsCutSeverity() const {
  if (places_[kSeverity] != cells_ - 1 || list_->blocks.empty()) return false;
  const DomainBlock& last = list_->blocks.back();
  return last.row == row_ && last.severity == BlockSeverity::kUnlisted &&
         std::ranges::any_of(
             std::initializer_list<std::string_view>{"suspend", "silence",
                                                     "noop", "limit"},
             [&](std::string_view name) {
               return name.starts_with(last.severity_name);
             });
}

// A download that broke off ends anywhere. Where the last line has no end that
// is a sign, and what else is odd about the row makes it one.
void TableParser::JudgeEnd(bool has_line_end) {
  if (open_quote_) {
    rows_->CutOff(line_, row_, "the file may end in the middle of this row");
    return;
  }
  if (has_line_end || row_ == 0) return;
  const bool refused =
      !list_->refused.empty() && list_->refused.back().row == row_;
  if (!refused && cells_ == 0) return;
  const size_t fewest = fewest_cells_ > 0 ? fewest_cells_ : width_;
  if (refused || cells_ < fewest || IsCutSeverity()) {
    rows_->CutOff(line_, row_,
                  "the file ends in the middle of this row, without the end "
                  "of the line");
  }
}

void ReadPlain(std::string_view text, DomainRows* rows) {
  uint64_t line = 0;
  uint64_t row = 0;
  while (!text.empty()) {
    ++line;
    const std::string_view whole = Trim(TakeLine(&text));
    if (whole.empty()) continue;
    ++row;
    if (whole.starts_with('#')) {
      rows->PassOver(line, row, "comments", "a comment");
      continue;
    }
    const PlainLine plain = SplitPlain(whole);
    if (ColumnName(plain.domain) == "domain") {
      rows->PassOver(line, row, "header lines", "a header");
      continue;
    }
    DomainCells cells;
    cells[kDomain] = plain.domain;
    cells[kPublicComment] = plain.comment;
    rows->Add(cells, line, row);
  }
}

// Plain text begins with a domain; whatever else has no commas is no list.
Result<void> CheckPlain(std::string_view text, const std::string& source) {
  uint64_t line = 0;
  while (!text.empty()) {
    ++line;
    const std::string_view whole = Trim(TakeLine(&text));
    if (whole.empty() || whole.starts_with('#')) continue;
    const std::string_view first = SplitPlain(whole).domain;
    if (first.find('.') != std::string_view::npos &&
        first.find_first_of("<>{}") == std::string_view::npos) {
      return {};
    }
    return Fail(
        Code::kMalformed,
        absl::StrCat(source, ":", line, ": no column domain in the header; ",
                     std::string(kWantHeader)));
  }
  return Fail(Code::kMalformed, source + ": empty");
}

Result<void> Read(std::string_view text, const std::string& source,
                  DomainRows* rows, DomainList* list) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return Fail(Code::kMalformed, source + ": UTF-16; save it as UTF-8");
  }
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const std::string_view trimmed = Trim(text, " \t\r\n");
  if (trimmed.starts_with('[') || trimmed.starts_with('{')) {
    return ReadDomainJson(trimmed, source, rows, list);
  }
  list->last_line_open = !text.ends_with('\n') && !text.ends_with('\r');
  const char delimiter = GuessDelimiter(text);
  if (delimiter != 0) {
    return TableParser(source, rows, list).Parse(text, delimiter);
  }
  RETURN_IF_ERROR(CheckPlain(text, source));
  list->has_severities = false;
  ReadPlain(text, rows);
  return {};
}

}  // namespace

Result<DomainList> ParseDomainList(std::string_view text,
                                   const std::string& source) {
  DomainList list;
  list.sha256 = Sha256(AsBytes(text));
  DomainRows rows(source, &list);
  RETURN_IF_ERROR(Read(text, source, &rows, &list));
  rows.Finish();
  return list;
}

}  // namespace modlog
