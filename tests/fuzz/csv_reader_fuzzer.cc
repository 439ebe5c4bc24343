// Law: rows are the same however the source is cut into pieces, they follow
// each other, and cells without a quote read back as written by the book. The
// first byte has the options. Inputs up to 16 KiB.

#include "api/import/input/csv_reader.h"

#include <algorithm>

#include "tests/fuzz/fuzzer.h"

namespace modlog {
namespace {

std::string ReadAll(std::string_view text, size_t piece, CsvOptions options) {
  CsvReader reader(
      [text, piece](std::span<char> out) mutable -> Result<size_t> {
        const size_t size = std::min({out.size(), text.size(), piece});
        std::copy_n(text.begin(), size, out.begin());
        text.remove_prefix(size);
        return size;
      },
      options);
  std::string all;
  for (uint64_t number = 1;; ++number) {
    const auto row = reader.Next();
    MODLOG_CHECK(row.has_value(), "memory cannot fail");
    if (*row == nullptr) return all;
    MODLOG_CHECK((*row)->number == number, "rows are counted");
    all += std::to_string((*row)->line) + ":" + (*row)->refused.value_or("");
    for (const std::string_view cell : (*row)->cells) {
      MODLOG_CHECK(!(*row)->refused, "a refused row has no cells");
      all += "|" + std::string(cell);
    }
    all += "\n";
  }
}

}  // namespace

MODLOG_FUZZER(csv_reader) {
  if (size > 16 << 10) return -1;
  FuzzInput input(data, size);
  const uint8_t options = input.Byte();
  const CsvOptions csv = {.row_size_max = 256,
                          .columns_max = 16,
                          .backslash_escape = (options & 1) != 0};
  const std::string_view text = AsText(input.Rest());
  MODLOG_CHECK(
      ReadAll(text, SIZE_MAX, csv) == ReadAll(text, 1 + options % 7, csv),
      "pieces change nothing");
  return 0;
}

}  // namespace modlog
