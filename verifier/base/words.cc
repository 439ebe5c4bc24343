#include "verifier/base/words.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace modlog {
namespace {

// Seconds of 0000-01-01 and of 10000-01-01: what four digits of year can say.
constexpr int64_t kTimeSMin = -62'167'219'200;
constexpr int64_t kTimeSEnd = 253'402'300'800;

enum class Precision { kDay, kSecond };

// REQUIRES: kTimeSMin <= time_s < kTimeSEnd.
std::string FormatUtc(int64_t time_s, Precision precision) {
  const std::time_t time = time_s;
  std::tm utc = {};
  gmtime_r(&time, &utc);
  std::array<char, 32> text = {};
  const size_t size =
      precision == Precision::kDay
          ? std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc)
          : std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &utc);
  return std::string(text.data(), size);
}

void AppendEscaped(char c, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<uint8_t>(c);
  if (c == '"' || c == '\\') {
    *out += '\\';
    *out += c;
  } else if (byte >= 0x20 && byte < 0x7f) {
    *out += c;
  } else {
    *out += "\\x";
    *out += kHex[byte >> 4];
    *out += kHex[byte & 15];
  }
}

}  // namespace

std::string Quoted(std::string_view text, size_t size_max) {
  std::string out = "\"";
  for (char c : text.substr(0, size_max)) AppendEscaped(c, &out);
  out += text.size() > size_max ? "…\"" : "\"";
  return out;
}

std::string Grouped(uint64_t number) {
  std::string out = std::to_string(number);
  for (size_t end = out.size(); end > 3; end -= 3) out.insert(end - 3, ",");
  return out;
}

std::string Counted(uint64_t number, std::string_view one,
                    std::string_view many) {
  return Grouped(number) + " " + std::string(number == 1 ? one : many);
}

std::string FormatTimeMs(int64_t time_ms) {
  int64_t seconds = time_ms / 1000;
  int64_t rest = time_ms % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  if (seconds < kTimeSMin || seconds >= kTimeSEnd) {
    return std::to_string(time_ms) + " ms since 1970";
  }
  const std::string millis = std::to_string(1000 + rest).substr(1);
  return FormatUtc(seconds, Precision::kSecond) + "." + millis + " UTC";
}

std::string FormatTimeS(uint64_t time_s) {
  if (time_s >= static_cast<uint64_t>(kTimeSEnd)) {
    return std::to_string(time_s) + " s since 1970";
  }
  return FormatUtc(static_cast<int64_t>(time_s), Precision::kSecond) + " UTC";
}

std::string FormatDay(uint32_t day) {
  const int64_t time_s = int64_t{day} * 86'400;
  if (time_s >= kTimeSEnd) return "day " + std::to_string(day) + " since 1970";
  return FormatUtc(time_s, Precision::kDay);
}

}  // namespace modlog
