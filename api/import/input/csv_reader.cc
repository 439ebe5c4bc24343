#include "api/import/input/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/utf8.h"

namespace modlog {
namespace {

constexpr size_t kBufferSize = 64 << 10;

}  // namespace

CsvReader::CsvReader(ReadBytes read, CsvOptions options)
    : read_(std::move(read)), options_(options), buffer_(kBufferSize) {}

// Fill reads behind what is left in the buffer. False at the end.
Result<bool> CsvReader::Fill() {
  std::copy(buffer_.begin() + static_cast<ptrdiff_t>(position_),
            buffer_.begin() + static_cast<ptrdiff_t>(filled_), buffer_.begin());
  filled_ -= position_;
  position_ = 0;
  ASSIGN_OR_RETURN(const size_t size,
                   read_(std::span(buffer_).subspan(filled_)));
  MODLOG_CHECK(size <= buffer_.size() - filled_, "a source fills what it got");
  filled_ += size;
  return size > 0;
}

void CsvReader::SkipByteOrderMark() {
  if (std::string_view(buffer_.data(), filled_).starts_with(kByteOrderMark)) {
    position_ = kByteOrderMark.size();
    saw_byte_order_mark_ = true;
  }
}

Result<const CsvRow*> CsvReader::Next() {
  while (!started_) {
    ASSIGN_OR_RETURN(const bool more, Fill());
    started_ = !more || filled_ >= kByteOrderMark.size();
    if (started_) SkipByteOrderMark();
  }
  row_.cells.clear();
  row_.refused.reset();
  bytes_.clear();
  cell_ends_.clear();
  row_size_ = 0;
  state_ = State::kRowStart;
  while (state_ != State::kRowEnd) {
    if (position_ == filled_) {
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) break;
    }
    Take(buffer_[position_]);
  }
  if (state_ == State::kRowStart) return nullptr;
  return Finish();
}

// Take looks at `c`, the next byte, and moves on over it or over a run of bytes
// that mean the same.
void CsvReader::Take(char c) {
  if (std::exchange(after_cr_, false) && c == '\n') {
    ++position_;
    return;
  }
  switch (state_) {
    case State::kRowStart:
      if (c == '\n' || c == '\r') {
        after_cr_ = c == '\r';
        ++line_;
        ++position_;
        return;
      }
      ++row_.number;
      row_.line = line_;
      [[fallthrough]];
    case State::kCellStart:
      return BeginCell(c);
    case State::kPlain:
      if (TakeEnd(c)) return;
      if (c == '"') {
        RefuseRow("a quote inside a cell that does not begin with one",
                  cell_ends_.size() + 1);
        Keep("\"");
        ++position_;
        return;
      }
      return TakeRun();
    case State::kQuoted:
      return TakeRun();
    case State::kBackslash:
      state_ = c == '"'    ? State::kMaybeEscaped
               : c == '\\' ? State::kBackslash
                           : State::kQuoted;
      if (c != '"' && c != '\\') return;
      if (c == '\\') Keep("\\");
      ++position_;
      return;
    case State::kMaybeClosed:
    case State::kMaybeEscaped:
      return TakeBehindQuote(c);
    case State::kRowEnd:
      return;
  }
}

void CsvReader::BeginCell(char c) {
  state_ = State::kPlain;
  if (c != '"') return;
  state_ = State::kQuoted;
  quote_line_ = line_;
  quoted_cr_ = false;
  ++row_size_;
  ++position_;
}

// TakeRun takes all bytes up to the next that may mean something.
void CsvReader::TakeRun() {
  const bool quoted = state_ == State::kQuoted;
  const std::string_view rest(buffer_.data() + position_, filled_ - position_);
  size_t size = 0;
  while (size < rest.size()) {
    const char c = rest[size];
    if (c == '"') break;
    if (quoted) {
      if (c == '\\' && options_.backslash_escape) break;
      if (c == '\r' || (c == '\n' && !quoted_cr_)) ++line_;
      quoted_cr_ = c == '\r';
    } else if (c == options_.delimiter || c == '\n' || c == '\r') {
      break;
    }
    ++size;
  }
  Keep(rest.substr(0, size));
  position_ += size;
  if (!quoted || position_ == filled_) return;
  quoted_cr_ = false;
  state_ = buffer_[position_] == '"' ? State::kMaybeClosed : State::kBackslash;
  if (state_ == State::kBackslash) Keep("\\");
  ++row_size_;
  ++position_;
}

void CsvReader::TakeBehindQuote(char c) {
  if (TakeEnd(c)) return;
  if (state_ == State::kMaybeEscaped) {
    Keep("\"");
    state_ = State::kQuoted;
    return;
  }
  if (c == '"') {
    Keep("\"");
    ++position_;
    state_ = State::kQuoted;
    return;
  }
  RefuseRow("text between a closing quote and the next comma",
            cell_ends_.size() + 1);
  state_ = State::kPlain;
}

// TakeEnd takes what ends a cell or a row, outside quotes.
bool CsvReader::TakeEnd(char c) {
  if (c == options_.delimiter) {
    EndCell();
    state_ = State::kCellStart;
  } else if (c == '\n' || c == '\r') {
    after_cr_ = c == '\r';
    ++line_;
    EndRow();
  } else {
    return false;
  }
  ++row_size_;
  ++position_;
  return true;
}

void CsvReader::EndCell() {
  cell_ends_.push_back(bytes_.size());
  if (cell_ends_.size() <= options_.columns_max) return;
  RefuseRow(absl::StrCat("more than ", options_.columns_max, " cells"), 0);
  cell_ends_.clear();
}

void CsvReader::EndRow() {
  EndCell();
  state_ = State::kRowEnd;
}

void CsvReader::Keep(std::string_view bytes) {
  row_size_ += bytes.size();
  if (row_size_ > options_.row_size_max) {
    std::string reason =
        absl::StrCat("a row of more than ", options_.row_size_max, " bytes");
    if (quote_line_ >= row_.line && state_ != State::kPlain) {
      absl::StrAppend(&reason, "; the quote opened on line ", quote_line_,
                      " may be without its end");
    }
    RefuseRow(std::move(reason), 0);
  }
  if (!row_.refused) bytes_.append(bytes);
}

// The first reason is the one to mend.
void CsvReader::RefuseRow(std::string reason, size_t column) {
  if (row_.refused) return;
  row_.refused = std::move(reason);
  row_.refused_column = column;
  bytes_.clear();
}

const CsvRow* CsvReader::Finish() {
  if (state_ == State::kQuoted || state_ == State::kBackslash) {
    RefuseRow(absl::StrCat("the quote opened on line ", quote_line_,
                           " is without its end"),
              cell_ends_.size() + 1);
  }
  if (state_ != State::kRowEnd) EndRow();
  if (row_.refused) return &row_;
  size_t begin = 0;
  for (const size_t end : cell_ends_) {
    row_.cells.push_back(std::string_view(bytes_).substr(begin, end - begin));
    begin = end;
  }
  return &row_;
}

}  // namespace modlog
