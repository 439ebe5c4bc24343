#ifndef MODLOG_API_IMPORT_INPUT_UTF8_H_
#define MODLOG_API_IMPORT_INPUT_UTF8_H_

// What the importers have to know of UTF-8. Pure, thread-safe.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace modlog {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// CountCharacters returns how many code points begin in the text.
inline size_t CountCharacters(std::string_view utf8) {
  return static_cast<size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<uint8_t>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_UTF8_H_
