#include "verifier/core/bytes.h"

#include <array>
#include <charconv>
#include <memory>

namespace modlog {
namespace {

constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint32_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> MakeBase64Digits() {
  std::array<uint8_t, 256> digits = {};
  digits.fill(kNoDigit);
  for (size_t i = 0; i < kBase64Alphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kBase64Alphabet[i])] = static_cast<uint8_t>(i);
  }
  return digits;
}
constexpr std::array<uint8_t, 256> kBase64Digits = MakeBase64Digits();

char Base64Char(uint32_t digit) { return kBase64Alphabet[digit & 63]; }

// Base64Size counts the digits before the padding; a text that is not a
// multiple of four, or has more than two '=' at its end, has none.
Result<size_t> Base64DigitCount(std::string_view text) {
  if (text.size() % 4 != 0) {
    return Fail(Code::kMalformed, "base64 of " + std::to_string(text.size()) +
                                      " characters, want a multiple of 4");
  }
  size_t count = text.size();
  while (count > 0 && text.size() - count < 2 && text[count - 1] == '=') {
    --count;
  }
  return count;
}

}  // namespace

std::string FormatBase64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t v = uint32_t{bytes[i]} << 16 | uint32_t{bytes[i + 1]} << 8 |
                       uint32_t{bytes[i + 2]};
    out += {Base64Char(v >> 18), Base64Char(v >> 12), Base64Char(v >> 6),
            Base64Char(v)};
  }
  if (bytes.size() - i == 1) {
    const uint32_t v = uint32_t{bytes[i]} << 16;
    out += {Base64Char(v >> 18), Base64Char(v >> 12), '=', '='};
  } else if (bytes.size() - i == 2) {
    const uint32_t v = uint32_t{bytes[i]} << 16 | uint32_t{bytes[i + 1]} << 8;
    out += {Base64Char(v >> 18), Base64Char(v >> 12), Base64Char(v >> 6), '='};
  }
  return out;
}

Result<std::string> ParseBase64(std::string_view text) {
  ASSIGN_OR_RETURN(const size_t count, Base64DigitCount(text));
  std::string out;
  out.reserve(count * 3 / 4);
  uint32_t bits = 0;  // the low `held` bits are not yet written
  int held = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t digit = kBase64Digits[static_cast<uint8_t>(text[i])];
    if (digit == kNoDigit) {
      return Fail(Code::kMalformed,
                  "no base64 digit at position " + std::to_string(i));
    }
    bits = (bits << 6 | digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) {
    return Fail(Code::kMalformed, "base64 with unused bits that are not zero");
  }
  return out;
}

std::string FormatHex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    out += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

void AppendBigEndian(uint64_t value, size_t bytes, std::string* out) {
  for (size_t i = bytes; i > 0; --i) {
    *out += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
  }
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

Result<uint64_t> ParseDecimal(std::string_view text) {
  uint64_t value = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] =
      std::from_chars(std::to_address(text.begin()), end, value);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  // from_chars takes neither blank nor '+', and no '-' into an unsigned.
  if (error != std::errc() || stop != end || leading_zero) {
    return Fail(Code::kMalformed, "not a decimal below 2^64: " + Quote(text));
  }
  return value;
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (lead < 0xc2 || lead > 0xf4) return false;
    // Only the second byte's range depends on the first.
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (int k = 0; k < more; ++k, low = 0x80, high = 0xbf) {
      if (i == text.size()) return false;
      const auto byte = static_cast<uint8_t>(text[i++]);
      if (byte < low || byte > high) return false;
    }
  }
  return true;
}

std::string Quote(std::string_view text) {
  constexpr size_t kShown = 40;
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) {
    const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
    const uint8_t byte = static_cast<uint8_t>(c);
    out += plain ? std::string(1, c) : "\\x" + FormatHex(Bytes(&byte, 1));
  }
  return out + (text.size() > kShown ? "…\"" : "\"");
}

}  // namespace modlog
