#ifndef MODLOG_API_IMPORT_INPUT_CSV_READER_H_
#define MODLOG_API_IMPORT_INPUT_CSV_READER_H_

// Comma-separated values (RFC 4180) written by others, row by row in constant
// memory: the longest row and one buffer.
//
//   a,"b ""quoted"", and a comma","c
//   on two lines"
//
// A row ends in LF, CR LF or a bare CR; a newline between quotes belongs to its
// cell and is kept as it is. A byte-order mark before the first row is left
// out. Lines without a single byte are no rows. Bytes are not judged: cells may
// hold NUL, Latin-1, anything.
//
// A row that cannot be read is handed out as refused, with the reason, and
// reading goes on behind it:
//
//   a quote inside a cell that does not begin with one
//   text between a closing quote and the next comma
//   a cell's quote still open at the end
//   more than row_size_max bytes or columns_max cells
//
// Where a quote was never closed, all that follows up to the next quote is one
// row; nobody can tell where it should have ended.
//
// Not thread-safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/import/input/read_window.h"
#include "verifier/core/result.h"

namespace modlog {

struct CsvOptions {
  size_t row_size_max = 1 << 20;
  size_t columns_max = 1'024;
  char delimiter = ',';  // between cells: also ; or a tab
  // What PHP's fputcsv writes: a quote after a backslash is not doubled, and
  // the backslash is part of the cell. So `\"` may be a quote or the end of a
  // cell that ends in a backslash: it is the end before a comma or a row's end.
  bool backslash_escape = false;
};

struct CsvRow {
  uint64_t number = 0;                  // from 1; the header is a row
  uint64_t line = 0;                    // on which it begins, from 1
  std::vector<std::string_view> cells;  // valid until the next call of Next
  // Why the row cannot be used; nothing else is in `cells` then.
  std::optional<std::string> refused;
  size_t refused_column = 0;  // from 1; 0: the whole row
};

class CsvReader {
 public:
  explicit CsvReader(ReadBytes read, CsvOptions options = {});

  // Next returns the next row, null at the end. The row is the reader's.
  // Errors are those of the source, and final.
  Result<const CsvRow*> Next();

  bool saw_byte_order_mark() const { return saw_byte_order_mark_; }

 private:
  enum class State {
    kRowStart,      // no byte of the row was read
    kCellStart,     // behind a comma
    kPlain,         // in a cell without quotes
    kQuoted,        // between quotes
    kBackslash,     // between quotes, behind a backslash
    kMaybeClosed,   // behind a quote between quotes
    kMaybeEscaped,  // behind backslash and quote between quotes
    kRowEnd,
  };

  Result<bool> Fill();
  void SkipByteOrderMark();
  void Take(char c);
  void TakeRun();
  void BeginCell(char c);
  void TakeBehindQuote(char c);
  bool TakeEnd(char c);
  void EndCell();
  void EndRow();
  void Keep(std::string_view bytes);
  void RefuseRow(std::string reason, size_t column);
  const CsvRow* Finish();

  const ReadBytes read_;
  const CsvOptions options_;
  std::vector<char> buffer_;
  size_t position_ = 0;
  size_t filled_ = 0;
  bool started_ = false;
  bool saw_byte_order_mark_ = false;
  bool after_cr_ = false;  // a LF that follows is part of that row's end

  State state_ = State::kRowStart;
  uint64_t line_ = 1;
  uint64_t quote_line_ = 0;  // where the newest quoted cell began
  bool quoted_cr_ = false;   // the newest byte between quotes was a CR
  size_t row_size_ = 0;
  std::string bytes_;              // of the row's cells, one behind the other
  std::vector<size_t> cell_ends_;  // in bytes_
  CsvRow row_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_CSV_READER_H_
