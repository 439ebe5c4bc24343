// Law: what is read as a row is read again as the same cells once it is written
// by the book; and a table ends, whatever it is cut into. The first byte says
// how many columns there are. Inputs up to 16 KiB.

#include "api/import/input/csv_table.h"

#include <algorithm>
#include <cstring>

#include "tests/fuzz/fuzzer.h"

namespace modlog {
namespace {

std::string WriteByTheBook(const CsvCells& cells) {
  std::string row;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    row += '"';
    for (const char c : cells[i]) {
      if (c == '"') row += '"';
      row += c;
    }
    row += '"';
  }
  return row + "\n";
}

void CheckRow(std::string_view text, size_t columns) {
  CsvCells cells;
  const CsvParse parse = ParseCsvRow(text, true, columns, &cells);
  MODLOG_CHECK(parse.outcome != CsvOutcome::kNeedsMore, "nothing follows");
  if (parse.outcome != CsvOutcome::kRow) return;
  MODLOG_CHECK(parse.size <= text.size(), "a row lies within its text");
  MODLOG_CHECK(columns == 0 || cells.size() == columns, "a row has its cells");
  // With a backslash before a quote the two writers differ.
  if (cells.bytes.find('\\') != std::string::npos) return;
  CsvCells again;
  const std::string row = WriteByTheBook(cells);
  const CsvParse reread = ParseCsvRow(row, true, cells.size(), &again);
  MODLOG_CHECK(reread.outcome == CsvOutcome::kRow, "what is written is read");
  MODLOG_CHECK(again.bytes == cells.bytes && again.ends == cells.ends,
               "a row has one meaning");
}

void ReadTable(std::string_view text, size_t piece) {
  CsvTable table([&](std::span<char> out) -> Result<size_t> {
    const size_t size = std::min({out.size(), text.size(), piece});
    std::memcpy(out.data(), text.data(), size);
    text.remove_prefix(size);
    return size;
  });
  if (!table.ReadHeader()) return;
  for (uint64_t line = 0;;) {
    const auto row = table.Next();
    MODLOG_CHECK(row.has_value(), "memory cannot fail");
    if (*row == nullptr) return;
    MODLOG_CHECK((*row)->line > line, "rows follow each other");
    line = (*row)->line;
  }
}

}  // namespace

MODLOG_FUZZER(csv_table) {
  if (size > 16 << 10) return -1;
  FuzzInput input(data, size);
  const size_t columns = input.Byte() % 8;
  const std::string_view text = AsText(input.Rest());
  if (!text.empty()) CheckRow(text, columns);
  ReadTable(text, columns + 1);
  return 0;
}

}  // namespace modlog
