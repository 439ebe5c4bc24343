// If these fail, a row of a published dump is read as something else than its
// writer wrote, or takes the rows behind it with it.

#include "api/import/input/csv_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "tests/import/fputcsv.h"

namespace modlog::csv_table_test {
namespace {

using Cells = std::vector<std::string>;

// Hands out `text`, at most `piece` bytes at a time.
ReadBytes Source(std::string text, size_t piece = SIZE_MAX) {
  auto rest = std::make_shared<std::string>(std::move(text));
  return [rest, piece](std::span<char> out) -> Result<size_t> {
    const size_t size = std::min({out.size(), rest->size(), piece});
    std::memcpy(out.data(), rest->data(), size);
    rest->erase(0, size);
    return size;
  };
}

std::string Describe(const TableRow& row) {
  if (row.refused) {
    return std::to_string(row.line) + "-" + std::to_string(row.last_line) +
           ": " + *row.refused;
  }
  std::string text;
  for (size_t i = 0; i < row.cells.size(); ++i) {
    text += "[" + std::string(row.cells[i]) + "]";
  }
  return text;
}

// The rows behind the header, each as its cells in brackets or as its refusal.
Cells Read(const std::string& text, size_t piece = SIZE_MAX) {
  CsvTable table(Source(text, piece));
  auto header = table.ReadHeader();
  if (!header) return {header.error().message};
  Cells rows;
  for (;;) {
    auto row = table.Next();
    EXPECT_TRUE(row.has_value());
    if (!row || *row == nullptr) return rows;
    rows.push_back(Describe(**row));
  }
}

TEST(CsvTableTest, WhatPhpWritesIsReadAsItWasWritten) {
  for (const Cells& cells :
       std::vector<Cells>{{"a", "b", "c"},
                          {"", "", ""},
                          {"a,b", "say \"so\"", "x\ny\r\nz"},
                          {"ends in \\", "b", "c"},
                          {"C:\\", "D:\\", "\\"},
                          {"a\\\"b", "a\\\"\"b", "a\\\\\"b"},
                          {"a\\\",b", "c", "d"},
                          {"a\\\", b", "c\\", "\\\"\\\""},
                          {"he said \\\"\n", "\\\"", "\\\",\\\","},
                          {"\t", " ", "\xe6\xbc\xa2"}}) {
    const std::string file =
        "x,y,z\n" + PutCsv(cells) + PutCsv({"1", "2", "3"});
    std::string want;
    for (const std::string& cell : cells) want += "[" + cell + "]";
    for (const size_t piece : {size_t{1}, size_t{7}, SIZE_MAX}) {
      EXPECT_EQ(Read(file, piece), (Cells{want, "[1][2][3]"})) << file;
    }
  }
}

TEST(CsvTableTest, WhatIsWrittenByTheBookIsReadAsItWasWritten) {
  EXPECT_EQ(Read("x,y\n\"a\\\"\"b\",\"c\\\"\n\"\"\"\",d\n"),
            (Cells{"[a\\\"b][c\\]", "[\"][d]"}));
}

// Random cells of the characters that matter, in rows of six.
TEST(CsvTableTest, RandomRowsOfPhpComeBack) {
  std::minstd_rand random(7);
  constexpr std::string_view kAlphabet = "\\\\\"\",,\nab ";
  int other = 0;
  constexpr int kRows = 20'000;
  for (int i = 0; i < kRows; ++i) {
    Cells cells(6);
    for (std::string& cell : cells) {
      const size_t size = random() % 6;
      for (size_t j = 0; j < size; ++j) {
        cell.push_back(kAlphabet[random() % kAlphabet.size()]);
      }
    }
    const std::string text = PutCsv(cells);
    CsvCells read;
    const CsvParse parse = ParseCsvRow(text, true, cells.size(), &read);
    ASSERT_EQ(parse.outcome, CsvOutcome::kRow) << text;
    Cells got;
    for (size_t j = 0; j < read.size(); ++j) got.emplace_back(read[j]);
    if (got != cells) ++other;
  }
  // PHP's form is ambiguous; of rows that are nearly all quotes and backslashes
  // three in a hundred can be read in two ways that come out.
  EXPECT_LT(other, kRows / 30);
}

TEST(CsvTableTest, EveryLineEndAndAByteOrderMarkAreUnderstood) {
  const Cells want = {"[a][b]", "[c][d]"};
  EXPECT_EQ(Read("\xef\xbb\xbfx,y\na,b\nc,d\n"), want);
  EXPECT_EQ(Read("x,y\r\na,b\r\n\r\nc,d"), want);
  EXPECT_EQ(Read("x,y\ra,b\rc,d\r", 1), want);
}

TEST(CsvTableTest, ARowThatCannotBeReadTakesNoOtherWithIt) {
  EXPECT_EQ(Read("x,y\na,b,c\nd\ne,f\n"),
            (Cells{"2-2: 3 cells, want 2", "3-3: 1 cells, want 2", "[e][f]"}));
  EXPECT_EQ(Read("x,y\n\"a\"b,c\nd,e\n"),
            (Cells{"2-2: text between a closing quote and the next comma",
                   "[d][e]"}));
  EXPECT_EQ(Read("x,y\na\"b,c\nd,e\n"),
            (Cells{"2-2: a quote within a cell that does not begin with one",
                   "[d][e]"}));
  EXPECT_EQ(Read("x,y\n\"a,b\nc,d\ne,f\n"),
            (Cells{"2-2: a quote that is not closed", "[c][d]", "[e][f]"}));
}

TEST(CsvTableTest, ARowOf100MegabytesIsRefusedInConstantMemory) {
  // 100 MB without a line end, made as it is read.
  constexpr size_t kSize = 100'000'000;
  size_t made = 0;
  std::string front = "x,y\na,\"";
  std::string back = "\"\nc,d\n";
  CsvTable table([&](std::span<char> out) -> Result<size_t> {
    if (!front.empty()) {
      const size_t size = std::min(out.size(), front.size());
      std::memcpy(out.data(), front.data(), size);
      front.erase(0, size);
      return size;
    }
    if (made < kSize) {
      const size_t size = std::min(out.size(), kSize - made);
      std::memset(out.data(), 'a', size);
      made += size;
      return size;
    }
    const size_t size = std::min(out.size(), back.size());
    std::memcpy(out.data(), back.data(), size);
    back.erase(0, size);
    return size;
  });
  ASSERT_TRUE(table.ReadHeader());
  auto row = table.Next();
  ASSERT_TRUE(row && *row != nullptr);
  EXPECT_EQ(Describe(**row),
            "2-2: a row of more than 1048576 bytes (a quote that is not "
            "closed?)");
  row = table.Next();
  ASSERT_TRUE(row && *row != nullptr);
  EXPECT_EQ(Describe(**row), "[c][d]");
}

TEST(CsvTableTest, AHeaderThatTellsNothingIsRefused) {
  EXPECT_EQ(Read(""), Cells{"no header: nothing in it"});
  EXPECT_EQ(Read("x,y,x\n"), Cells{"header: column 3 is there twice"});
  EXPECT_EQ(Read("x,\"y\n"), Cells{"header: a quote that is not closed"});
}

}  // namespace
}  // namespace modlog::csv_table_test
