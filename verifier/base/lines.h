#ifndef MODLOG_VERIFIER_BASE_LINES_H_
#define MODLOG_VERIFIER_BASE_LINES_H_

// Lines of "label  value" with the values under each other, as reports for
// people are written.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace modlog {

class Lines {
 public:
  void Head(std::string_view text) { text_ += std::string(text) + "\n"; }

  void Add(std::string_view label, std::string_view value) {
    std::string line = "  " + std::string(label);
    line.resize(std::max(line.size() + 2, kColumn), ' ');
    text_ += line + std::string(value) + "\n";
  }

  std::string Take() { return std::move(text_); }

 private:
  static constexpr size_t kColumn = 24;

  std::string text_;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_LINES_H_
