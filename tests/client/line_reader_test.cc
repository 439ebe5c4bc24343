// If these fail, an error names the wrong line of a platform's file, or a line
// is cut or glued to its neighbour.

#include "api/tool/line_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace modlog::line_reader_test {
namespace {

struct Read {
  std::vector<std::string> lines;  // "NUMBER:TEXT", "NUMBER too long"
  int waits = 0;
  bool saw_byte_order_mark = false;
  bool saw_cr_lf = false;
};

Read ReadPieces(const std::vector<std::string>& pieces, size_t limit = 100) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::thread writer([&] {
    for (const std::string& piece : pieces) {
      EXPECT_EQ(write(ends[1], piece.data(), piece.size()),
                static_cast<ssize_t>(piece.size()));
    }
    close(ends[1]);
  });
  Read read;
  LineReader reader(ends[0], limit, [&read] { ++read.waits; });
  for (;;) {
    auto line = reader.Next();
    EXPECT_TRUE(line);
    if (!line || !*line) break;
    std::string number = std::to_string((*line)->number);
    read.lines.push_back((*line)->too_long
                             ? number + " too long"
                             : number + ":" + std::string((*line)->text));
  }
  writer.join();
  close(ends[0]);
  read.saw_byte_order_mark = reader.saw_byte_order_mark();
  read.saw_cr_lf = reader.saw_cr_lf();
  return read;
}

using Lines = std::vector<std::string>;

TEST(LineReader, LinesKeepTheirNumbersWhereverTheReadsFall) {
  Lines want = {"1:one", "2:", "3:three"};
  EXPECT_EQ(ReadPieces({"one\n\nthree\n"}).lines, want);
  EXPECT_EQ(ReadPieces({"o", "ne", "\n", "\nthr", "ee\n"}).lines, want);
}

TEST(LineReader, ALastLineWithoutItsNewlineIsALine) {
  EXPECT_EQ(ReadPieces({"one\ntwo"}).lines, (Lines{"1:one", "2:two"}));
}

TEST(LineReader, AnEmptyFileHasNoLine) {
  EXPECT_TRUE(ReadPieces({}).lines.empty());
}

TEST(LineReader, ALineTooLongIsSkippedAndTheNextIsWhole) {
  std::string longest(100, 'a');
  EXPECT_EQ(ReadPieces({longest + "\n", longest + "a\n", "next\n"}).lines,
            (Lines{"1:" + longest, "2 too long", "3:next"}));
  std::string huge(30'000, 'b');
  EXPECT_EQ(ReadPieces({huge, huge, "\nnext\n", huge}).lines,
            (Lines{"1 too long", "2:next", "3 too long"}));
}

TEST(LineReader, WindowsFilesAreReadAndSaidToBe) {
  Read read = ReadPieces({"\xef\xbb\xbfone\r\ntwo\r\n"});
  EXPECT_EQ(read.lines, (Lines{"1:one", "2:two"}));
  EXPECT_TRUE(read.saw_byte_order_mark);
  EXPECT_TRUE(read.saw_cr_lf);
}

TEST(LineReader, AByteOrderMarkElsewhereIsLeftForTheParser) {
  EXPECT_EQ(ReadPieces({"one\n\xef\xbb\xbftwo\n"}).lines,
            (Lines{"1:one", "2:\xef\xbb\xbftwo"}));
}

TEST(LineReader, ADirectoryIsAnErrorAndNotAnEmptyFile) {
  int directory = open("/", O_RDONLY);
  LineReader reader(directory, 100, [] {});
  auto line = reader.Next();
  close(directory);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace modlog::line_reader_test
