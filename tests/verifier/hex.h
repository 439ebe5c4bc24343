#ifndef MODLOG_TESTS_VERIFIER_HEX_H_
#define MODLOG_TESTS_VERIFIER_HEX_H_

#include <string>
#include <string_view>

namespace modlog {

// FromHex reads pairs of digits; blanks between them are skipped.
inline std::string FromHex(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  std::string out;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return out;
}

}  // namespace modlog

#endif  // MODLOG_TESTS_VERIFIER_HEX_H_
