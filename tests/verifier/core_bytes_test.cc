// If these fail, two spellings of one value are accepted somewhere, and what a
// signature covers can be changed without breaking it.

#include "verifier/core/bytes.h"

#include <gtest/gtest.h>

#include <vector>

namespace modlog::core_bytes_test {
namespace {

std::string CodeOf(const auto& result) {
  return result ? "accepted" : std::string(CodeName(result.error().code));
}

TEST(Base64Test, TheVectorsOfRfc4648Section10) {
  const std::pair<std::string, std::string> kVectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, text] : kVectors) {
    EXPECT_EQ(FormatBase64(AsBytes(plain)), text);
    EXPECT_EQ(ParseBase64(text), plain);
  }
}

TEST(Base64Test, EveryByteAtEveryPlaceComesBack) {
  for (int lead = 0; lead < 3; ++lead) {
    for (int byte = 0; byte < 256; ++byte) {
      for (int trail = 0; trail < 3; ++trail) {
        std::string plain(static_cast<size_t>(lead), '\xa5');
        plain += static_cast<char>(byte);
        plain.append(static_cast<size_t>(trail), '\x5a');
        ASSERT_EQ(ParseBase64(FormatBase64(AsBytes(plain))), plain);
      }
    }
  }
}

TEST(Base64Test, EveryOtherSpellingIsRefused) {
  for (const std::string_view text :
       {"Z",        "Zg",       "Zg=",  "Zg===", "=",       "==",
        "===",      "====",     "Z===", "=Zg=",  "Zg=g",    "Zg==Zg==",
        "Zm9v====", "Zh==",     "Zm9=", "Zm8 ",  " Zm8=",   "Zm8=\n",
        "Zm\n8",    "Zm8=\r\n", "Zm-_", "Zm9v!", "Zm9\x80", "Zm9\xff"}) {
    EXPECT_EQ(CodeOf(ParseBase64(text)), "malformed") << text;
  }
  EXPECT_EQ(CodeOf(ParseBase64(std::string_view("Zm\0v", 4))), "malformed");
}

TEST(Base64Test, OneTextForEachValue) {
  // All texts of four characters over a small alphabet: whatever is read is
  // written the same.
  const std::string alphabet = "AQgwZ/+=9 ";
  std::string text(4, 'A');
  size_t read = 0;
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        for (const char d : alphabet) {
          text = {a, b, c, d};
          const auto plain = ParseBase64(text);
          if (!plain) continue;
          ++read;
          ASSERT_EQ(FormatBase64(AsBytes(*plain)), text);
        }
      }
    }
  }
  EXPECT_GT(read, 8u * 8 * 8 * 8);
}

TEST(DecimalTest, TheWholeRangeIsRead) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("9"), 9u);
  EXPECT_EQ(ParseDecimal("10"), 10u);
  EXPECT_EQ(ParseDecimal("9223372036854775807"), uint64_t{INT64_MAX});
  EXPECT_EQ(ParseDecimal("18446744073709551615"), UINT64_MAX);
}

TEST(DecimalTest, EveryOtherSpellingIsRefused) {
  for (const std::string_view text :
       {"", "00", "01", "+1", "-1", "-0", " 1", "1 ", "1\n", "0x1", "1e3",
        "1.0", "1,000", "١", "18446744073709551616", "99999999999999999999",
        "100000000000000000000000000000000000000000"}) {
    EXPECT_EQ(CodeOf(ParseDecimal(text)), "malformed") << text;
  }
}

TEST(HexTest, LowerCaseOfEveryByte) {
  EXPECT_EQ(FormatHex(AsBytes(std::string_view("\x00\x0f\xa0\xff", 4))),
            "000fa0ff");
}

// Decodes one character naively; nothing if it is not well formed.
bool IsOneCharacter(const std::vector<uint32_t>& b) {
  const auto trail = [](uint32_t byte) { return (byte & 0xc0) == 0x80; };
  uint32_t value = 0;
  uint32_t least = 0;
  if (b.size() == 1) return b[0] < 0x80;
  for (size_t i = 1; i < b.size(); ++i) {
    if (!trail(b[i])) return false;
    value = value << 6 | (b[i] & 0x3f);
  }
  if (b.size() == 2 && (b[0] & 0xe0) == 0xc0) {
    value |= (b[0] & 0x1f) << 6;
    least = 0x80;
  } else if (b.size() == 3 && (b[0] & 0xf0) == 0xe0) {
    value |= (b[0] & 0x0f) << 12;
    least = 0x800;
  } else if (b.size() == 4 && (b[0] & 0xf8) == 0xf0) {
    value |= (b[0] & 0x07) << 18;
    least = 0x10000;
  } else {
    return false;
  }
  return value >= least && value <= 0x10ffff &&
         (value < 0xd800 || value > 0xdfff);
}

std::string TextOf(const std::vector<uint32_t>& bytes) {
  std::string text;
  for (const uint32_t byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(Utf8Test, ExactlyTheWellFormedSequencesAreText) {
  for (uint32_t a = 0x80; a < 0x100; ++a) {
    ASSERT_FALSE(IsUtf8(TextOf({a})));
    for (uint32_t b = 0x80; b < 0x100; ++b) {
      ASSERT_EQ(IsUtf8(TextOf({a, b})), IsOneCharacter({a, b}));
      for (const uint32_t c :
           {0x00u, 0x7fu, 0x80u, 0x81u, 0xbfu, 0xc0u, 0xffu}) {
        ASSERT_EQ(
            IsUtf8(TextOf({a, b, c})),
            IsOneCharacter({a, b, c}) || (IsOneCharacter({a, b}) && c < 0x80))
            << a << " " << b << " " << c;
        for (const uint32_t d : {0x00u, 0x7fu, 0x80u, 0xbfu, 0xc0u}) {
          const bool two_two = IsOneCharacter({a, b}) && IsOneCharacter({c, d});
          const bool three = IsOneCharacter({a, b, c}) && d < 0x80;
          const bool two = IsOneCharacter({a, b}) && c < 0x80 && d < 0x80;
          ASSERT_EQ(IsUtf8(TextOf({a, b, c, d})),
                    IsOneCharacter({a, b, c, d}) || two_two || three || two);
        }
      }
    }
  }
}

TEST(QuoteTest, ForeignTextCannotForgeALineOfALog) {
  EXPECT_EQ(Quote("plain"), "\"plain\"");
  EXPECT_EQ(Quote("a\"b\\c\n\x1b[31m\xff"),
            "\"a\\x22b\\x5cc\\x0a\\x1b[31m\\xff\"");
  EXPECT_EQ(Quote(std::string(40, 'a')), "\"" + std::string(40, 'a') + "\"");
  EXPECT_EQ(Quote(std::string(41, 'a')), "\"" + std::string(40, 'a') + "…\"");
}

}  // namespace
}  // namespace modlog::core_bytes_test
