// If these fail, a mirror takes out of its copy what the log did not, or keeps
// what it was to take out.

#include "verifier/core/redaction_list.h"

#include <gtest/gtest.h>

namespace modlog::core_redaction_list_test {
namespace {

Hash HashOf(char c) {
  Hash hash;
  hash.fill(static_cast<uint8_t>(c));
  return hash;
}

TEST(RedactionList, IsReadAsItWasWritten) {
  const std::vector<RedactionLine> lines = {
      {0, 1, HashOf('a')}, {7, 8, HashOf('b')}, {8, ~uint64_t{0}, HashOf('c')}};
  const std::string text = FormatRedactionList(lines);
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "0 1 YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=");
  const auto parsed = ParseRedactionList(text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, lines);
  EXPECT_TRUE(ParseRedactionList("")->empty());
}

TEST(RedactionList, EveryCutAndEveryOtherSpellingIsRefused) {
  const std::string good = FormatRedactionList({{3, 9, HashOf('a')}});
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_FALSE(ParseRedactionList(good.substr(0, size))) << size;
  }
  const std::string hash = FormatBase64(HashOf('a'));
  for (const std::string& line :
       {"3  9 " + hash, " 3 9 " + hash, "3 9 " + hash + " ", "03 9 " + hash,
        "3\t9 " + hash, "-3 9 " + hash, "3 9 " + hash + "\r",
        std::string("3 9"), "9 3 " + hash, "3 3 " + hash,
        "18446744073709551616 9 " + hash}) {
    EXPECT_FALSE(ParseRedactionList(line + "\n")) << line;
  }
  EXPECT_FALSE(ParseRedactionList(good + good));
  EXPECT_EQ(ParseRedactionList(good + "x\n").error().message.find("line 2: "),
            0u);
}

TEST(RedactionList, HasALimit) {
  std::vector<RedactionLine> lines(kRedactionsMax + 1);
  for (size_t i = 0; i < lines.size(); ++i) lines[i] = {i, lines.size(), {}};
  const auto refused = ParseRedactionList(FormatRedactionList(lines));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTooLarge);
  lines.pop_back();
  EXPECT_TRUE(ParseRedactionList(FormatRedactionList(lines)));
}

}  // namespace
}  // namespace modlog::core_redaction_list_test
