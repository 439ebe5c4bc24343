#ifndef MODLOG_API_IMPORT_INPUT_ASCII_H_
#define MODLOG_API_IMPORT_INPUT_ASCII_H_

// Text as bytes: ASCII has digits, cases and blanks, all else is left alone,
// whatever the machine's locale says.

#include <cstring>
#include <string>
#include <string_view>

namespace modlog {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

inline std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// FindText is text.find(what), where `what` is seldom found: glibc's search
// skips ahead by the length of what it looks for.
inline size_t FindText(std::string_view text, std::string_view what) {
  const void* const at =
      memmem(text.data(), text.size(), what.data(), what.size());
  return at == nullptr
             ? std::string_view::npos
             : static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

// Trim removes `characters` from both ends.
inline std::string_view Trim(std::string_view text,
                             std::string_view characters = " \t\r") {
  const size_t begin = text.find_first_not_of(characters);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(characters) - begin + 1);
}

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_ASCII_H_
