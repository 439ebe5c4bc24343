#ifndef MODLOG_TESTS_IMPORT_FPUTCSV_H_
#define MODLOG_TESTS_IMPORT_FPUTCSV_H_

// What PHP's fputcsv writes with its default arguments (php.net/fputcsv, and
// php_fputcsv in its source): an oracle of its own, beside what api/export
// writes.

#include <string>
#include <vector>

namespace modlog {

inline std::string PutCsv(const std::vector<std::string>& cells) {
  std::string row;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    if (cells[i].find_first_of(",\"\\\n\r\t ") == std::string::npos) {
      row += cells[i];
      continue;
    }
    row += '"';
    bool escaped = false;
    for (const char c : cells[i]) {
      if (c == '\\') {
        escaped = true;
      } else if (!escaped && c == '"') {
        row += '"';
      } else {
        escaped = false;
      }
      row += c;
    }
    row += '"';
  }
  return row + '\n';
}

}  // namespace modlog

#endif  // MODLOG_TESTS_IMPORT_FPUTCSV_H_
