// If this fails, the judge can accuse somebody for a reason that no page
// states, or that nobody thought through.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "verifier/core/verdict.h"

namespace modlog::cause_table_test {
namespace {

std::string ReadSource(const std::filesystem::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::filesystem::path kSource = MODLOG_SOURCE_DIR;

std::set<std::string> All(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), pattern), end; i != end;
       ++i) {
    found.insert((*i)[1]);
  }
  return found;
}

// kNoFork is `no fork` on the page.
std::string PageName(const std::string& enumerator) {
  std::string name;
  for (const char c : enumerator) {
    if (c >= 'A' && c <= 'Z') {
      if (!name.empty()) name += ' ';
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c;
    }
  }
  return name;
}

std::set<std::string> Causes() {
  const std::string text = ReadSource(kSource / "verifier/core/verdict.h");
  const size_t begin = text.find("enum class Cause");
  const size_t end = text.find("};", begin);
  std::set<std::string> names;
  for (const std::string& name :
       All(text.substr(begin, end - begin), std::regex("\\n  k(\\w+),"))) {
    names.insert(PageName(name));
  }
  return names;
}

// The sources of the judge; a witness has statuses of its own.
std::vector<std::filesystem::path> JudgeSources() {
  std::vector<std::filesystem::path> paths;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(kSource / "verifier")) {
    const auto kind = file.path().extension();
    if (kind == ".cc" || kind == ".h") paths.push_back(file.path());
  }
  return paths;
}

TEST(CauseTableTest, ThePageHasARowForEachCauseAndNoOther) {
  const std::string page = ReadSource(kSource / "docs/verifying.md");
  const size_t begin = page.find("\n## What proves a falsehood");
  ASSERT_NE(begin, std::string::npos);
  const size_t end = page.find("\n## ", begin + 1);
  const std::set<std::string> rows = All(page.substr(begin, end - begin),
                                         std::regex("\\n\\| `([a-z ]+)` \\|"));
  EXPECT_EQ(rows, Causes());
  EXPECT_GT(rows.size(), 8u);
}

TEST(CauseTableTest, NothingIsFalseWithoutACause) {
  // Comparisons apart, kFalse stands in verdict.h alone.
  const std::regex compared("(?:==|!=|case) *Verdict::kFalse");
  for (const auto& path : JudgeSources()) {
    if (path.filename() == "verdict.h") continue;
    std::istringstream lines(ReadSource(path));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (line.find("Verdict::kFalse") == std::string::npos) continue;
      const std::string rest = std::regex_replace(line, compared, "");
      EXPECT_EQ(rest.find("Verdict::kFalse"), std::string::npos)
          << path << ":" << number << ": say FalseBy(Cause::…)";
    }
  }
}

TEST(CauseTableTest, EveryCauseIsUsed) {
  std::set<std::string> used;
  for (const auto& path : JudgeSources()) {
    for (const std::string& name :
         All(ReadSource(path), std::regex("Cause::k(\\w+)"))) {
      used.insert(PageName(name));
    }
  }
  EXPECT_EQ(used, Causes());
}

TEST(CauseTableTest, WhatIsUnreadableOrMissingAccusesNobody) {
  for (const Code code :
       {Code::kMalformed, Code::kTooLarge, Code::kNotFound, Code::kForbidden,
        Code::kUnavailable, Code::kExhausted, Code::kClock}) {
    EXPECT_EQ(VerdictOf(code), Verdict::kCannotTell) << CodeName(code);
  }
  for (const Code code :
       {Code::kUntrusted, Code::kBadProof, Code::kConflict, Code::kCorrupt}) {
    EXPECT_EQ(VerdictOf(code), Verdict::kFalse) << CodeName(code);
  }
}

}  // namespace
}  // namespace modlog::cause_table_test
