#ifndef MODLOG_API_TOOL_LINE_READER_H_
#define MODLOG_API_TOOL_LINE_READER_H_

// Lines of a file or pipe, each with its number. A byte order mark at the start
// and the CR of a CR LF are left out and remembered, so that somebody can be
// told. A line longer than the limit is skipped to its end and handed out
// without its text.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "verifier/core/result.h"

namespace modlog {

class LineReader {
 public:
  struct Line {
    uint64_t number;        // from 1
    std::string_view text;  // valid until the next call
    bool too_long;
  };

  // `fd` stays the caller's. `before_wait` is called when no further line has
  // arrived and the next call would wait for one.
  LineReader(int fd, size_t line_size_max, std::function<void()> before_wait);

  // Next returns nothing at the end of the input, and after Interrupted().
  // kUnavailable for a read error.
  Result<std::optional<Line>> Next();

  bool saw_byte_order_mark() const { return saw_byte_order_mark_; }
  bool saw_cr_lf() const { return saw_cr_lf_; }

 private:
  Result<bool> Fill();
  std::optional<Line> Take(size_t size, size_t terminator);

  const int fd_;
  const size_t line_size_max_;
  const std::function<void()> before_wait_;
  std::string buffer_;
  size_t begin_ = 0;     // of the next line, in buffer_
  size_t searched_ = 0;  // of buffer_, no newline in [begin_, searched_)
  uint64_t number_ = 0;
  bool skipping_ = false;  // the rest of a line that is too long
  bool saw_byte_order_mark_ = false;
  bool saw_cr_lf_ = false;
};

}  // namespace modlog

#endif  // MODLOG_API_TOOL_LINE_READER_H_
