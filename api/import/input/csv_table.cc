#include "api/import/input/csv_table.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace modlog {
namespace {

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }
bool EndsCell(char c) { return c == ',' || IsLineEnd(c); }

// One reading of a row, with a way back to each place where another was
// possible.
class RowParser {
 public:
  RowParser(std::string_view text, bool at_end, size_t columns, CsvCells* cells)
      : text_(text), at_end_(at_end), columns_(columns), cells_(cells) {}

  CsvParse Parse() {
    // Invariant: cells_ holds the cells before at_, and the begin of the one
    // that is being read; every turn moves at_ forward or ends a reading.
    std::optional<Step> taken;
    for (;;) {
      const Step step = taken ? *std::exchange(taken, {}) : ReadCell();
      if (step == Step::kCell) continue;
      if (step == Step::kRow) return {CsvOutcome::kRow, at_, "", 0};
      if (step == Step::kNeedsMore) return {CsvOutcome::kNeedsMore, 0, "", 0};
      if (!first_fault_) first_fault_ = fault_;
      if (!TurnBack(&taken)) return *std::move(first_fault_);
    }
  }

 private:
  enum class Step { kCell, kRow, kNeedsMore, kWrong };
  enum class Way { kEnd, kOn };  // the cell ends here, or goes on
  // A place that was left by one of two ways.
  struct Choice {
    size_t at;
    size_t bytes;  // of cells_ at that time
    size_t cells;
    size_t quotes;
    Way other;  // not taken yet
  };

  Step Wrong(std::string reason, size_t column) {
    fault_ = {CsvOutcome::kMalformed, at_, std::move(reason), column};
    return Step::kWrong;
  }
  Step NeedsMore(std::string_view what) {
    if (!at_end_) return Step::kNeedsMore;
    return Wrong(std::string(what), cells_->size() + 1);
  }

  Step ReadCell() {
    if (quoted_) return ReadQuoted();
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      quoted_ = true;
      return ReadQuoted();
    }
    return ReadPlain();
  }

  Step ReadPlain() {
    const size_t end =
        std::min(text_.find_first_of(",\"\r\n", at_), text_.size());
    if (end == text_.size() && !at_end_) return Step::kNeedsMore;
    if (end < text_.size() && text_[end] == '"') {
      at_ = end;
      return Wrong("a quote within a cell that does not begin with one",
                   cells_->size() + 1);
    }
    cells_->bytes.append(text_.substr(at_, end - at_));
    at_ = end;
    return EndCell();
  }

  Step ReadQuoted() {
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        at_ = text_.size();
        return NeedsMore("a quote that is not closed");
      }
      cells_->bytes.append(text_.substr(at_, quote - at_));
      const size_t behind =
          std::min(text_.find_first_not_of('"', quote), text_.size());
      if (behind == text_.size() && !at_end_) return Step::kNeedsMore;
      const size_t quotes = behind - quote;
      const bool may_end = behind == text_.size() || EndsCell(text_[behind]);
      const bool escaped = quote > 0 && text_[quote - 1] == '\\';
      at_ = behind;
      if (!escaped) {
        cells_->bytes.append(quotes / 2, '"');
        if (quotes % 2 == 0) continue;
        if (!may_end) {
          return Wrong("text between a closing quote and the next comma",
                       cells_->size() + 1);
        }
        return EndCell();
      }
      if (!may_end) {
        cells_->bytes.append((quotes + 1) / 2, '"');
        continue;
      }
      const std::optional<Way> way = Choose(quotes);
      if (!way) return Wrong("cannot be read in any way", cells_->size() + 1);
      if (TakeWay(*way, quotes)) return EndCell();
    }
  }

  // Behind a backslash and `quotes`, before what would end the cell. If the
  // cell goes on, PHP did not double the first quote; if it ends there, the
  // last one is not the text's.
  bool TakeWay(Way way, size_t quotes) {
    cells_->bytes.append(way == Way::kEnd ? quotes / 2 : (quotes + 1) / 2, '"');
    return way == Way::kEnd;
  }

  // Choose takes the likelier way that was not tried here, and remembers the
  // other. Of three, five, … quotes PHP writes none at an end.
  std::optional<Way> Choose(size_t quotes) {
    const Way first = quotes > 1 && quotes % 2 == 1 ? Way::kOn : Way::kEnd;
    const Way second = first == Way::kEnd ? Way::kOn : Way::kEnd;
    if (!tried_.insert(KeyHere(first)).second) {
      if (tried_.insert(KeyHere(second)).second) return second;
      return std::nullopt;
    }
    choices_.push_back(
        {at_, cells_->bytes.size(), cells_->size(), quotes, second});
    return first;
  }
  uint64_t KeyHere(Way way) const {
    return (at_ * (kTableColumnsMax + 1) + cells_->size()) * 2 +
           (way == Way::kEnd ? 1 : 0);
  }

  // TurnBack goes to the newest choice and takes the other way; what is read
  // next is in `step`. False where there is no way left.
  bool TurnBack(std::optional<Step>* step) {
    while (!choices_.empty()) {
      const Choice choice = choices_.back();
      choices_.pop_back();
      at_ = choice.at;
      cells_->bytes.resize(choice.bytes);
      cells_->ends.resize(choice.cells);
      if (!tried_.insert(KeyHere(choice.other)).second) continue;
      quoted_ = true;
      step->reset();
      if (TakeWay(choice.other, choice.quotes)) *step = EndCell();
      return true;
    }
    return false;
  }

  // Behind a cell.
  Step EndCell() {
    quoted_ = false;
    cells_->ends.push_back(cells_->bytes.size());
    if (cells_->size() > kTableColumnsMax) {
      return Wrong(absl::StrCat("more than ", kTableColumnsMax, " cells"),
                   cells_->size());
    }
    if (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      return Step::kCell;
    }
    if (at_ < text_.size()) {
      const bool cr = text_[at_++] == '\r';
      if (cr && at_ == text_.size() && !at_end_) return Step::kNeedsMore;
      if (cr && at_ < text_.size() && text_[at_] == '\n') ++at_;
    }
    if (columns_ > 0 && cells_->size() != columns_) {
      return Wrong(absl::StrCat(cells_->size(), " cells, want ", columns_), 0);
    }
    return Step::kRow;
  }

  const std::string_view text_;
  const bool at_end_;
  const size_t columns_;
  CsvCells* const cells_;
  size_t at_ = 0;
  bool quoted_ = false;  // in a cell that began with a quote
  CsvParse fault_{};
  std::optional<CsvParse> first_fault_;
  std::vector<Choice> choices_;
  std::unordered_set<uint64_t> tried_;
};

uint64_t CountLineEnds(std::string_view text) {
  uint64_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++count;
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
      ++count;
    }
  }
  return count;
}

}  // namespace

CsvParse ParseCsvRow(std::string_view text, bool at_end, size_t columns,
                     CsvCells* cells) {
  cells->bytes.clear();
  cells->ends.clear();
  return RowParser(text, at_end, columns, cells).Parse();
}

void CsvTable::Consume(size_t size) {
  line_ += CountLineEnds(window_.rest().substr(0, size));
  window_.Consume(size);
}

// Lines without a single byte are no rows.
Result<void> CsvTable::SkipBlankLines() {
  if (!started_) {
    RETURN_IF_ERROR(window_.SkipByteOrderMark());
    started_ = true;
  }
  for (;;) {
    RETURN_IF_ERROR(window_.FillTo(2));
    const std::string_view rest = window_.rest();
    if (rest.empty() || !IsLineEnd(rest[0])) return {};
    Consume(rest.starts_with("\r\n") ? 2 : 1);
  }
}

// Reads on until the row at the front is whole, wrong, or too long.
Result<CsvParse> CsvTable::ParseNext() {
  for (;;) {
    CsvParse parse =
        ParseCsvRow(window_.rest(), window_.at_end(), columns_, &row_.cells);
    const bool too_long = parse.outcome == CsvOutcome::kNeedsMore
                              ? window_.rest().size() > kTableRowSizeMax
                              : parse.size > kTableRowSizeMax;
    if (too_long) {
      return CsvParse{CsvOutcome::kMalformed, 0,
                      absl::StrCat("a row of more than ", kTableRowSizeMax,
                                   " bytes (a quote that is not closed?)"),
                      0};
    }
    if (parse.outcome != CsvOutcome::kNeedsMore) return parse;
    RETURN_IF_ERROR(window_.Fill());
  }
}

Result<std::vector<std::string>> CsvTable::ReadHeader() {
  RETURN_IF_ERROR(SkipBlankLines());
  if (window_.rest().empty())
    return Fail(Code::kMalformed, "no header: nothing in it");
  ASSIGN_OR_RETURN(CsvParse parse, ParseNext());
  if (parse.outcome != CsvOutcome::kRow) {
    return Fail(Code::kMalformed, absl::StrCat("header: ", parse.reason));
  }
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < row_.cells.size(); ++i) {
    names.emplace_back(row_.cells[i]);
    if (seen.insert(row_.cells[i]).second) continue;
    return Fail(Code::kMalformed,
                absl::StrCat("header: column ", i + 1, " is there twice"));
  }
  Consume(parse.size);
  columns_ = names.size();
  return names;
}

// Behind a row that cannot be read: to the next line that is one.
Result<void> CsvTable::PassOver() {
  for (bool first = true;; first = false) {
    size_t end = 0;
    while ((end = window_.rest().find_first_of("\r\n")) ==
           std::string_view::npos) {
      if (window_.at_end()) {
        row_.last_line = line_;
        Consume(window_.rest().size());
        return {};
      }
      // Constant memory, however long the line.
      window_.Consume(window_.rest().size());
      RETURN_IF_ERROR(window_.Fill());
    }
    RETURN_IF_ERROR(window_.FillTo(end + 2));
    const size_t size =
        end + (window_.rest().substr(end).starts_with("\r\n") ? 2 : 1);
    CsvCells cells;
    if (!first &&
        ParseCsvRow(window_.rest().substr(0, size), true, columns_, &cells)
                .outcome == CsvOutcome::kRow) {
      return {};
    }
    row_.last_line = line_;
    Consume(size);
  }
}

Result<const TableRow*> CsvTable::Next() {
  RETURN_IF_ERROR(SkipBlankLines());
  if (window_.rest().empty()) return nullptr;
  ++row_.number;
  row_.line = row_.last_line = line_;
  row_.refused.reset();
  ASSIGN_OR_RETURN(CsvParse parse, ParseNext());
  if (parse.outcome == CsvOutcome::kRow) {
    Consume(parse.size);
    return &row_;
  }
  row_.refused = std::move(parse.reason);
  row_.refused_column = parse.column;
  // A row that ended where a row ends is passed over as it was read.
  if (parse.column == 0 && parse.size > 0) {
    Consume(parse.size);
    row_.last_line = line_ - 1;
    return &row_;
  }
  RETURN_IF_ERROR(PassOver());
  return &row_;
}

}  // namespace modlog
