#ifndef MODLOG_API_IMPORT_INPUT_CSV_TABLE_H_
#define MODLOG_API_IMPORT_INPUT_CSV_TABLE_H_

// Comma-separated values with a header, written by PHP's fputcsv or by the
// book (RFC 4180), and read without being told by which.
//
// PHP does not double a quote behind a backslash, and it writes a cell that
// ends in a backslash as "…\". So a backslash, some quotes and then a comma or
// a row's end can be read in two ways:
//
//   "a\",b"     one cell, a\",b             or two: a\ and b"
//   "a\"",b"    by PHP two, a\" and b"      by the book one: a\",b
//
// What decides is that every row has as many cells as the header: a reading
// that does not come out at that number, or that is no table at all, is given
// up for the next one. CsvReader, which knows no header, cannot do this.
//
// A row ends in LF, CR LF or CR. A row that cannot be read is handed out as
// refused; reading goes on at the next line that is a whole row by itself, and
// the lines passed over are named with the refusal.
//
// Memory: the longest row and one buffer. Limits: kTableRowSizeMax bytes a row,
// kTableColumnsMax columns. Not thread-safe.

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

inline constexpr size_t kTableRowSizeMax = 1 << 20;
inline constexpr size_t kTableColumnsMax = 256;

// A row's cells, one behind the other.
struct CsvCells {
  std::string bytes;
  std::vector<size_t> ends;  // in bytes

  size_t size() const { return ends.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
};

enum class CsvOutcome {
  kRow,
  kNeedsMore,  // the text ends within the row
  kMalformed,
};
struct CsvParse {
  CsvOutcome outcome;
  size_t size = 0;     // of the row with its end; kMalformed: up to where
  std::string reason;  // kMalformed
  size_t column = 0;   // kMalformed: the cell, from 1; 0: the whole row
};
// ParseCsvRow reads one row from the begin of `text`; nothing follows the text
// if `at_end`. `columns` is how many cells it must have; 0: any number.
// Linear in the size of the row but for the cells that can be read twice.
CsvParse ParseCsvRow(std::string_view text, bool at_end, size_t columns,
                     CsvCells* cells);

struct TableRow {
  uint64_t number = 0;     // from 1, the header not counted
  uint64_t line = 0;       // on which it begins, from 1
  uint64_t last_line = 0;  // refused: the last one passed over with it
  CsvCells cells;
  std::optional<std::string> refused;
  size_t refused_column = 0;  // from 1; 0: the whole row
};

class CsvTable {
 public:
  explicit CsvTable(ReadBytes read) : window_(std::move(read)) {}

  // ReadHeader comes first. kMalformed for a header that cannot be read, has no
  // cell or one name twice.
  Result<std::vector<std::string>> ReadHeader();
  // Next returns the next row, null at the end. The row is the table's. Errors
  // are those of the source, and final.
  Result<const TableRow*> Next();

 private:
  void Consume(size_t size);
  Result<void> SkipBlankLines();
  Result<CsvParse> ParseNext();
  Result<void> PassOver();

  ReadWindow window_;
  bool started_ = false;
  uint64_t line_ = 1;
  size_t columns_ = 0;
  TableRow row_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_CSV_TABLE_H_
