// If these fail, a cell of somebody's table is cut, glued to its neighbour or
// read in another column, or a message names a line that is not the one.

#include "api/import/input/csv_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace modlog::csv_reader_test {
namespace {

using Rows = std::vector<std::string>;

// A source that hands out at most `piece` bytes at a time.
ReadBytes Pieces(std::string text, size_t piece) {
  return [text, piece, at = size_t{0}](std::span<char> out) mutable {
    const size_t size = std::min({piece, out.size(), text.size() - at});
    std::copy_n(text.data() + at, size, out.data());
    at += size;
    return Result<size_t>(size);
  };
}

std::string Join(const std::vector<std::string_view>& cells) {
  std::string text;
  for (const std::string_view cell : cells) {
    text += cell;
    text += '|';
  }
  if (!text.empty()) text.pop_back();
  return text;
}

// "ROW@LINE a|b|c", or "ROW@LINE column N: why".
Rows Read(const std::string& text, size_t piece, CsvOptions options = {}) {
  CsvReader reader(Pieces(text, piece), options);
  Rows rows;
  for (;;) {
    auto row = reader.Next();
    EXPECT_TRUE(row.has_value());
    if (!row || *row == nullptr) return rows;
    const std::string where =
        absl::StrCat((*row)->number, "@", (*row)->line, " ");
    rows.push_back((*row)->refused
                       ? absl::StrCat(where, "column ", (*row)->refused_column,
                                      ": ", *(*row)->refused)
                       : where + Join((*row)->cells));
  }
}

// Every way of cutting the source into pieces reads the same.
Rows Read(const std::string& text, CsvOptions options = {}) {
  const Rows whole = Read(text, SIZE_MAX, options);
  for (size_t piece = 1; piece < 8; ++piece) {
    EXPECT_EQ(Read(text, piece, options), whole) << "pieces of " << piece;
  }
  return whole;
}

TEST(CsvReader, CellsAreThoseBetweenTheCommas) {
  EXPECT_EQ(Read("a,b,c\n1,,3\n"), (Rows{"1@1 a|b|c", "2@2 1||3"}));
  EXPECT_EQ(Read(",\n"), (Rows{"1@1 |"}));
  EXPECT_EQ(Read("\"\"\n"), (Rows{"1@1 "}));
}

TEST(CsvReader, ALastRowWithoutItsNewlineIsARow) {
  EXPECT_EQ(Read("a\nb,"), (Rows{"1@1 a", "2@2 b|"}));
  EXPECT_EQ(Read("a\n\"b\""), (Rows{"1@1 a", "2@2 b"}));
  EXPECT_EQ(Read(""), Rows{});
}

TEST(CsvReader, QuotesKeepCommasQuotesAndNewlinesInACell) {
  EXPECT_EQ(Read("\"a,b\",\"say \"\"x\"\"\"\n"), (Rows{"1@1 a,b|say \"x\""}));
  EXPECT_EQ(Read("\"one\ntwo\r\nthree\",x\ny\n"),
            (Rows{"1@1 one\ntwo\r\nthree|x", "2@4 y"}));
}

TEST(CsvReader, ARowEndsInLfCrLfOrCr) {
  EXPECT_EQ(Read("a\r\nb\rc\n\"d\re\"\rf"),
            (Rows{"1@1 a", "2@2 b", "3@3 c", "4@4 d\re", "5@6 f"}));
}

TEST(CsvReader, EmptyLinesAreNoRowsAndAreCountedAsLines) {
  EXPECT_EQ(Read("\n\na\r\n\r\nb\n\n"), (Rows{"1@3 a", "2@5 b"}));
}

TEST(CsvReader, AByteOrderMarkIsNoPartOfTheFirstCell) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a,b\n"),
            (Rows{"1@1 a|b"}));
  EXPECT_EQ(Read("\xef\xbb\xbf"), Rows{});
  EXPECT_EQ(Read("\xef\xbb"), (Rows{"1@1 \xef\xbb"}));
}

TEST(CsvReader, AStrayQuoteRefusesItsRowAlone) {
  EXPECT_EQ(Read("a,b\"c\nd\n"),
            (Rows{"1@1 column 2: a quote inside a cell that does not begin "
                  "with one",
                  "2@2 d"}));
  EXPECT_EQ(Read("\"a\"b,c\nd\n"),
            (Rows{"1@1 column 1: text between a closing quote and the next "
                  "comma",
                  "2@2 d"}));
}

TEST(CsvReader, AQuoteWithoutItsEndIsNamedWithItsLine) {
  EXPECT_EQ(Read("a\nb,\"c\nd\n"),
            (Rows{"1@1 a",
                  "2@2 column 2: the quote opened on line 2 is without its "
                  "end"}));
}

TEST(CsvReader, ARowTooLongIsSkippedAndTheNextIsWhole) {
  const std::string longest(100, 'x');
  EXPECT_EQ(Read(longest + "\n" + longest + "x\nnext\n", {.row_size_max = 100}),
            (Rows{"1@1 " + longest,
                  "2@2 column 0: a row of more than 100 bytes", "3@3 next"}));
  EXPECT_EQ(
      Read("\"" + longest + longest + "\"\nnext\n", {.row_size_max = 100}),
      (Rows{"1@1 column 0: a row of more than 100 bytes; the quote opened on "
            "line 1 may be without its end",
            "2@2 next"}));
}

TEST(CsvReader, ARowOf100MbIsReadInConstantMemory) {
  uint64_t left = 100'000'000;
  CsvReader reader([&left](std::span<char> out) {
    const size_t size = std::min<size_t>(out.size(), left);
    std::fill_n(out.begin(), size, 'x');
    left -= size;
    return Result<size_t>(size);
  });
  auto row = reader.Next();
  ASSERT_TRUE(row.has_value() && *row != nullptr);
  EXPECT_EQ((*row)->refused, "a row of more than 1048576 bytes");
  EXPECT_EQ(left, 0u);
}

TEST(CsvReader, TooManyCellsRefuseARow) {
  EXPECT_EQ(Read("a,b,c\na,b,c,d\nx\n", {.columns_max = 3}),
            (Rows{"1@1 a|b|c", "2@2 column 0: more than 3 cells", "3@3 x"}));
  EXPECT_EQ(Read(std::string(5'000, ',') + "\nx\n"),
            (Rows{"1@1 column 0: more than 1024 cells", "2@2 x"}));
}

TEST(CsvReader, BackslashesAreBytesUnlessTheWriterIsPhp) {
  EXPECT_EQ(Read(R"("a\",b)"), (Rows{R"(1@1 a\|b)"}));
  const CsvOptions php = {.backslash_escape = true};
  EXPECT_EQ(Read(R"("a\"b",c)", php), (Rows{R"(1@1 a\"b|c)"}));
  EXPECT_EQ(Read(R"("C:\dir\",c)", php), (Rows{R"(1@1 C:\dir\|c)"}));
  EXPECT_EQ(Read(R"("a\\\"b""c\x",d)", php), (Rows{R"(1@1 a\\\"b"c\x|d)"}));
  EXPECT_EQ(Read(R"("a\"""b")", php), (Rows{R"(1@1 a\""b)"}));
}

TEST(CsvReader, BytesThatAreNoTextAreHandedOutAsTheyAre) {
  EXPECT_EQ(Read(std::string("caf\xe9,a\0b\n", 9)),
            (Rows{std::string("1@1 caf\xe9|a\0b", 12)}));
}

TEST(CsvReader, AnErrorOfTheSourceIsHandedOn) {
  CsvReader reader([](std::span<char>) -> Result<size_t> {
    return Fail(Code::kUnavailable, "cannot read the disk");
  });
  auto row = reader.Next();
  ASSERT_FALSE(row.has_value());
  EXPECT_EQ(row.error().message, "cannot read the disk");
}

}  // namespace
}  // namespace modlog::csv_reader_test
